"""Sentences that show a language's word order, drawn from its grammars: requests, commands, answers, and the numbers
and places that stand alone where they are asked for. Owns the mixture; the grammars own the sentences.
"""

from collections.abc import Iterator

import numpy as np

from ivr.understanding.danger_data import Dangers, sayable
from ivr.understanding.grammars import Grammars
from ivr.understanding.text import words

SENTENCES = 30_000
_DIGITS_MOST = 10
_NUMBER_STRINGS = 3_000
_EACH_SLOT_TEXT = 10
_EACH_TOLD = 3
_EACH_EVENT = 20


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
    yield from (" ".join(words(text)) for text in grammar.told for _ in range(_EACH_TOLD))
    yield from _cries(grammar.dangers, chance)


def _cries(dangers: Dangers, chance: np.random.Generator) -> Iterator[str]:
    """What happens in each emergency, its parts in any order: no order of theirs is known."""
    said_of = {concept: sayable(dangers, concept) for concept in dangers.words}
    for _, groups in (*dangers.events, *dangers.doubts):
        for _ in range(_EACH_EVENT):
            spoken = [said_of[group[chance.integers(len(group))]] for group in groups]
            said = [texts[chance.integers(len(texts))] for texts in spoken if texts]
            chance.shuffle(said)
            yield " ".join(word for text in said for word in words(text))
