"""What a ticket is found by: its words folded, and their sounds in Latin letters, so that a search in Devanagari,
Telugu or Latin finds the same. Pure but for reading the letter tables once."""

from functools import lru_cache
from pathlib import Path

from ivr.core.data import data_dir, load_mapping
from ivr.understanding.text import Rule, Script, read_rules, words

LONGEST = 4000


@lru_cache(maxsize=1)
def _script(folder: Path) -> Script:
    return Script.load(folder)


@lru_cache(maxsize=1)
def _latin(folder: Path) -> tuple[Rule, ...]:
    """How people write the languages in Latin letters, brought to the letters of the sounds."""
    path = folder / "scripts.yaml"
    return read_rules(path, load_mapping(path).get("search", {}).get("latin"), "search", "latin")


def searchable(*texts: str | None) -> str:
    """The words of `texts` as written, then as sounds; one text for the ticket's row."""
    found = words(" ".join(text for text in texts if text))
    return " ".join((*found, *keys(found)))[:LONGEST]


def wanted(text: str) -> tuple[str, ...]:
    """The folded words that a search text asks for, all of which must be there."""
    return tuple(key for key in keys(words(text)) if key)


def keys(found: tuple[str, ...]) -> tuple[str, ...]:
    """The sounds of words, in Latin letters; without "a", which Indian scripts write only where it is long."""
    return tuple(_key(word) for word in found)


@lru_cache(maxsize=20_000)
def _key(word: str) -> str:
    script = _script(data_dir("grammars"))
    return script.sound(script.key(_plain(word))).replace("a", "")


def _plain(word: str) -> str:
    if word.isascii():
        for pattern, instead in _latin(data_dir("grammars")):
            word = pattern.sub(instead, word)
    return word
