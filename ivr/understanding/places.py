"""Districts: mispronounced, with case endings, or corrected in the same breath."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import extractOne

from ivr.understanding.language import Language
from ivr.understanding.text import Keys, occurrences

_LONGEST = 4  # words of a district's name
_NEAR = 0.75  # normalised similarity of sounds, where a district is asked for
_NEAR_UNASKED = 0.9
_EXACT = 1.0
_LEAST_SOUNDS = 4
_LEAST_STEM = 2
_FEW = 2
_HEAD = 3  # sounds by which it is seen that no name begins so
_CACHE_NAMES = 50_000


@dataclass(frozen=True, slots=True)
class PlaceFound:
    name: str
    start: int
    end: int
    quality: float


@dataclass(frozen=True)
class PlaceFinder:
    """`names` maps a spoken name's sound (words run together) to the district's English name, `heads` are the names'
    first sounds; `telling` are the words that tell that a place's name stands beside them; `ordinary` words may be no
    name ("gaya", went) in a sentence."""

    language: Language
    names: Mapping[str, str]
    sounds: tuple[str, ...]
    telling: frozenset[str]
    ordinary: frozenset[str]
    heads: frozenset[str]
    _likely: dict[str, bool] = field(default_factory=dict, repr=False)
    _cache: dict[tuple[str, float], tuple[str, float]] = field(default_factory=dict, repr=False)

    @classmethod
    def build(
        cls, language: Language, places: Mapping[str, Mapping[str, Any]], ordinary: Collection[str] = ()
    ) -> "PlaceFinder":
        names: dict[str, str] = {}
        folder = language.folder
        for name, entry in places.items():
            for text in entry.get(language.id) or ():
                names.setdefault(folder.sound("".join(folder.keys(text))), name)
        telling = language.place_words - language.weightless
        heads = frozenset(sound[:_HEAD] for sound in names)
        return cls(language, names, tuple(names), telling, frozenset(ordinary) | language.weightless, heads)

    def find(self, keys: Keys, *, asked: bool) -> str | None:
        """The district in the keys (not folded further). After a cancelling word the later one counts. Where none was
        `asked` for, only a name said nearly right counts."""
        ends = [end for _, end in occurrences(keys, self.language.cancel)]
        for part in (keys[ends[-1] :], keys) if ends else (keys,):
            found = self._all(part, asked=asked)
            if found:
                return max(found, key=lambda place: (place.quality, place.end - place.start, place.end)).name
        return None

    def _all(self, keys: Keys, *, asked: bool) -> list[PlaceFound]:
        found: list[PlaceFound] = []
        likely = [self._may_begin(key) for key in keys]
        near = asked or not self.telling.isdisjoint(keys)
        for start in range(len(keys)):
            if not near and not likely[start]:
                continue
            for end in range(min(start + _LONGEST, len(keys)), start, -1):
                place = self._place(keys, start, end, asked=asked)
                if place:
                    found.append(place)
        return found

    def _may_begin(self, key: str) -> bool:
        """Whether a district's name, said right, may begin with this word."""
        found = self._likely.get(key)
        if found is None:
            sound = self.language.folder.sound(key)
            found = self._likely[key] = any(head.startswith(sound[:_HEAD]) for head in self.heads)
            if len(self._likely) > _CACHE_NAMES:
                self._likely.clear()
        return found

    def _place(self, keys: Keys, start: int, end: int, *, asked: bool) -> PlaceFound | None:
        if end - start == 1 and keys[start] in self.language.place_words:
            return None
        if all(key in self.ordinary for key in keys[start:end]) and not self._stands_out(keys, start, end):
            return None
        joined = "".join(keys[start:end])
        cutoff = _NEAR if asked else _NEAR_UNASKED if self._beside_place_word(keys, start, end) else _EXACT
        if all(key in self.ordinary or key in self.language.place_words for key in keys[start:end]):
            cutoff = _EXACT
        found = self._cache.get((joined, cutoff))
        if found is None:
            found = self._cache[joined, cutoff] = self._look_up(joined, cutoff)
            if len(self._cache) > _CACHE_NAMES:
                self._cache.clear()
        name, quality = found
        return PlaceFound(name, start, end, quality) if name else None

    def _stands_out(self, keys: Keys, start: int, end: int) -> bool:
        """Whether ordinary words here can be a name: little else is said, or a word for places stands beside them."""
        others = [key for key in (*keys[:start], *keys[end:]) if key not in self.language.place_words]
        return len(others) <= _FEW or self._beside_place_word(keys, start, end)

    def _look_up(self, joined: str, cutoff: float) -> tuple[str, float]:
        """The district that a name (its words run together) means, and how nearly; ("", 0) for none."""
        folder = self.language.folder
        endings = [ending for ending in folder.endings if joined.endswith(ending)]
        stems = [joined[: -len(ending)] for ending in endings if len(joined) - len(ending) >= _LEAST_STEM]
        sounds = [folder.sound(form) for form in (joined, *stems, folder.stem(joined))]
        for sound in sounds:
            if sound in self.names:
                return self.names[sound], 1.0 if sound is sounds[0] else 0.97
        return self._near((sounds[0], sounds[-1]), cutoff) if cutoff < _EXACT else ("", 0.0)

    def _beside_place_word(self, keys: Keys, start: int, end: int) -> bool:
        beside = (*keys[max(start - 1, 0) : start], *keys[end : end + 1])
        return any(key in self.telling for key in beside)

    def _near(self, sounds: Sequence[str], cutoff: float) -> tuple[str, float]:
        best = ("", 0.0)
        for sound in dict.fromkeys(sounds):
            if len(sound) < _LEAST_SOUNDS:
                continue
            hit = extractOne(sound, self.sounds, scorer=Levenshtein.normalized_similarity, score_cutoff=cutoff)
            if hit and hit[1] * 0.95 > best[1]:
                best = (self.names[hit[0]], hit[1] * 0.95)
        return best
