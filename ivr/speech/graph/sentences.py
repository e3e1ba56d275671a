"""Sentences that show a language's word order, drawn from its grammars: requests, commands, answers, and the numbers
and places that stand alone where they are asked for. Owns the mixture; the grammars own the sentences.
"""

from collections.abc import Iterator

import numpy as np

from ivr.understanding.grammars import Grammars

SENTENCES = 30_000
_DIGITS_MOST = 10
_NUMBER_STRINGS = 3_000
_EACH_SLOT_TEXT = 10


def practice(grammars: Grammars, lang: str, count: int = SENTENCES, seed: int = 1) -> Iterator[str]:
    """About `count` sentences of what callers may say; the same for the same grammars and seed."""
    yield from grammars.sample_sentences(lang, count, seed)
    grammar = grammars.by_language[lang]
    slots = grammar.slot_words
    chance = np.random.default_rng(seed)
    numbers = [text for text in slots.get("numbers", ()) if not text.isascii()]
    for _ in range(_NUMBER_STRINGS if numbers else 0):
        length = int(chance.integers(1, _DIGITS_MOST + 1))
        yield " ".join(numbers[i] for i in chance.integers(len(numbers), size=length))
    for kind, texts in slots.items():
        if kind != "numbers":
            yield from (text for text in texts if not text.isascii() for _ in range(_EACH_SLOT_TEXT))
    yield from (word for word in sorted(grammar.language.written) for _ in range(_EACH_SLOT_TEXT))
