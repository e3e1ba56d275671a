"""Sentences to train and to measure on, from the word and phrase lists in text/ (one phrase a line; not checked by
native speakers). Templates hold `<X>` for any word and `<N>` for a digit.
"""

import random
from dataclasses import dataclass
from pathlib import Path

TEXT = Path(__file__).parent / "text"

_CONSONANTS = {
    "hi": [*"कखगघचछजझटठडढणतथदधनपफबभमयरलवशषसह", "ड़", "ढ़", "ज़", "फ़"],
    "te": [*"కఖగఘచఛజఝటఠడఢణతథదధనపఫబభమయరలవశషసహళ"],
}
_SIGNS = {
    "hi": ["", "", "", "ा", "ा", "ि", "ी", "ु", "ू", "े", "ै", "ो", "ौ", "ं", "ाँ", "्"],
    "te": ["", "", "", "ా", "ా", "ి", "ీ", "ు", "ూ", "ె", "ే", "ై", "ొ", "ో", "ౌ", "ం", "్"],
}
_VIRAMA = {"hi": "्", "te": "్"}


def _lines(lang: str, kind: str) -> list[str]:
    text = (TEXT / f"{lang}.{kind}").read_text(encoding="utf-8")
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def phrases(lang: str) -> tuple[list[str], list[str]]:
    """The caller's phrases: (shown in training, held out of it)."""
    every = _lines(lang, "phrases")
    return every[0::2], every[1::2]


def other(lang: str) -> list[str]:
    """Speech about something else, which no phrase should answer to."""
    return _lines(lang, "other")


def digits(lang: str) -> list[str]:
    """The words for 0 to 9."""
    return _lines(lang, "words")[0].split()[:10]


def words(lang: str) -> list[str]:
    """Every word of the lists."""
    lines = [*_lines(lang, "phrases"), *_lines(lang, "words"), *_lines(lang, "templates")]
    return sorted({word for line in lines for word in line.split() if not word.startswith("<")})


@dataclass(frozen=True, slots=True)
class _Source:
    lang: str
    vocabulary: list[str]
    templates: list[str]
    digits: list[str]
    seen: list[str]


def _pseudo_word(lang: str, rng: random.Random) -> str:
    """Syllables in no dictionary: without them phones are learned only inside known words."""
    syllables = rng.choice((1, 2, 2, 3, 3, 4))
    word = "".join(rng.choice(_CONSONANTS[lang]) + rng.choice(_SIGNS[lang]) for _ in range(syllables))
    return word.rstrip(_VIRAMA[lang]) if lang == "te" else word


def _filled(source: _Source, rng: random.Random) -> str:
    text = rng.choice(source.templates)
    while "<X>" in text:
        text = text.replace("<X>", rng.choice(source.vocabulary), 1)
    while "<N>" in text:
        text = text.replace("<N>", rng.choice(source.digits), 1)
    return text


def _sentence(source: _Source, rng: random.Random) -> str:
    """A phrase, a filled template, shuffled words or pseudo-words."""
    kind = rng.random()
    if kind < 0.10:
        return rng.choice(source.seen)
    if kind < 0.30:
        return _filled(source, rng)
    if kind < 0.60:
        return " ".join(rng.choice(source.vocabulary) for _ in range(rng.randint(1, 5)))
    return " ".join(_pseudo_word(source.lang, rng) for _ in range(rng.randint(1, 4)))


def _with_pauses(text: str, rng: random.Random) -> str:
    *first, last = text.split()
    return " ".join([*(word + ("," if rng.random() < 0.12 else "") for word in first), last])


def sentences(lang: str, count: int, seed: int, extra: tuple[str, ...] = ()) -> list[str]:
    """`count` training sentences; `extra` words (of grammars/) are used with those of the lists."""
    rng = random.Random(seed)
    seen, held_out = phrases(lang)
    vocabulary = sorted({*words(lang), *extra})
    source = _Source(lang, vocabulary, _lines(lang, "templates"), digits(lang), seen)
    made: list[str] = []
    while len(made) < count:
        text = _sentence(source, rng)
        if text not in held_out:
            made.append(_with_pauses(text, rng))
    return made
