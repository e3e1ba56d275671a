"""Districts: mispronounced, with case endings, or corrected in the same breath."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import extractOne

from ivr.understanding.language import Language
from ivr.understanding.text import Keys, occurrences

_LONGEST = 4  # words of a district's name
_NEAR = 0.75  # normalised similarity of sounds, where a district is asked for
_NEAR_UNASKED = 0.9
_EXACT = 1.0
_WHOLE = 0.97  # quality of a name that is said right but for an ending
_LEAST_SOUNDS = 4
_LEAST_STEM = 2
_SHORT_STEM = 3  # letters; no name of so few is looked for under two endings
_FEW = 2
_EVERYDAY = "also_a_word"  # of places.yaml
_HEAD = 3  # sounds by which it is seen that no name begins so
_CACHE_NAMES = 50_000


@dataclass(frozen=True, slots=True)
class PlaceFound:
    name: str
    start: int
    end: int
    quality: float


@dataclass(frozen=True, slots=True)
class _Said:
    """An utterance. `telling`: which words tell that a place stands beside them, with nothing before the first and
    behind the last. Counted up to each word: those that are not ordinary (`names`), no place words (`others`), and
    neither."""

    keys: Keys
    telling: Sequence[bool]
    names: Sequence[int]
    others: Sequence[int]
    neither: Sequence[int]

    def beside(self, start: int, end: int) -> bool:
        """Whether a word for places stands beside words `start:end`."""
        return self.telling[start] or self.telling[end + 1]

    def stands_out(self, start: int, end: int) -> bool:
        """Whether ordinary words here can be a name: little else is said, or a word for places stands beside them."""
        return self.others[-1] - self.others[end] + self.others[start] <= _FEW or self.beside(start, end)


def _preference(place: PlaceFound) -> tuple[bool, int, float, int]:
    """A whole name before a part of it, though an ending was cut off: Kanpur Dehat before Kanpur."""
    return (place.quality >= _WHOLE, place.end - place.start, place.quality, place.end)


@dataclass(frozen=True)
class PlaceFinder:
    """`names` maps a spoken name's sound (words run together) to the district's English name, `heads` are the names'
    first sounds; `telling` are the words that tell that a place's name stands beside them; `ordinary` words may be no
    name in a sentence; `everyday` are the sounds of names that are everyday words too ("gaya", went)."""

    language: Language
    names: Mapping[str, str]
    sounds: tuple[str, ...]
    telling: frozenset[str]
    ordinary: frozenset[str]
    heads: frozenset[str]
    everyday: frozenset[str] = frozenset()
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
        heads = frozenset(sound[:length] for sound in names for length in range(_HEAD + 1))
        words = (text for entry in places.values() for text in (entry.get(_EVERYDAY) or {}).get(language.id) or ())
        everyday = frozenset(folder.sound("".join(folder.keys(text))) for text in words)
        return cls(language, names, tuple(names), telling, frozenset(ordinary) | language.weightless, heads, everyday)

    def find(self, keys: Keys, *, asked: bool) -> str | None:
        """The district in the keys (not folded further). After a cancelling word the later one counts. Where none was
        `asked` for, only a name said nearly right counts."""
        ends = [end for _, end in occurrences(keys, self.language.cancel)]
        for part in (keys[ends[-1] :], keys) if ends else (keys,):
            found = self._all(part, asked=asked)
            if found:
                return max(found, key=_preference).name
        return None

    def _all(self, keys: Keys, *, asked: bool) -> list[PlaceFound]:
        found: list[PlaceFound] = []
        said = self._said(keys)
        likely = [self._may_begin(key) for key in keys]
        near = asked or any(said.telling)
        for start in range(len(keys)):
            if not near and not likely[start]:
                continue
            for end in range(min(start + _LONGEST, len(keys)), start, -1):
                if not (asked or likely[start] or said.beside(start, end)):
                    continue  # only a name said right would count
                place = self._place(said, start, end, asked=asked)
                if place:
                    found.append(place)
        return found

    def _said(self, keys: Keys) -> _Said:
        place_words = self.language.place_words
        others = [key not in place_words for key in keys]
        return _Said(
            keys=keys,
            telling=[False, *(key in self.telling for key in keys), False],
            names=[0, *accumulate(key not in self.ordinary for key in keys)],
            others=[0, *accumulate(others)],
            neither=[0, *accumulate(o and key not in self.ordinary for o, key in zip(others, keys, strict=True))],
        )

    def _may_begin(self, key: str) -> bool:
        """Whether a district's name, said right, may begin with this word."""
        found = self._likely.get(key)
        if found is None:
            sound = self.language.folder.sound(key)
            found = self._likely[key] = sound[:_HEAD] in self.heads
            if len(self._likely) > _CACHE_NAMES:
                self._likely.clear()
        return found

    def _place(self, said: _Said, start: int, end: int, *, asked: bool) -> PlaceFound | None:
        keys, ordinary = said.keys[start:end], said.names[start] == said.names[end]
        if len(keys) == 1 and keys[0] in self.language.place_words:
            return None
        if len(keys) == 1 and self._everyday(keys):
            if not self._meant(said.keys, start, asked=asked):
                return None
        elif ordinary and not said.stands_out(start, end):
            return None
        joined = "".join(keys)
        cutoff = _NEAR if asked else _NEAR_UNASKED if said.beside(start, end) else _EXACT
        if said.neither[start] == said.neither[end]:
            cutoff = _EXACT
        found = self._cache.get((joined, cutoff))
        if found is None:
            found = self._cache[joined, cutoff] = self._look_up(joined, cutoff)
            if len(self._cache) > _CACHE_NAMES:
                self._cache.clear()
        name, quality = found
        if name and len(keys) > 1 and self._everyday(keys):
            return None
        return PlaceFound(name, start, end, quality) if name else None

    def _everyday(self, keys: Keys) -> bool:
        """Whether the words run together are, but for endings, a name that is an everyday word too."""
        joined = "".join(keys)
        forms = (joined, *self._stems(joined), self.language.folder.stem(joined)) if len(keys) > 1 else (joined,)
        return any(self.language.folder.sound(form) in self.everyday for form in forms)

    def _meant(self, keys: Keys, at: int, *, asked: bool) -> bool:
        """Whether the name of a district that is an everyday word too is meant as a name: a word for districts stands
        beside it, or it is framed as a name is, by nothing, "we" or "from": "we are from gaya", not "it broke gaya"."""
        language = self.language
        before, after = keys[at - 1] if at else "", keys[at + 1] if at + 1 < len(keys) else ""
        if before in language.district_words or after in language.district_words:
            return True
        if not before or (asked and before in language.postpositions):
            return asked or not after or self._frames(after)
        return bool(after) and before in language.place_words and self._frames(after)

    def _frames(self, after: str) -> bool:
        return after in self.language.postpositions or after in self.language.place_words

    def _look_up(self, joined: str, cutoff: float) -> tuple[str, float]:
        """The district that a name (its words run together) means, and how nearly; ("", 0) for none."""
        folder = self.language.folder
        sounds = [folder.sound(form) for form in (joined, *self._stems(joined), folder.stem(joined))]
        for sound in sounds:
            if sound in self.names:
                return self.names[sound], 1.0 if sound is sounds[0] else _WHOLE
        return self._near((sounds[0], sounds[-1]), cutoff) if cutoff < _EXACT else ("", 0.0)

    def _stems(self, joined: str) -> list[str]:
        """The name without one or two of the endings that are written together with it ("from the side of")."""
        stems = self._cut([joined])
        return [*stems, *(stem for stem in self._cut(stems) if len(stem) > _SHORT_STEM)]

    def _cut(self, forms: Sequence[str]) -> list[str]:
        endings = (*self.language.place_endings, *self.language.folder.endings)
        ended = [form for form in forms if form.endswith(endings)]
        found = [form[: -len(ending)] for form in ended for ending in endings if form.endswith(ending)]
        long = [stem for stem in found if len(stem) >= _LEAST_STEM]
        nasal = [stem[:-1] + other for stem in long if stem.endswith("n") for other in ("", "m")]
        return list(dict.fromkeys((*long, *nasal)))

    def _near(self, sounds: Sequence[str], cutoff: float) -> tuple[str, float]:
        best = ("", 0.0)
        for sound in dict.fromkeys(sounds):
            if len(sound) < _LEAST_SOUNDS:
                continue
            hit = extractOne(sound, self.sounds, scorer=Levenshtein.normalized_similarity, score_cutoff=cutoff)
            if hit and hit[1] * 0.95 > best[1]:
                best = (self.names[hit[0]], hit[1] * 0.95)
        return best
