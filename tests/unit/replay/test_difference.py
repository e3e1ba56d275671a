"""Differences of transcripts, for people."""

from hypothesis import given
from hypothesis import strategies as st

from ivr.replay.difference import Kind, difference

texts = st.lists(
    st.sampled_from(["helpline  नमस्ते", "heard     hi: हाँ", "heard     hi: हाँ जी", "ends", ""]), max_size=12
)


@given(texts, texts)
def test_both_texts_can_be_read_back(wanted: list[str], happened: list[str]) -> None:
    lines = difference("\n".join(wanted), "\n".join(happened), context=99)
    before = "\n".join(wanted).splitlines()
    after = "\n".join(happened).splitlines()
    if before == after:
        assert lines == []
    else:
        assert [line.text for line in lines if line.kind is not Kind.ADDED] == before
        assert [line.text for line in lines if line.kind is not Kind.REMOVED] == after


@given(texts, texts)
def test_only_what_is_near_a_change_is_shown(wanted: list[str], happened: list[str]) -> None:
    lines = difference("\n".join(wanted), "\n".join(happened), context=1)
    changes = sum(line.kind in (Kind.ADDED, Kind.REMOVED) for line in lines)
    assert sum(line.kind is Kind.SAME for line in lines) <= 2 * changes
    hidden = sum(int(line.text.split()[0]) for line in lines if line.kind is Kind.GAP)
    shown = sum(line.kind in (Kind.SAME, Kind.REMOVED) for line in lines)
    assert not lines or hidden + shown == len("\n".join(wanted).splitlines())


def test_the_words_that_differ_are_marked() -> None:
    removed, added = difference("heard     hi: हाँ", "heard     hi: हाँ जी")
    assert [piece.text for piece in added.pieces if piece.changed] == ["जी"]
    assert removed.text == "heard     hi: हाँ"
