"""What the caller heard of what was sent."""

from hypothesis import given
from hypothesis import strategies as st

from ivr.call.playback import LOST_MARK_MS, Ended, Playback


def test_a_prompt_is_heard_only_when_its_mark_comes_back() -> None:
    playback = Playback()
    mark = playback.sent("greeting", 2_000, True, 0)
    assert playback.sounding
    assert playback.marked("p99", 5_000) == []
    assert playback.sounding
    assert playback.marked(mark, 2_020) == [Ended("greeting", 2_000, cut=False)]
    assert not playback.sounding


def test_a_cut_prompt_was_heard_as_long_as_it_sounded() -> None:
    playback = Playback()
    playback.sent("one", 1_000, True, 0)
    playback.sent("two", 1_000, True, 0)
    assert playback.cut(1_400) == [Ended("one", 1_000, cut=True), Ended("two", 400, cut=True)]


def test_marks_thrown_back_by_a_clear_mean_nothing() -> None:
    playback = Playback()
    mark = playback.sent("one", 1_000, True, 0)
    playback.cut(100)
    assert playback.marked(mark, 120) == []


def test_one_prompt_that_must_be_heard_holds_off_the_caller() -> None:
    playback = Playback()
    playback.sent("one", 1_000, True, 0)
    assert playback.interruptible
    playback.sent("must", 1_000, False, 0)
    assert not playback.interruptible


def test_a_mark_that_never_comes_is_given_up() -> None:
    playback = Playback()
    playback.sent("one", 1_000, True, 0)
    assert playback.lost(1_000 + LOST_MARK_MS) == []
    assert playback.lost(1_001 + LOST_MARK_MS) == [Ended("one", 1_000, cut=False)]


@given(st.lists(st.integers(20, 5_000), min_size=1, max_size=6), st.integers(0, 40_000))
def test_nobody_hears_more_than_was_said_nor_than_time_allows(lengths: list[int], cut_ms: int) -> None:
    playback = Playback()
    for n, ms in enumerate(lengths):
        playback.sent(str(n), ms, True, 0)
    heard = [e.heard_ms for e in playback.cut(cut_ms)]
    assert sum(heard) == min(cut_ms, sum(lengths))


def test_what_sounded_lately_and_the_question_are_known() -> None:
    playback = Playback()
    first = playback.sent("greeting", 1_000, True, 0, ("नमस्ते", "hi"))
    playback.sent("anything_else", 2_000, True, 0, ("और कोई काम है?", "hi"))
    playback.sent("yes_no_keys", 1_000, True, 0, ("हाँ के लिए एक", "hi"))
    playback.marked(first, 1_100)
    assert [p.prompt for p in playback.around(1_050, 1_500)] == ["greeting", "anything_else"]
    assert [p.prompt for p in playback.around(1_200, 1_500)] == ["anything_else"]
    question = playback.question
    assert question is not None
    assert (question.prompt, question.starts_ms) == ("anything_else", 1_100)
    assert [question.heard(at) for at in (1_000, 2_100, 9_000)] == [0.0, 0.5, 1.0]
    playback.cut(2_100)
    assert [p.prompt for p in playback.around(2_100, 2_200)] == ["anything_else"]
    assert playback.around(2_101, 5_000) == ()
