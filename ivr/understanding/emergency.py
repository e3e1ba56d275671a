"""Emergency words, in any wait and inside any story. Questions about schemes ("ambulance scheme") do not count.

Words are compared as said, not folded to what they stand for in a request: there a boat may be a name's variant.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from ivr.understanding.danger import DangerFinder, Event, Scene
from ivr.understanding.grammars import UNLESS
from ivr.understanding.language_grammar import LanguageGrammar
from ivr.understanding.lexicon import SAME_SOUND, SAME_STEM
from ivr.understanding.spot import BEGINNING, Spot, Spotter
from ivr.understanding.templates import Template
from ivr.understanding.text import Folder, Keys

_GAP = 1
_LONG = 6  # letters of a key
_NEAR = 3  # words before a danger in which a request is about it
_SETTLED = 3  # words after a danger, still to be spoken, that mostly show what it is about
_BEHIND = 3  # words behind a danger in which its tense is told


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
    say that it is now; `dangers` finds what no phrase foresees."""

    calls: _Phrases
    excuses: _Phrases
    asides: _Phrases
    dangers: DangerFinder

    @classmethod
    def build(cls, grammar: LanguageGrammar) -> "EmergencySpotter":
        kinds = {*grammar.emergencies, *grammar.emergency_stems}
        calls = {kind: (*grammar.emergencies.get(kind, ()), *grammar.emergency_stems.get(kind, ())) for kind in kinds}
        groups = (calls, grammar.not_emergencies, grammar.asides)
        finder = DangerFinder.build(grammar.language.folder, grammar.dangers)
        phrases, excuses, asides = (_Phrases.build(grammar, group) for group in groups)
        return cls(phrases, excuses, asides, finder)

    def find(self, keys: Keys, whole: bool = True) -> str | None:
        """The kind of emergency in the keys (not folded further): that of the longest phrase, else of the event of most
        concepts. Not `whole`: of what is said so far, where the next words may tell that it is only talk."""
        scene = self.dangers.scene(keys)
        told = chain(self._phrases(keys), self.dangers.find(scene))
        return self._first(scene, (event for event in told if whole or self._settled(scene, event.end)))

    def phrased(self, keys: Keys) -> bool:
        """Whether an emergency is said in so many words."""
        return next(self._phrases(keys), None) is not None

    def doubt(self, keys: Keys) -> str | None:
        """The kind of what may be an emergency, for words that make no sure request."""
        scene = self.dangers.scene(keys)
        return self._first(scene, self.dangers.find(scene, doubtful=True))

    def _first(self, scene: Scene, events: Iterable[Event]) -> str | None:
        """The kind of the first that nothing excuses."""
        return next((event.kind for event in events if not self._excused(scene, event)), None)

    def _phrases(self, keys: Keys) -> Iterator[Event]:
        """What is said in so many words. A phrase does not count that touches what its kind excuses."""
        calls = self.calls.find(keys)
        if not calls or {spot.label for spot in self.asides.find(keys)} == {UNLESS}:
            return
        excuses = self.excuses.find(keys)
        for call in calls:
            if not any(
                excuse.label == call.label and excuse.start < call.end and call.start < excuse.end for excuse in excuses
            ):
                yield Event(call.label, call.start, call.end)

    def _settled(self, scene: Scene, end: int) -> bool:
        """Whether the words behind the danger, or its being now, leave little that could excuse it."""
        finder = self.dangers
        if finder.marked(scene, "now") or finder.marked(scene, "just") or finder.marked(scene, "ongoing", end - 1):
            return True
        return len(scene.at) - 1 - end >= _SETTLED

    def _excused(self, scene: Scene, event: Event) -> bool:
        """Whether it is talk about danger, or danger to no people. A request made well before it is another matter.
        What goes on, by the last of the words or the next two, is no talk."""
        finder, kind, start, end = self.dangers, event.kind, event.start, event.end
        if finder.silenced(scene, kind):
            return True
        talk = finder.marked(scene, "once") or finder.marked(scene, "talk", start - _NEAR)
        talk = talk or finder.marked(scene, "was", end, end + _BEHIND)
        if not talk or finder.marked(scene, "now") or finder.marked(scene, "just", start - _NEAR, end + _BEHIND):
            return False
        return kind not in finder.dangers.grave or not finder.marked(scene, "ongoing", end - 1, end + 2)
