"""What is worked out for the review page, for any turns and flags."""

from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ivr.console.recordings import PIECE_BYTES, byte_range
from ivr.console.review_view import LEAST_MS, quiet, seen, span

MS = st.integers(0, 600_000)


def a_turn(n: int, side: str, start: int, length: int) -> Any:
    blank = dict.fromkeys(
        ("words", "nbest", "text", "free_pass", "decision", "prompt", "agreed", "service", "runner_up")
    )
    return SimpleNamespace(n=n, side=side, start_ms=start, end_ms=start + length, heard_ms=length, **blank)


TURNS = st.lists(st.tuples(st.sampled_from(["caller", "prompt", "note"]), MS, st.integers(0, 9_000)), max_size=12).map(
    lambda rows: [a_turn(n, *row) for n, row in enumerate(sorted(rows, key=lambda row: row[1]), 1)]
)
FLAGS = st.lists(st.tuples(st.integers(1, 8), MS), max_size=5).map(
    lambda rows: [SimpleNamespace(kind="x", rank=r, at_ms=at, end_ms=None, detail="") for r, at in rows]
)


@given(TURNS, FLAGS)
def test_the_turn_in_question_is_the_callers_that_the_worst_flag_is_about(turns: list[Any], flags: list[Any]) -> None:
    found = seen(turns, flags, (), None, lambda line: ["a", "b", "a"])
    spoken = [row for row in turns if row.side == "caller"]
    assert (found.turn is None) == (not spoken)
    if found.turn is not None:
        worst = min(flags, key=lambda flag: (flag.rank, flag.at_ms), default=None)
        before = [row.n for row in spoken if worst is None or row.start_ms <= worst.at_ms]
        assert found.turn.n == (before[-1] if before else spoken[0].n)
        assert found.choices == ("a", "b")
        assert seen(turns, flags, (), spoken[0].n, lambda line: []).turn.n == spoken[0].n  # type: ignore[union-attr]


@given(TURNS, FLAGS)
def test_there_is_always_a_second_to_be_heard(turns: list[Any], flags: list[Any]) -> None:
    found = seen(turns, flags, (), None, lambda line: [])
    start, stop = span(found.turn, found.marks)
    assert start >= 0
    assert stop - start >= min(LEAST_MS, 1_000)


@given(TURNS, MS)
def test_in_what_is_skipped_nobody_speaks(turns: list[Any], length: int) -> None:
    found = seen(turns, (), (), None, lambda line: [])
    for start, end in quiet(found.lines, length):
        assert end - start >= 1_500
        for row in turns:
            if row.side != "note" and row.end_ms > row.start_ms:
                assert row.end_ms <= start or row.start_ms >= end


@given(st.integers(0, 2**40), st.integers(0, 2**40) | st.none(), st.integers(1, 2**31))
def test_a_piece_is_never_too_long_and_never_beyond_the_end(first: int, last: int | None, size: int) -> None:
    piece = byte_range(f"bytes={first}-{'' if last is None else last}", size)
    if first >= size or (last is not None and last < first):
        assert piece is None
    else:
        assert piece is not None
        start, stop = piece
        assert start == first
        assert 0 < stop - start <= PIECE_BYTES
        assert stop <= min(size, size if last is None else last + 1)
