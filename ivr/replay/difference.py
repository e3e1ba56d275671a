"""What changed between two transcripts, to be read by people: lines paired, the words that differ marked. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import zip_longest


class Kind(StrEnum):
    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"
    GAP = "gap"  # unchanged lines left out; `pieces` say how many


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    kind: Kind
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


def difference(wanted: str, happened: str, context: int = 2) -> list[Line]:
    """The lines of both in order, `context` unchanged ones around each change; nothing where they are the same."""
    before, after = wanted.splitlines(), happened.splitlines()
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    found: list[Line] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            found += [Line(Kind.SAME, (Piece(text),)) for text in before[a:b]]
        else:
            found += _changed(before[a:b], after[c:d])
    return list(_shortened(found, context)) if before != after else []


def _changed(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    for old, new in zip_longest(before, after):
        if old is None or new is None:
            kind = Kind.ADDED if old is None else Kind.REMOVED
            yield Line(kind, (Piece(new if old is None else old),))
            continue
        matcher = SequenceMatcher(None, old.split(" "), new.split(" "), autojunk=False)
        codes = matcher.get_opcodes()
        yield Line(Kind.REMOVED, _marked(old.split(" "), [(tag, a, b) for tag, a, b, _, _ in codes]))
        yield Line(Kind.ADDED, _marked(new.split(" "), [(tag, c, d) for tag, _, _, c, d in codes]))


def _marked(parts: Sequence[str], codes: Sequence[tuple[str, int, int]]) -> tuple[Piece, ...]:
    pieces = []
    for tag, begin, end in codes:
        if begin == end:
            continue
        behind = " " if end < len(parts) else ""
        pieces.append(Piece(" ".join(parts[begin:end]) + behind, tag != "equal"))
    return tuple(pieces)


def _shortened(lines: Sequence[Line], context: int) -> Iterator[Line]:
    changed = [at for at, line in enumerate(lines) if line.kind is not Kind.SAME]
    near = {at + off for at in changed for off in range(-context, context + 1)}
    left_out = 0
    for at, line in enumerate(lines):
        if at in near:
            if left_out:
                yield _gap(left_out)
            left_out = 0
            yield line
        else:
            left_out += 1
    if left_out:
        yield _gap(left_out)


def _gap(lines: int) -> Line:
    return Line(Kind.GAP, (Piece(f"{lines} lines the same"),))
