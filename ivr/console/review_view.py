"""What the review page shows of a call, worked out from its rows: lines in the order of time, the turn in question, the
services to choose from. Pure: reads no table, writes no HTML.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from ivr.store.reviews import Correction

SIDES = {"caller": "C", "prompt": "P", "note": "D"}
CHOICES = 5
BEFORE_MS, LEAST_MS = 2_000, 3_000  # a flag is played from so long before it, and so much of it at least
_QUIET_MS = 1_500


@dataclass(frozen=True, slots=True)
class Word:
    """A word at its time. `differs`: the free pass did not hear it. `confidence` 0..100."""

    text: str
    start_ms: int
    end_ms: int
    confidence: int
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the transcript. `cut_ms`: how much of a prompt was heard, where it was cut."""

    n: int
    side: str
    start_ms: int
    end_ms: int
    text: str
    words: tuple[Word, ...] = ()
    others: tuple[str, ...] = ()  # the other readings
    free_pass: str = ""
    row: Any = None

    @property
    def letter(self) -> str:
        return SIDES[self.side]


@dataclass(frozen=True, slots=True)
class Mark:
    """A flag: what, where, and from where to play it."""

    kind: str
    at_ms: int
    end_ms: int
    detail: str

    @property
    def from_ms(self) -> int:
        return max(0, self.at_ms - BEFORE_MS)


@dataclass(frozen=True, slots=True)
class Seen:
    """A call as it is shown. `turn` is the caller's turn that is in question, None where the caller said nothing."""

    lines: tuple[Line, ...]
    marks: tuple[Mark, ...]
    turn: Line | None
    choices: tuple[str, ...]
    corrections: Mapping[int, Correction] = field(default_factory=dict)  # the newest that holds, by turn

    @property
    def base(self) -> int:
        """The newest correction of the turn in question; 0: none."""
        held = self.corrections.get(self.turn.n) if self.turn else None
        return held.id if held else 0


def seen(
    turns: Sequence[Any],
    flags: Sequence[Any],
    corrections: Sequence[Correction],
    wanted: int | None,
    alternatives: Callable[[Line], Sequence[str]],
) -> Seen:
    """`turns` and `flags` are rows in order of time; `wanted` the turn asked for, else the one that the worst flag is
    about; `alternatives` gives the services that a turn's words come near."""
    lines = tuple(_line(row) for row in turns)
    marks = tuple(_mark(row) for row in flags)
    worst = min(flags, key=lambda row: (row.rank, row.at_ms), default=None)
    turn = _chosen(lines, wanted, worst.at_ms if worst is not None else None)
    valid = {c.turn_n: c for c in corrections if c.undone_by is None}
    return Seen(lines, marks, turn, _choices(turn, alternatives) if turn else (), valid)


def _line(row: Any) -> Line:
    free = set((row.free_pass or "").split())
    words = tuple(
        Word(str(text), int(start), int(end), round(100 * float(sure)), row.agreed is not None and text not in free)
        for text, start, end, sure in row.words or ()
    )
    readings = [str(one["text"]) for one in row.nbest or ()]
    others = tuple(text for text in dict.fromkeys(readings) if text != row.text)
    text = row.text or (row.decision or "" if row.side != "prompt" else row.prompt or "")
    free_pass = row.free_pass or "" if row.free_pass != row.text else ""
    end = row.end_ms if row.end_ms is not None else row.start_ms
    return Line(row.n, row.side, row.start_ms, end, text, words, others, free_pass, row)


def _mark(row: Any) -> Mark:
    return Mark(row.kind, row.at_ms, max(row.end_ms or 0, row.at_ms + LEAST_MS), row.detail)


def _chosen(lines: Sequence[Line], wanted: int | None, at_ms: int | None) -> Line | None:
    spoken = [line for line in lines if line.side == "caller"]
    asked = next((line for line in spoken if line.n == wanted), None)
    if asked is not None or not spoken:
        return asked
    if at_ms is None:
        return spoken[-1]
    before = [line for line in spoken if line.start_ms <= at_ms]
    return before[-1] if before else spoken[0]


def _choices(turn: Line, alternatives: Callable[[Line], Sequence[str]]) -> tuple[str, ...]:
    """As decided, the runner-up, then what else is near; each once."""
    near = [turn.row.service, turn.row.runner_up, *alternatives(turn)]
    return tuple(dict.fromkeys(service for service in near if service))[:CHOICES]


def quiet(lines: Sequence[Line], length_ms: int) -> tuple[tuple[int, int], ...]:
    """The stretches of at least a second and a half in which nobody speaks, to be skipped."""
    spoken = sorted(
        (line.start_ms, line.end_ms) for line in lines if line.side != "note" and line.end_ms > line.start_ms
    )
    ends = [(0, 0), *spoken, (length_ms, length_ms)]
    latest, gaps = 0, []
    for (_, end), (start, _) in pairwise(ends):
        latest = max(latest, end)
        if start - latest >= _QUIET_MS:
            gaps.append((latest, start))
    return tuple(gaps)


def span(turn: Line | None, marks: Sequence[Mark]) -> tuple[int, int]:
    """The ms of which at least one second must have been heard before a correction: around the turn in question."""
    if turn is not None:
        return max(0, turn.start_ms - BEFORE_MS), max(turn.end_ms, turn.start_ms + LEAST_MS)
    return (marks[0].from_ms, marks[0].end_ms) if marks else (0, LEAST_MS)
