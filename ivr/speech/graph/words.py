"""HCL: how the words are made of phones. A tree of the words' phones, optional silence between words, and any phones at
all as `[unk]`: a phone bigram, the same that was the rival of the right words when the model was trained.
"""

import math
from collections.abc import Mapping, Sequence

from ivr.speech.graph.fst import Fst
from ivr.speech.graph.phones import SILENCE_PHONE, Phones, Position, enter_id, graph_phone, stay_id

UNKNOWN = "[unk]"
Ways = Mapping[str, Sequence[tuple[str, ...]]]
_HALF = math.log(2.0)


class _Net:
    """An FST under construction whose states but the first three each belong to one phone."""

    def __init__(self) -> None:
        self.fst = Fst()
        self.between, silence, self.root = (self.fst.state() for _ in range(3))
        self.fst.arc(silence, silence, stay_id(SILENCE_PHONE))
        self.fst.arc(self.between, silence, enter_id(SILENCE_PHONE), 0, _HALF)
        self.fst.arc(self.between, self.root, 0, 0, _HALF)
        self.fst.arc(silence, self.root)
        self.fst.final = {self.between: 0.0, silence: 0.0}

    def held(self, phone: int) -> int:
        """A state that lasts as long as graph phone `phone`."""
        state = self.fst.state()
        self.fst.arc(state, state, stay_id(phone))
        return state

    def step(self, source: int, phone: int, target: int | None = None, cost: float = 0.0) -> int:
        """Enter graph phone `phone` from `source`; in a state of its own unless `target` is given."""
        if target is None:
            target = self.held(phone)
        self.fst.arc(source, target, enter_id(phone), 0, cost)
        return target


def _positions(length: int) -> list[Position]:
    if length == 1:
        return [Position.SINGLETON]
    return [Position.BEGIN, *[Position.INTERNAL] * (length - 2), Position.END]


def _add_words(net: _Net, words: Sequence[str], ways: Ways, index: Mapping[str, int]) -> None:
    nodes: dict[tuple[int, ...], int] = {(): net.root}
    for number, word in enumerate(words, 1):
        for way in sorted(ways.get(word, ())):
            path: tuple[int, ...] = ()
            for name, position in zip(way, _positions(len(way)), strict=True):
                phone = graph_phone(index[name], position)
                before, path = path, (*path, phone)
                if path not in nodes:
                    nodes[path] = net.step(nodes[before], phone)
            net.fst.arc(nodes[path], net.between, 0, number)


def _add_unknown(net: _Net, number: int, phones: Phones, unknown_cost: float) -> None:
    """Any three phones or more; `unknown_cost` is paid for each."""
    each = range(1, len(phones.names))
    cost = [[c + unknown_cost for c in row] for row in phones.costs]
    begin = {p: net.step(net.root, graph_phone(p, Position.BEGIN), cost=cost[0][p]) for p in each}
    inside, end = {}, {}
    for p in each:
        inside[p] = net.held(graph_phone(p, Position.INTERNAL))
        end[p] = net.held(graph_phone(p, Position.END))
        net.fst.arc(end[p], net.between, 0, number, phones.costs[p][0])
    for a in each:
        for b in each:
            net.step(begin[a], graph_phone(b, Position.INTERNAL), inside[b], cost[a][b])
            net.step(inside[a], graph_phone(b, Position.INTERNAL), inside[b], cost[a][b])
            net.step(inside[a], graph_phone(b, Position.END), end[b], cost[a][b])


def words_to_phones(words: Sequence[str], ways: Ways, phones: Phones, unknown_cost: float = 0.0) -> Fst:
    """The FST from phones to `words`, which are numbered from 1 in their order and hold `[unk]`."""
    net = _Net()
    _add_words(net, words, ways, phones.index())
    _add_unknown(net, words.index(UNKNOWN) + 1, phones, unknown_cost)
    return net.fst
