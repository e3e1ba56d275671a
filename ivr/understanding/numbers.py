"""Number words: their values, and the number that a sequence of them says. Decimals and fractions included."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import extractOne

from ivr.understanding.text import Folder, Keys, Substitutions, occurrences, substitute, substitutions

_NEAR = 0.78
_NEAR_LEAST_SOUNDS = 4
_LEAST_PIECE = 2
_LONGEST_JOINED = 40  # letters of a key; a longer one is no word, and splitting it takes its square
_GROUPED = re.compile(r"(?<=\d),(?=\d)")
_POINT = re.compile(r"(?<=\d)\.(?=\d)")
POINT_KEY = "."


class Part(StrEnum):
    """What a number word does to the number being said."""

    VALUE = "value"  # 0..99; after tens that compose ("twenty") a unit is added
    TENS = "tens"  # tens that compose with a following unit: English and Telugu, never Hindi
    SCALE = "scale"  # hundred, thousand, lakh, crore
    FIXED = "fixed"  # one and a half, two and a half, half: a value with a fraction
    OFFSET = "offset"  # sava +1/4, sadhe +1/2, paune -1/4, before a value
    AFTER = "after"  # -nnara: +1/2 after a value
    REPEAT = "repeat"  # double, triple: the next digit again
    POINT = "point"


_PLAIN = (Part.VALUE, Part.TENS)


@dataclass(frozen=True, slots=True)
class Meaning:
    part: Part
    value: float


Heard = tuple[Meaning, ...]


@dataclass(frozen=True)
class NumberWords:
    """One language's number words by sound, those of English said in its script included."""

    folder: Folder
    by_key: Mapping[str, Meaning]
    by_sound: Mapping[str, Meaning]
    sequences: Substitutions = field(default_factory=dict)
    endings: tuple[str, ...] = ()
    foreign: Mapping[str, Meaning] = field(default_factory=dict)
    _cache: dict[tuple[str, bool], Heard] = field(default_factory=dict, repr=False)

    @classmethod
    def build(
        cls, folder: Folder, meanings: Iterable[tuple[str, Meaning]], endings: Iterable[str] = ()
    ) -> "NumberWords":
        """From words as written; `endings` are those that only numbers take ("on the sixth"). A sound that two
        different numbers share (Telugu five and seven, carelessly written) says neither."""
        by_key: dict[str, Meaning] = {}
        by_sound: dict[str, set[Meaning]] = {}
        sequences: dict[Keys, Keys] = {}
        for word, meaning in meanings:
            keys = folder.keys(word)
            key = "".join(keys)
            if len(keys) > 1:
                sequences.setdefault(keys, (key,))
            by_key.setdefault(key, meaning)
            by_sound.setdefault(folder.sound(key), set()).add(meaning)
        certain = {sound: found.pop() for sound, found in by_sound.items() if sound and len(found) == 1}
        return cls(folder, by_key, certain, substitutions(sequences), tuple(map(folder.key, endings)))

    def with_foreign(self, meanings: Iterable[tuple[str, Meaning]], but: Collection[str]) -> "NumberWords":
        """These words, and another language's by their sound where they sound like none of the own nor of the words
        (keys) in `but`."""
        folder = self.folder
        sounds = ((folder.sound("".join(folder.keys(text))), meaning) for text, meaning in meanings)
        taken = {folder.sound(key) for key in but} | self.by_sound.keys()
        foreign = {sound: meaning for sound, meaning in sounds if sound and sound not in taken}
        return replace(self, foreign={**foreign, **self.foreign}, _cache={})

    def joined(self, keys: Keys) -> Keys:
        """The keys with number words of several words ("दो बार") as one key."""
        return substitute(keys, self.sequences)

    @cached_property
    def _sounds(self) -> tuple[str, ...]:
        return tuple(sound for sound in self.by_sound if len(sound) >= _NEAR_LEAST_SOUNDS)

    @cached_property
    def _pieces(self) -> Mapping[str, Meaning]:
        """The words as they may begin a joined word: whole, or without the vowel that the next one swallows."""
        pieces = {key: meaning for key, meaning in self.by_key.items() if len(key) >= _LEAST_PIECE}
        for key, meaning in self.by_key.items():
            if len(key) > _LEAST_PIECE and key[-1] in "aiueo":
                pieces.setdefault(key[:-1], meaning)
        return pieces

    def read(self, key: str, *, near: bool) -> Heard:
        """What the word says in numbers, several meanings where words are joined, () when it is no number.

        `near`: also words that only sound like a number's.
        """
        found = self._cache.get((key, near))
        if found is None:
            found = self._read(key, near=near)
            if len(self._cache) < 50_000:
                self._cache[key, near] = found
        return found

    def _read(self, key: str, *, near: bool) -> Heard:
        if key == POINT_KEY:
            return (Meaning(Part.POINT, 0),)
        if key.isdecimal():
            return (Meaning(Part.VALUE, float(key)),)
        stem = self.folder.stem(key)
        for form in (key, stem, *(key.removesuffix(ending) for ending in self.endings)):
            if form in self.by_key:
                return (self.by_key[form],)
        sound = self.folder.sound(key)
        for form in (sound, self.folder.sound(stem)):
            if form in self.by_sound:
                return (self.by_sound[form],)
        return self._split(key) or (self._near(sound) if near else ())

    def _near(self, sound: str) -> Heard:
        """What a sound may be that is no number's: a foreign number's, or one misheard."""
        if sound in self.foreign:
            return (self.foreign[sound],)
        if len(sound) >= _NEAR_LEAST_SOUNDS:
            hit = extractOne(sound, self._sounds, scorer=Levenshtein.normalized_similarity, score_cutoff=_NEAR)
            if hit:
                return (self.by_sound[hit[0]],)
        return ()

    def _split(self, key: str) -> Heard:
        """The number words that the key is made of, as few as can be; () when it is not made of them."""
        if len(key) > _LONGEST_JOINED:
            return ()
        best: list[Heard | None] = [()] + [None] * len(key)
        for end in range(1, len(key) + 1):
            for start in range(end - 1, -1, -1):
                before, meaning = best[start], self._pieces.get(key[start:end])
                if before is None or meaning is None:
                    continue
                present = best[end]
                if present is None or len(before) + 1 < len(present):
                    best[end] = (*before, meaning)
        return best[-1] or ()


