"""G: which words follow which. A word n-gram with backoff, learned from sample sentences.

Owns the counting and the smoothing; writes no file.
"""

import collections
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ivr.speech.graph.fst import Fst
from ivr.speech.graph.words import UNKNOWN

_START, _END = "<s>", "</s>"
_ANY: tuple[str, ...] = ()
History = tuple[str, ...]
Counts = Mapping[History, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class OrderRules:
    """How far the n-gram believes its sentences.

    `words`: the length of n-grams. `backoff`: the share of a history's successors left to words never seen after it.
    `unknown`: the share of `[unk]` among all words where no history is left.
    """

    words: int = 3
    backoff: float = 0.3
    unknown: float = 0.1


def count(words: Mapping[str, int], sentences: Iterable[str], rules: OrderRules) -> dict[History, dict[str, int]]:
    """history -> the words after it and how often, for histories of every length that `rules` allow.

    A sentence is cut where it has a word that `words` lacks.
    """
    counts: dict[History, dict[str, int]] = collections.defaultdict(lambda: collections.defaultdict(int))
    for sentence in sentences:
        history: History = (_START,)
        for word in (*sentence.split(), _END):
            if word not in words and word != _END:
                history = _ANY
                continue
            for k in range(len(history) + 1):
                counts[history[k:]][word] += 1
            history = (*history, word)[-(rules.words - 1) :] if rules.words > 1 else _ANY
    return counts


def _add_any(fst: Fst, states: Mapping[History, int], words: Mapping[str, int], counts: Counts, unknown: float) -> None:
    """The last resort: every word, more often those often seen."""
    seen = counts.get(_ANY, {})
    total = sum(seen.values()) + len(words)
    here = states[_ANY]
    for word, number in words.items():
        share = unknown if word == UNKNOWN else (seen.get(word, 0) + 1) / total
        fst.arc(here, _longest(states, (word,)), number, number, -math.log(share))
    fst.final[here] = -math.log((seen.get(_END, 0) or 1) / total)


def _longest(states: Mapping[History, int], history: History) -> int:
    """The state of as much of `history`, from its end, as has one."""
    while history not in states:
        history = history[1:]
    return states[history]


def word_order(words: Mapping[str, int], sentences: Iterable[str], rules: OrderRules = OrderRules()) -> Fst:
    """The FST over the labels of `words` (word -> number, `[unk]` among them)."""
    counts = count(words, sentences, rules)
    fst = Fst()
    histories = sorted({(_START,), _ANY, *counts} - {(_START,)}, key=lambda h: (len(h), h))
    states = {history: fst.state() for history in [(_START,), *histories]}
    _add_any(fst, states, words, counts, rules.unknown)
    for history, state in states.items():
        if history == _ANY:
            continue
        after = counts.get(history, {})
        seen = sum(after.values())
        for word, n in sorted(after.items()):
            cost = -math.log((1 - rules.backoff) * n / seen)
            if word == _END:
                fst.final[state] = cost
            else:
                fst.arc(state, _longest(states, (*history, word)[-(rules.words - 1) :]), words[word], words[word], cost)
        fst.arc(state, _longest(states, history[1:]), 0, 0, -math.log(rules.backoff) if after else 0.0)
    return fst
