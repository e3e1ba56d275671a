"""Emergency words, in any wait and inside any story. Questions about schemes ("ambulance scheme") do not count.

Words are compared as said, not folded to what they stand for in a request: there a boat may be a name's variant.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.understanding.grammars import UNLESS, LanguageGrammar
from ivr.understanding.lexicon import SAME_SOUND, SAME_STEM
from ivr.understanding.spot import BEGINNING, Spot, Spotter
from ivr.understanding.templates import Template
from ivr.understanding.text import Folder, Keys

_GAP = 1
_LONG = 6  # letters of a key


@dataclass(frozen=True)
class _Phrases:
    """Phrases in any order, and those whose order tells what they mean: "into water" is not "water into"."""

    free: Spotter
    ordered: Spotter

    @classmethod
    def build(cls, grammar: LanguageGrammar, groups: Mapping[str, tuple[Template, ...]]) -> "_Phrases":
        language = grammar.language
        free: dict[str, list[Keys]] = {}
        ordered: dict[str, list[Keys]] = {}
        for kind, templates in groups.items():
            for text in grammar.written(templates):
                keys = _keys(language.folder, text)
                fixed = not language.postpositions.isdisjoint(keys) or len(set(keys)) < len(keys)
                (ordered if fixed else free).setdefault(kind, []).append(keys)
        return cls(
            Spotter.build(language.folder, free, SAME_STEM, 1.0),
            Spotter.build(language.folder, ordered, SAME_STEM, 1.0),
        )

    def find(self, keys: Keys) -> list[Spot]:
        """All phrases found, the longest first. A phrase of one word must be said clearly."""
        spots = [*self.free.anywhere(keys, _GAP), *self.ordered.in_order(keys, _GAP)]
        clear = [spot for spot in spots if spot.words > 1 or _clear(spot, keys)]
        return sorted(clear, key=lambda spot: (-spot.words, -spot.quality, spot.start, spot.label))


def _keys(folder: Folder, text: str) -> Keys:
    """The keys of a phrase; a word that stands for all that begin so keeps its sign."""
    keys: list[str] = []
    for word in text.split():
        found = folder.keys(word)
        keys += [*found[:-1], found[-1] + BEGINNING] if found and word.endswith(BEGINNING) else found
    return tuple(keys)


def _clear(spot: Spot, keys: Keys) -> bool:
    """Whether one word alone is said so that it can be nothing else: as written, or a long word that sounds so."""
    return spot.quality == 1 or (spot.quality >= SAME_SOUND and len(keys[spot.start]) >= _LONG)


@dataclass(frozen=True)
class EmergencySpotter:
    """`asides` are words that make it a question about the past or about money wherever they stand, unless others
    say that it is now."""

    calls: _Phrases
    excuses: _Phrases
    asides: _Phrases

    @classmethod
    def build(cls, grammar: LanguageGrammar) -> "EmergencySpotter":
        kinds = {*grammar.emergencies, *grammar.emergency_stems}
        calls = {kind: (*grammar.emergencies.get(kind, ()), *grammar.emergency_stems.get(kind, ())) for kind in kinds}
        groups = (calls, grammar.not_emergencies, grammar.asides)
        return cls(*(_Phrases.build(grammar, group) for group in groups))

    def find(self, keys: Keys) -> str | None:
        """The kind of emergency in the keys (not folded further): the longest phrase wins. A phrase does not count
        that touches what its kind excuses."""
        calls = self.calls.find(keys)
        if not calls or {spot.label for spot in self.asides.find(keys)} == {UNLESS}:
            return None
        excuses = self.excuses.find(keys)
        for call in calls:
            excused = any(
                excuse.label == call.label and excuse.start < call.end and call.start < excuse.end for excuse in excuses
            )
            if not excused:
                return call.label
        return None