def spaced(text: str) -> str:
    """The text with digit groups closed up and decimal points as words of their own: "1,250.5" -> "1250 . 5"."""
    return _POINT.sub(" \u00b7 ", _GROUPED.sub("", text))


def keys_of(folder: Folder, text: str) -> Keys:
    """The text's keys for reading numbers, decimal points kept."""
    parts = spaced(text).split("\u00b7")
    keys: list[str] = []
    for i, part in enumerate(parts):
        keys.extend(((POINT_KEY,) if i else ()) + folder.keys(part))
    return tuple(keys)


def runs(words: NumberWords, keys: Keys, *, near: bool) -> list[tuple[int, int, Heard]]:
    """Stretches of number words: (first word, word after the last, meanings)."""
    found: list[tuple[int, int, Heard]] = []
    for at, key in enumerate(keys):
        heard = words.read(key, near=near)
        if not heard:
            continue
        if found and found[-1][1] == at:
            start, _, before = found[-1]
            found[-1] = (start, at + 1, before + heard)
        else:
            found.append((at, at + 1, heard))
    return found


def number(words: NumberWords, keys: Keys, cancels: Substitutions) -> float | None:
    """The number said: the longest stretch of number words, the last of equals, after the last cancelling words."""
    keys = after_cancel(keys, cancels)
    found = [run for run in runs(words, keys, near=False) if value_of(run[2]) is not None]
    if not found:
        found = [run for run in runs(words, keys, near=True) if value_of(run[2]) is not None]
    if not found:
        return None
    best = max(found, key=lambda run: (len(run[2]), run[0] if value_of(run[2]) != 1 else -1))
    return value_of(best[2])


def after_cancel(keys: Keys, cancels: Substitutions) -> Keys:
    """What follows the last cancelling words; all of it where nothing follows or there are none."""
    ends = [end for start, end in occurrences(keys, cancels) if start and end < len(keys)]
    return keys[ends[-1] :] if ends else keys


def apart(heard: Heard) -> list[Heard]:
    """The numbers of a stretch, where a unit after a unit begins a new one: 15, 2 thousand 26 -> 15 and 2026."""
    found: list[list[Meaning]] = []
    for meaning in heard:
        last = found[-1][-1] if found else None
        follows = last is not None and (
            last.part not in _PLAIN
            or meaning.part not in _PLAIN
            or (last.part is Part.TENS and meaning.part is Part.VALUE and meaning.value < 10)
        )
        if follows:
            found[-1].append(meaning)
        else:
            found.append([meaning])
    return [tuple(part) for part in found]


@dataclass(slots=True)
class _Sum:
    total: float = 0.0
    group: float | None = None
    offset: float = 0.0
    tens: bool = False
    last: float = 1.0  # the scale said last, which a half after it is a half of


def value_of(heard: Heard) -> float | None:
    """The number that a stretch of meanings says; None when it says none (a bare "point")."""
    whole, fraction = heard, ""
    for at, meaning in enumerate(heard):
        if meaning.part is Part.POINT:
            whole, fraction = heard[:at], "".join(f"{m.value:g}" for m in heard[at + 1 :] if m.part in _PLAIN)
            break
    amount = _whole(whole)
    if amount is None and not fraction:
        return None
    result = (amount or 0.0) + (float(f"0.{fraction}") if fraction else 0.0)
    return round(result, 6)


def _whole(heard: Heard) -> float | None:
    state = _Sum()
    said = False
    for meaning in heard:
        if meaning.part is Part.REPEAT or meaning.part is Part.POINT:
            continue
        said = True
        _add(state, meaning)
    if not said:
        return None
    if state.offset and state.group is None:
        state.group = 1.0  # a bare "sava"
    return state.total + (state.group or 0.0) + state.offset


def _add(state: _Sum, meaning: Meaning) -> None:
    if meaning.part is Part.OFFSET:
        state.offset += meaning.value
    elif meaning.part is Part.AFTER:
        state.group = (state.group or 0.0) + meaning.value * (state.last if state.group is None else 1.0)
    elif meaning.part is Part.SCALE:
        _scale(state, meaning.value)
    else:
        unit = meaning.part is Part.VALUE and meaning.value < 10
        plain = state.group is not None and state.group % 100 == 0 and state.group > 0
        composes = state.tens and unit
        state.group = (state.group or 0.0) + meaning.value if plain or composes else meaning.value
        state.tens = meaning.part is Part.TENS


def _scale(state: _Sum, scale: float) -> None:
    group = 1.0 if state.group is None else state.group
    said = (group + state.offset) * scale
    state.offset, state.tens, state.last = 0.0, False, scale
    if scale >= 1000:
        state.total += said
        state.group = None
    else:
        state.group = said
