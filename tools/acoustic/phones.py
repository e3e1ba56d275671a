"""The phones of each bundled model: espeak-ng's phoneme names folded into a small set."""

from collections.abc import Mapping

SIL = "SIL"

_PLAIN = ("k", "g", "c", "J", "t.", "d.", "t", "d", "p", "b")
_SAME = (*_PLAIN, *(p + "#" for p in _PLAIN), *"nmjrlvshfzS", "n.", "l.", "r.")
_OTHER = {
    "H": "h",
    "h": "h",
    "r-": "r",
    "l-": "l",
    "*": "r",
    "n^": "n",
    "N": "n",
    "s.": "S",
    "S;": "S",
    "v#": "v",
    "x": "k#",
    "q": "k",
    "Q": "g",
    "r.#": "r.",
}
_SILENT = ("_", "_:", "_!", "_|", "")
_DROPPED = (";", "?")  # glides and catches too short to be a phone: part of the phone before
_COMMON: dict[str, str | None] = {p: p for p in _SAME} | _OTHER | dict.fromkeys(_SILENT, SIL) | dict.fromkeys(_DROPPED)
_VOWELS: dict[str, dict[str, str]] = {
    "hi": {"A": "a: a~", "a": "V @ @2 @3 @- a", "i": "I i i: i~", "u": "U u u: u~"}
    | {"e": "e: e~ e", "E": "E E: E~", "o": "o: o~ o", "O": "O O: O~"},
    "te": {"a": "a @", "A": "a:", "i": "i i:", "u": "u u:", "e": "e e:", "o": "o o:", "Y": "aI", "W": "aU", "J": "z"},
}


def _names(vowels: Mapping[str, str]) -> dict[str, str | None]:
    return {name: phone for phone, names in vowels.items() for name in names.split()}


_MAPS: dict[str, dict[str, str | None]] = {lang: _COMMON | _names(vowels) for lang, vowels in _VOWELS.items()}


def fold(lang: str, name: str) -> str | None:
    """espeak's phoneme name -> our phone, None to drop it. KeyError for a phoneme of another language."""
    return _MAPS[lang][name.rstrip("|")]


def inventory(lang: str) -> list[str]:
    """Every phone of the language, silence first."""
    return [SIL, *sorted({p for p in _MAPS[lang].values() if p and p != SIL})]
