"""Stretches taken out of a voice."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ivr.speech.audio import MULAW_SILENCE
from ivr.speech.cut import merged, only

Spans = list[tuple[int, int]]
spans = st.lists(st.tuples(st.integers(-50, 400), st.integers(-50, 400)), max_size=6)


def inside(ms: int, many: Spans) -> bool:
    return any(start <= ms < stop for start, stop in many)


@given(spans, spans, st.integers(0, 2500))
def test_only_what_is_kept_and_not_cut_is_heard(
    keep: list[tuple[int, int]], beep: list[tuple[int, int]], n: int
) -> None:
    voice = np.full(n, 0x12, np.uint8).tobytes()
    out = only(voice, keep, beep)
    assert len(out) == n
    for at in range(0, n, 37):
        ms = at // 8
        if inside(ms, beep):
            assert out[at] != 0x12
        else:
            assert out[at] == (0x12 if inside(ms, keep) else MULAW_SILENCE)


@given(spans, st.tuples(st.integers(0, 100), st.integers(100, 300)))
def test_merged_spans_cover_the_same_and_stay_apart(many: Spans, within: tuple[int, int]) -> None:
    found = merged(many, within)
    assert all(within[0] <= start < stop <= within[1] for start, stop in found)
    assert all(a[1] < b[0] for a, b in pairwise(found))
    for ms in range(within[0], within[1]):
        assert inside(ms, found) == inside(ms, many)
