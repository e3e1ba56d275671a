"""Which of an officer's written words a voice can read out. Pure.

A voice reads its own script; whole sentences of another one come out as letters or as noise. A word or two of another
script among many (an abbreviation, a name) are left to the voice.
"""

import re
from dataclasses import dataclass

LONGEST = 300  # signs: about half a minute of speech
_OWN_SHARE = 0.8  # of the letters that must be in the voice's script
_LONG_NUMBER = re.compile(r"\d{5,}")
_SENTENCE_END = re.compile(r"[.।?!](?=\s|$)")
_NOT_SPOKEN = str.maketrans("|{}<>", "     ")  # a pause and places in prompts' texts


@dataclass(frozen=True, slots=True)
class Aloud:
    """What is read out, "" for nothing; `whole`: it is all of it."""

    text: str
    whole: bool


def aloud(words: str, block: range) -> Aloud:
    """`block`: code points of the language's script. Cut at the end of a sentence, else of a word."""
    clean = " ".join(words.translate(_NOT_SPOKEN).split())
    letters = [ord(sign) for sign in clean if sign.isalpha()]
    if letters and sum(code in block for code in letters) < _OWN_SHARE * len(letters):
        return Aloud("", False)
    text = _cut(clean)
    return Aloud(_LONG_NUMBER.sub(lambda found: " ".join(found[0]), text), text == clean)


def _cut(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    head = text[: LONGEST + 1]
    ends = [found.end() for found in _SENTENCE_END.finditer(head) if found.end() <= LONGEST]
    return head[: ends[-1]] if ends else head[: head.rfind(" ") if " " in head else LONGEST].rstrip()
