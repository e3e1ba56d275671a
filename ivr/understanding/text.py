"""Words as keys: spelling variants of one word share a key, words that sound alike share a sound. Owns no meaning.

A key is ASCII: one letter a consonant or vowel class (grammars/scripts.yaml), so that distances count sounds, not
code points. The Unicode blocks of the Brahmi scripts are laid out alike; a letter is looked up by its place there.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ivr.core.data import load_mapping, wrong

_JOINERS = frozenset((0x200B, 0x200C, 0x200D, 0xFEFF, 0x00AD))
_CACHE_WORDS = 200_000
_BRAHMI = range(0x0900, 0x0D80)

Rule = tuple[re.Pattern[str], str]
Keys = tuple[str, ...]
Substitutions = Mapping[str, tuple[tuple[Keys, Keys], ...]]


class _Plain(dict[int, str]):
    """What each character becomes in a word, worked out when first met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if code in _JOINERS:
            plain = ""
        elif char.isdecimal():
            plain = str(unicodedata.decimal(char))
        else:
            plain = char if unicodedata.category(char)[0] in "LMN" else " "
        self[code] = plain
        return plain


_PLAIN = _Plain()


def words(text: str) -> tuple[str, ...]:
    """The words as written: NFC, lower case, no joiners, no punctuation; digits of any script become ASCII."""
    return tuple(unicodedata.normalize("NFC", text).lower().translate(_PLAIN).split())


def read_rules(path: Path, data: Any, *keys: str) -> tuple[Rule, ...]:
    """[pattern, replacement] pairs of a data file. DataError with file and line for a bad one."""
    try:
        return tuple((re.compile(pattern), replacement) for pattern, replacement in data or ())
    except (re.error, ValueError, TypeError) as error:
        raise wrong(path, f"not a [pattern, replacement]: {error}", *keys) from error


def _apply(rules: Sequence[Rule], text: str) -> str:
    for pattern, replacement in rules:
        text = pattern.sub(replacement, text)
    return text


@dataclass(frozen=True)
class Script:
    """The letter tables of grammars/scripts.yaml."""

    letters: Mapping[str, str]
    final_nasal: Mapping[str, str]
    rules: tuple[Rule, ...]
    sound_letters: Mapping[int, str]
    sound_rules: tuple[Rule, ...]

    @classmethod
    def load(cls, grammars_dir: Path) -> "Script":
        path = grammars_dir / "scripts.yaml"
        data = load_mapping(path)
        sound = data.get("sound") or {}
        return cls(
            letters=data.get("letters") or {},
            final_nasal=data.get("final_nasal") or {},
            rules=read_rules(path, data.get("rules"), "rules"),
            sound_letters=str.maketrans(sound.get("letters") or {}),
            sound_rules=read_rules(path, sound.get("rules"), "sound", "rules"),
        )

    def key(self, word: str) -> str:
        """The key of one written word. Letters of no known script stay as they are."""
        key = "".join(map(self._letter, word))
        if key.endswith("~"):
            block = unicodedata.name(word[-1], "").partition(" ")[0]
            key = key[:-1] + self.final_nasal.get(block, self.final_nasal.get("other", ""))
        return _apply(self.rules, key)

    def _letter(self, char: str) -> str:
        code = ord(char)
        if code not in _BRAHMI:
            return char
        return self.letters.get(chr(0x0900 + code % 0x80), "")

    def sound(self, key: str) -> str:
        """The sound of a key: what a recogniser may confuse is one."""
        return _apply(self.sound_rules, key.translate(self.sound_letters))


