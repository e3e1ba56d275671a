"""Finite-state transducers in OpenFst's binary files: `const`, and `olabel_lookahead` (a const one and, for each state,
the output labels ahead of it). Owns the format; knows nothing of words or phones.

Layout after OpenFst 1.7's fst.h, const-fst.h, add-on.h and label-reachable.h: little-endian, no alignment.
"""

import collections
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ivr.core.errors import ModelError

_MAGIC, _ADD_ON_MAGIC = 2125659606, 446681434
_EXPANDED, _ACCEPTOR, _NOT_ACCEPTOR = 0x1, 0x10000, 0x20000
_I_SORTED, _NOT_I_SORTED, _O_SORTED = 0x10000000, 0x20000000, 0x40000000
_INFINITY = float("inf")
_STATE, _ARC = struct.Struct("<fIIII"), struct.Struct("<iifi")


class Arc(NamedTuple):
    """Labels are numbers, 0 for none; `cost` is a negative natural logarithm."""

    label: int
    output: int
    cost: float
    target: int


@dataclass(slots=True)
class Fst:
    """States are numbered from 0, which is the start; `final` holds the costs of ending."""

    arcs: list[list[Arc]] = field(default_factory=list)
    final: dict[int, float] = field(default_factory=dict)

    def state(self) -> int:
        """Add a state; its number."""
        self.arcs.append([])
        return len(self.arcs) - 1

    def arc(self, source: int, target: int, label: int = 0, output: int = 0, cost: float = 0.0) -> None:
        """Add an arc."""
        self.arcs[source].append(Arc(label, output, cost, target))


def _text(value: str) -> bytes:
    return struct.pack("<i", len(value)) + value.encode()


def _header(kind: str, version: int, properties: int, start: int, counts: tuple[int, int]) -> bytes:
    return b"".join(
        (
            struct.pack("<i", _MAGIC),
            _text(kind),
            _text("standard"),
            struct.pack("<iiQqqq", version, 0, properties, start, *counts),
        )
    )


def _properties(fst: Fst, by_output: bool) -> int:
    if all(a.label == a.output for arcs in fst.arcs for a in arcs):
        return _EXPANDED | _I_SORTED | _O_SORTED | _ACCEPTOR
    return _EXPANDED | _NOT_ACCEPTOR | (_O_SORTED | _NOT_I_SORTED if by_output else _I_SORTED)


def _sorted(arcs: Sequence[Arc], by_output: bool) -> list[Arc]:
    if by_output:
        return sorted(arcs, key=lambda a: (a.output, a.label, a.target))
    return sorted(arcs, key=lambda a: (a.label, a.output, a.target))


def const(fst: Fst, by_output: bool = False) -> bytes:
    """The FST's file, arcs sorted by their input label or, with `by_output`, by their output label."""
    states, packed, position = [], [], 0
    for number, arcs in enumerate(fst.arcs):
        silent = sum(not a.label for a in arcs), sum(not a.output for a in arcs)
        states.append(_STATE.pack(fst.final.get(number, _INFINITY), position, len(arcs), *silent))
        packed += [_ARC.pack(*arc) for arc in _sorted(arcs, by_output)]
        position += len(arcs)
    header = _header("const", 2, _properties(fst, by_output), 0, (len(fst.arcs), position))
    return b"".join((header, *states, *packed))


def _labels_ahead(fst: Fst, last: int) -> list[set[int]]:
    """For each state the output labels that may come next, `last` standing for the end."""
    before: dict[int, set[int]] = collections.defaultdict(set)
    ahead: list[set[int]] = [set() for _ in fst.arcs]
    for number, arcs in enumerate(fst.arcs):
        if number in fst.final:
            ahead[number].add(last)
        for arc in arcs:
            if arc.output:
                ahead[number].add(arc.output)
            elif arc.target != number:
                before[arc.target].add(number)
    todo = list(range(len(fst.arcs)))
    while todo:
        number = todo.pop()
        for other in before[number]:
            if not ahead[number] <= ahead[other]:
                ahead[other] |= ahead[number]
                todo.append(other)
    return ahead


def _intervals(labels: Iterable[int]) -> list[tuple[int, int]]:
    """Half-open runs of neighbouring labels."""
    found: list[tuple[int, int]] = []
    for label in sorted(labels):
        if found and found[-1][1] == label:
            found[-1] = found[-1][0], label + 1
        else:
            found.append((label, label + 1))
    return found


def olabel_lookahead(fst: Fst, labels: int) -> bytes:
    """The FST's file for composing on the fly with a grammar.

    Output labels run from 1 to `labels`; it is smallest when a state's labels ahead are neighbours.
    """
    properties = _properties(fst, by_output=True)
    out = [
        _header("olabel_lookahead", 1, properties, -1, (0, 0)),
        struct.pack("<i", _ADD_ON_MAGIC),
        const(fst, by_output=True),
        b"\x01\x00\x01\x00\x00",
        struct.pack("<iq", labels + 1, len(fst.arcs)),
    ]
    for ahead in _labels_ahead(fst, labels + 1):
        spans = _intervals(ahead)
        out.append(struct.pack("<q", len(spans)))
        out += [struct.pack("<ii", *span) for span in spans]
        out.append(struct.pack("<i", len(ahead)))
    return b"".join(out)


def read(data: bytes) -> Fst:
    """An FST from its file, of either kind; ModelError when it is neither."""
    try:
        return _read(data, 0)
    except (struct.error, UnicodeDecodeError) as error:
        raise ModelError(f"not an OpenFst file of a known kind: {error}") from error


def _read(data: bytes, at: int) -> Fst:
    (magic,) = struct.unpack_from("<i", data, at)
    kind, at = _read_text(data, at + 4)
    _, at = _read_text(data, at)
    if magic != _MAGIC or kind not in ("const", "olabel_lookahead"):
        raise ModelError(f"not an OpenFst file of a known kind: {kind!r}")
    _, _, _, start, states, count = struct.unpack_from("<iiQqqq", data, at)
    at += struct.calcsize("<iiQqqq")
    if kind == "olabel_lookahead":
        return _read(data, at + 4)
    if start != 0:
        raise ModelError("an FST that does not start at state 0")
    heads = [_STATE.unpack_from(data, at + i * _STATE.size) for i in range(states)]
    at += states * _STATE.size
    arcs = [Arc(*_ARC.unpack_from(data, at + i * _ARC.size)) for i in range(count)]
    final = {i: head[0] for i, head in enumerate(heads) if head[0] != _INFINITY}
    return Fst([arcs[position : position + n] for _, position, n, _, _ in heads], final)


def _read_text(data: bytes, at: int) -> tuple[str, int]:
    (length,) = struct.unpack_from("<i", data, at)
    end = at + 4 + length
    return data[at + 4 : end].decode(), end
