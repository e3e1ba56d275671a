"""Spellings of one sound, for comparing what two passes wrote. Pure; the matcher's own folding is in `understanding`.

The scripts of India stand in Unicode at the same positions of their blocks, so one rule serves them all.
"""

from functools import lru_cache

_FIRST, _LAST, _BLOCK = 0x0900, 0x0D7F, 0x80
_SILENT = {0x01, 0x02, 0x3C}  # candrabindu, anusvara, nukta: written or left out at will
_SHORT = {0x40: 0x3F, 0x42: 0x41, 0x47: 0x46, 0x4B: 0x4A}  # vowel signs ii, uu, ee, oo -> i, u, e, o


@lru_cache(maxsize=8192)
def sound(word: str) -> str:
    """The same for spellings that sound the same to a recogniser: हाँ = हां."""
    return "".join(_letter(letter) for letter in word)


def _letter(letter: str) -> str:
    code = ord(letter)
    if not _FIRST <= code <= _LAST:
        return letter
    place = code % _BLOCK
    return "" if place in _SILENT else chr(code - place + _SHORT.get(place, place))
