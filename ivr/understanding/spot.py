"""Finds known phrases inside an utterance, word by word, by spelling or sound. For closed sets, not for services."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from ivr.understanding.lexicon import SAME_SOUND, SAME_SOUND_STEM, Lexicon
from ivr.understanding.text import Folder, Keys

BEGINNING = "*"  # the sign of a word that stands for all that begin so
_SHORT = 4  # letters of a key
_CACHE_WORDS = 50_000

Words = Mapping[int, float]
_NONE: Words = {}


@dataclass(frozen=True, slots=True)
class Spot:
    """A phrase of `label` found in words `start:end` of an utterance. `words` is the phrase's length, `quality` 0..1
    the least similarity of its words."""

    label: str
    start: int
    end: int
    words: int
    quality: float


@dataclass(frozen=True, slots=True)
class _Phrase:
    label: str
    ids: tuple[int, ...]
    words: frozenset[int]


@dataclass(frozen=True)
class Spotter:
    """Phrases by their rarest word and by their last; `beginnings` are words that stand for all that begin so, by the
    letters before their sign. `least` is the similarity from which a heard word counts as the
    phrase's, `least_short` the same for a word of few letters."""

    lexicon: Lexicon
    by_rarest: Mapping[int, tuple[_Phrase, ...]]
    by_last: Mapping[int, tuple[_Phrase, ...]]
    least: float = SAME_SOUND_STEM
    least_short: float = SAME_SOUND
    beginnings: Mapping[str, int] = field(default_factory=dict)
    _cache: dict[str, Words] = field(default_factory=dict, repr=False)

    @classmethod
    def build(
        cls,
        folder: Folder,
        phrases: Mapping[str, Iterable[Keys]],
        least: float = SAME_SOUND_STEM,
        least_short: float = SAME_SOUND,
    ) -> "Spotter":
        pairs = list(dict.fromkeys((label, keys) for label, found in phrases.items() for keys in found if keys))
        lexicon = Lexicon.build(folder, (keys for _, keys in pairs), loose=least < SAME_SOUND_STEM)
        numbered = [(label, tuple(lexicon.ids[key] for key in keys)) for label, keys in pairs]
        known = [_Phrase(label, ids, frozenset(ids)) for label, ids in numbered]
        common = Counter(word for phrase in known for word in phrase.words)
        by_rarest = _grouped(known, lambda phrase: min(phrase.words, key=lambda word: (common[word], word)))
        by_last = _grouped(known, lambda phrase: phrase.ids[-1])
        beginnings = {word[:-1]: number for word, number in lexicon.ids.items() if word.endswith(BEGINNING)}
        return cls(lexicon, by_rarest, by_last, least, least_short, beginnings)

    def in_order(self, keys: Keys, gap: int = 0) -> tuple[Spot, ...]:
        """The phrases in the utterance, none overlapping, found from its end: there the longest that ends in each
        place wins ("जी, नहीं चाहिए"). Up to `gap` foreign words may stand between two words of a phrase."""
        heard = self._hear(keys)[::-1]
        present = {word for words in heard for word in words}
        if not present:
            return ()
        spots: list[Spot] = []
        at = 0
        while at < len(keys):
            spot = self._longest_at(heard, present, at, gap) if heard[at] else None
            if spot:
                spots.append(replace(spot, start=len(keys) - spot.end, end=len(keys) - spot.start))
            at = spot.end if spot else at + 1
        return tuple(reversed(spots))

    def anywhere(self, keys: Keys, gap: int = 1) -> tuple[Spot, ...]:
        """The phrases whose words all stand, in any order, within their number of words plus `gap`; longest first."""
        heard = self._hear(keys)
        present = {word for words in heard for word in words}
        spots = []
        for word in present:
            for phrase in self.by_rarest.get(word, ()):
                if phrase.words <= present:
                    spot = _closest(phrase, heard, len(phrase.ids) + gap)
                    if spot:
                        spots.append(spot)
        return tuple(sorted(spots, key=lambda spot: (-spot.words, -spot.quality, spot.start, spot.label)))

    def _hear(self, keys: Keys) -> list[Words]:
        """The phrases' words that each heard word may be."""
        return [found if (found := self._cache.get(key)) is not None else self._hear_word(key) for key in keys]

    def _hear_word(self, key: str) -> Words:
        """A short word must sound the same: a stem of two or three letters is the stem of too much."""
        least = self.least if len(key) > _SHORT else max(self.least_short, self.least)
        found = {word: similarity for word, similarity in self.lexicon.find(key) if similarity >= least}
        found |= {self.beginnings[key[:end]]: 1.0 for end in range(1, len(key) + 1) if key[:end] in self.beginnings}
        if len(self._cache) < _CACHE_WORDS:
            self._cache[key] = found or _NONE
        return found

    def _longest_at(self, heard: list[Words], present: set[int], start: int, gap: int) -> Spot | None:
        best: Spot | None = None
        for word, similarity in heard[start].items():
            for phrase in self.by_last.get(word, ()):
                if not phrase.words <= present:
                    continue
                found = _follow(phrase.ids[::-1], heard, start, gap)
                if found and (best is None or (len(phrase.ids), found[1]) > (best.words, best.quality)):
                    best = Spot(phrase.label, start, found[0], len(phrase.ids), min(similarity, found[1]))
        return best


def _grouped(phrases: Iterable[_Phrase], word: Callable[[_Phrase], int]) -> dict[int, tuple[_Phrase, ...]]:
    groups: dict[int, list[_Phrase]] = {}
    for phrase in phrases:
        groups.setdefault(word(phrase), []).append(phrase)
    return {first: tuple(found) for first, found in groups.items()}


def _follow(ids: tuple[int, ...], heard: list[Words], start: int, gap: int) -> tuple[int, float] | None:
    """Where the words, `start` being the first, end; and their least similarity."""
    at, quality = start, heard[start][ids[0]]
    for word in ids[1:]:
        for step in range(at + 1, min(at + 2 + gap, len(heard))):
            if word in heard[step]:
                at, quality = step, min(quality, heard[step][word])
                break
        else:
            return None
    return at + 1, quality


def _closest(phrase: _Phrase, heard: list[Words], reach: int) -> Spot | None:
    """The first stretch of at most `reach` words that holds all of the phrase's."""
    ids = phrase.words
    for start in range(len(heard)):
        if ids.isdisjoint(heard[start]):
            continue
        best: dict[int, float] = {}
        for at in range(start, min(start + reach, len(heard))):
            for word in ids & heard[at].keys():
                best[word] = max(best.get(word, 0.0), heard[at][word])
            if len(best) == len(ids):
                return Spot(phrase.label, start, at + 1, len(phrase.ids), min(best.values()))
    return None
