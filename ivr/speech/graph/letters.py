"""How written words sound: the letter rules of a language, as phones of its acoustic model.

Owns the reading of `letters.yaml` beside a bundled model and its use. The rules are data: consonants, vowels, signs,
what a nasal sign becomes, and whether the inherent vowel falls silent (Hindi) or not (Telugu). Knows no list of words
and writes no file.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ivr.core.data import load_mapping
from ivr.core.errors import DataError

Way = tuple[str, ...]
_JOINERS = str.maketrans("", "", "\u200c\u200d")


@dataclass(frozen=True, slots=True)
class Letters:
    """Letter rules. Spellings map to phones of the model.

    consonants: letters and conjuncts that sound unlike their parts
    marks: sign after a vowel -> {the phone that follows, or "end", or "else": what the sign becomes}
    colouring: marks that are no phone of their own after another vowel than the inherent one
    silent_inherent: the inherent vowel is deleted where Hindi does
    keeps_inherent: phone -> phones; a final cluster that ends in the first keeps its vowel, but not after one of these
    single: pairs of phones of which only the second sounds
    endings: phones at a word's end -> what they sound like there
    words: readings that the rules get wrong, the likeliest first
    """

    consonants: Mapping[str, Way]
    vowels: Mapping[str, Way]
    signs: Mapping[str, Way]
    virama: str
    inherent: str
    marks: Mapping[str, Mapping[str, Way]]
    colouring: frozenset[str] = frozenset()
    silent_inherent: bool = False
    keeps_inherent: Mapping[str, frozenset[str]] = field(default_factory=dict)
    single: frozenset[Way] = frozenset()
    endings: Mapping[Way, Way] = field(default_factory=dict)
    words: Mapping[str, tuple[Way, ...]] = field(default_factory=dict)

    def phones(self) -> set[str]:
        """Every phone that a rule can give."""
        spelled = (self.consonants, self.vowels, self.signs, *self.marks.values())
        ways = [*self.endings.values(), *(way for table in spelled for way in table.values())]
        ways += [way for every in self.words.values() for way in every]
        return {self.inherent, *(phone for way in ways for phone in way)}


@dataclass(frozen=True, slots=True)
class _Sound:
    """One phone of a word being read. `bare`: an inherent vowel. `mark`: a mark still to become phones."""

    phone: str
    vowel: bool = False
    bare: bool = False
    mark: str = ""

    @property
    def consonant(self) -> bool:
        return not self.vowel


def _way(phones: str) -> Way:
    return tuple(phones.split())


def _table(table: Mapping[str, str]) -> dict[str, Way]:
    return {_plain(letters): _way(phones) for letters, phones in table.items()}


def load_letters(path: Path) -> Letters:
    """Read letters.yaml; DataError says which file and what is wrong."""
    data = load_mapping(path)
    try:
        return Letters(
            consonants=_table(data["consonants"]),
            vowels=_table(data["vowels"]),
            signs=_table(data["signs"]),
            virama=data["virama"],
            inherent=data["inherent"],
            marks={sign: {next_: _way(to) for next_, to in table.items()} for sign, table in data["marks"].items()},
            colouring=frozenset(data.get("colouring", ())),
            silent_inherent=bool(data.get("silent_inherent", False)),
            keeps_inherent={phone: frozenset(_way(after)) for phone, after in data.get("keeps_inherent", {}).items()},
            single=frozenset(_way(pair) for pair in data.get("single", ())),
            endings={_way(end): _way(to) for end, to in data.get("endings", {}).items()},
            words={_plain(w): tuple(map(_way, ways.split("|"))) for w, ways in data.get("words", {}).items()},
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{path}: not readable as letter rules: {error!r}") from error


def _plain(text: str) -> str:
    """One spelling for one look: nukta letters as two characters, no joiners."""
    return unicodedata.normalize("NFC", text).translate(_JOINERS)


def pronounce(word: str, letters: Letters) -> tuple[Way, ...]:
    """Ways to say `word`, the likeliest first; none when a character of it has no rule."""
    word = _plain(word)
    if word in letters.words:
        return letters.words[word]
    try:
        sounds = list(_resolve(list(_read(word, letters)), letters))
    except KeyError:
        return ()
    readings = [sounds]
    if letters.silent_inherent:
        spoken = _silence_inside(_silence_end(sounds, letters))
        readings = [spoken, _silence_before_vowels(spoken)]
    ways = (_once((sound.phone for sound in reading), letters.single) for reading in readings)
    return tuple(dict.fromkeys(_end(way, letters.endings) for way in ways if way))


def _read(word: str, letters: Letters) -> Iterator[_Sound]:
    """The letters as sounds, a bare consonant with its inherent vowel; KeyError at a character without a rule."""
    at = 0
    while at < len(word):
        if word[at] in letters.marks:
            yield _Sound("", mark=word[at])
            at += 1
            continue
        vowel = letters.vowels.get(word[at]) or letters.signs.get(word[at])
        if vowel:
            yield from map(_Sound, vowel[:-1])
            yield _Sound(vowel[-1], vowel=True)
            at += 1
            continue
        spelling = next(s for n in (3, 2, 1) if (s := word[at : at + n]) in letters.consonants or n == 1)
        yield from map(_Sound, letters.consonants[spelling])
        at += len(spelling)
        if word[at : at + 1] == letters.virama:
            at += 1
        elif word[at : at + 1] not in letters.signs:
            yield _Sound(letters.inherent, vowel=True, bare=True)


def _sounds_in(sounds: list[_Sound], i: int) -> bool:
    """Whether a vowel stands at `i` that is not inherent, or that another vowel keeps alive."""
    full = not sounds[i].bare or (i + 1 < len(sounds) and sounds[i + 1].vowel)
    return sounds[i].vowel and full


def _resolve(sounds: list[_Sound], letters: Letters) -> Iterator[_Sound]:
    """Every mark become what its neighbours make of it."""
    for i, sound in enumerate(sounds):
        if not sound.mark:
            yield sound
            continue
        if sound.mark in letters.colouring and i and sounds[i - 1].phone != letters.inherent:
            continue
        table = letters.marks[sound.mark]
        following = sounds[i + 1].phone if i + 1 < len(sounds) else "end"
        other = () if following == "end" else table.get("else", ())
        yield from map(_Sound, table.get(following, other))


def _silence_end(sounds: list[_Sound], letters: Letters) -> list[_Sound]:
    """Without the inherent vowel at the end, unless a cluster there needs it."""
    if len(sounds) < 3 or not sounds[-1].bare:
        return sounds
    before, last = sounds[-3:-1]
    not_after = letters.keeps_inherent.get(last.phone)
    cluster = before.consonant and before.phone != last.phone
    if cluster and not_after is not None and before.phone not in not_after:
        return sounds
    return sounds[:-1]


def _silence_inside(sounds: list[_Sound]) -> list[_Sound]:
    """Without inherent vowels between vowel-consonant and consonant-vowel, from the right; kept after h and before
    another inherent vowel. After B. Ohala, Aspects of Hindi Phonology (1983), as espeak-ng applies it."""
    kept = list(sounds)
    for i in range(len(kept) - 3, 1, -1):
        left, right = kept[i - 1], kept[i + 1]
        if not (kept[i].bare and left.consonant and right.consonant) or left.phone == "h":
            continue
        if kept[i - 2].vowel and _sounds_in(kept, i + 2):
            del kept[i]
    return kept


def _silence_before_vowels(sounds: list[_Sound]) -> list[_Sound]:
    """Another reading: names of letters written as one word, as in "esemes" for SMS."""
    following = [*sounds, _Sound("")][1:]
    return [sound for sound, after in zip(sounds, following, strict=True) if not (sound.bare and after.vowel)]


def _once(phones: Iterable[str], single: frozenset[Way]) -> Way:
    """Of each pair in `single` only the second phone."""
    found: list[str] = []
    for phone in phones:
        if found and (found[-1], phone) in single:
            found.pop()
        found.append(phone)
    return tuple(found)


def _end(way: Way, endings: Mapping[Way, Way]) -> Way:
    for end, to in endings.items():
        if len(way) > len(end) and way[-len(end) :] == end:
            return way[: -len(end)] + to
    return way