@dataclass(frozen=True)
class Folder:
    """Folds one language's text to keys. `letters` are its own rules on a written word; `canon` maps a first key to
    the sequences that begin with it and what they stand for, longest first; `endings` are case endings as keys."""

    script: Script
    letters: tuple[Rule, ...] = ()
    canon: Substitutions = field(default_factory=dict)
    endings: tuple[str, ...] = ()
    stem_min: int = 3
    _keys: dict[str, str] = field(default_factory=dict, repr=False)
    _stems: dict[str, str] = field(default_factory=dict, repr=False)
    _sounds: dict[str, str] = field(default_factory=dict, repr=False)
    _known: "_Known" = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_known", _Known(self))

    def key(self, word: str) -> str:
        """The key of one word as given by `words`; "" when nothing of it is left."""
        found = self._keys.get(word)
        if found is None:
            found = self.script.key(_apply(self.letters, word))
            _keep(self._keys, word, found)
        return found

    def keys(self, text: str) -> Keys:
        """The keys of the text's words, one a word."""
        return tuple(key for key in map(self.key, words(text)) if key)

    def fold(self, text: str) -> Keys:
        """The keys of the text with variants replaced by the form they stand for."""
        return self.replace(self.keys(text))

    def replace(self, keys: Keys) -> Keys:
        """Replace each known sequence by the form it stands for, the longest first. A word that begins no sequence is
        known too without its case ending."""
        return substitute(tuple(map(self._known.__getitem__, keys)), self.canon)

    def bare(self, key: str) -> str:
        """The key, or the beginning of it that is a known variant where only a case ending makes it unknown."""
        if key in self.canon:
            return key
        return next((bare for bare in self._bares(key) if self._variant(bare)), key)

    def _bares(self, key: str) -> Iterator[str]:
        for ending in self.endings:
            if key.endswith(ending) and len(key) - len(ending) >= self.stem_min:
                yield key[: -len(ending)]

    def _variant(self, key: str) -> bool:
        return any(len(sequence) == 1 for sequence, _ in self.canon.get(key, ()))

    def stem(self, key: str) -> str:
        """The key without its case ending (the longest that leaves enough of a word) and without final vowels."""
        found = self._stems.get(key)
        if found is None:
            found = _stem(key, self.endings, self.stem_min)
            _keep(self._stems, key, found)
        return found

    def sound(self, key: str) -> str:
        found = self._sounds.get(key)
        if found is None:
            found = self.script.sound(key)
            _keep(self._sounds, key, found)
        return found


class _Known(dict[str, str]):
    """`Folder.bare` of each key, worked out when first met."""

    def __init__(self, folder: Folder) -> None:
        super().__init__()
        self._folder = folder

    def __missing__(self, key: str) -> str:
        found = self._folder.bare(key)
        _keep(self, key, found)
        return found


def substitute(keys: Keys, table: Substitutions) -> Keys:
    """Replace each sequence of the table where it stands, from left to right, the longest first."""
    if table.keys().isdisjoint(keys):
        return keys
    result: list[str] = []
    at = 0
    while at < len(keys):
        for sequence, instead in table.get(keys[at], ()):
            size = len(sequence)
            if size == 1 or keys[at : at + size] == sequence:
                result.extend(instead)
                at += size
                break
        else:
            result.append(keys[at])
            at += 1
    return tuple(result)


def occurrences(keys: Keys, table: Substitutions) -> list[tuple[int, int]]:
    """Where sequences of the table stand: (first, after the last), from left to right, none overlapping."""
    if table.keys().isdisjoint(keys):
        return []
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(keys):
        length = next((len(seq) for seq, _ in table.get(keys[at], ()) if keys[at : at + len(seq)] == seq), 0)
        if length:
            found.append((at, at + length))
        at += length or 1
    return found


def substitutions(pairs: Mapping[Keys, Keys]) -> Substitutions:
    """The table of `substitute`: by first key, longest first."""
    table: dict[str, list[tuple[Keys, Keys]]] = {}
    for sequence, instead in pairs.items():
        if sequence:
            table.setdefault(sequence[0], []).append((sequence, instead))
    return {first: tuple(sorted(found, key=lambda pair: -len(pair[0]))) for first, found in table.items()}


def _stem(key: str, endings: Sequence[str], least: int) -> str:
    for ending in endings:
        if key.endswith(ending) and len(key) - len(ending) >= least:
            key = key[: -len(ending)]
            break
    bare = key.rstrip("aiueo")
    return bare if len(bare) >= 2 else key


def _keep(cache: dict[str, str], key: str, value: str) -> None:
    if len(cache) < _CACHE_WORDS:
        cache[key] = value


def canon_table(folder: Folder, data: Mapping[str, Sequence[str]]) -> Substitutions:
    """The `words` table {canonical: [variants]} as substitutions. The canonical form stands for itself, so that
    "आधार कार्ड" is not read as a variant "आधार" with a card too many. The first entry to name a variant wins."""
    sequences: dict[Keys, Keys] = {}
    for canonical in data:
        keys = folder.keys(canonical)
        sequences.setdefault(keys, keys)
    for canonical, variants in data.items():
        for variant in variants:
            sequences.setdefault(folder.keys(variant), folder.keys(canonical))
    return substitutions(sequences)
