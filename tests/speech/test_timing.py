from hypothesis import given
from hypothesis import strategies as st

from ivr.speech.recogniser import Word
from ivr.speech.timing import AudioMap

PIECES = st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 100)), min_size=1, max_size=30)


def test_a_gap_between_two_pieces_is_put_back() -> None:
    audio = AudioMap()
    audio.add(1000, 500)
    audio.add(2000, 300)
    assert [audio.call_ms(at) for at in (0, 499, 500, 700)] == [1000, 1499, 2000, 2200]
    first, second = audio.words([Word("a", 100, 500, 1.0), Word("b", 520, 800, 0.5)])
    assert (first.start_ms, first.end_ms) == (1100, 1500)
    assert (second.start_ms, second.end_ms, second.confidence) == (2020, 2300, 0.5)


def test_nothing_fed_maps_to_itself() -> None:
    assert AudioMap().call_ms(40) == 40


@given(PIECES)
def test_every_ms_comes_back_to_where_it_was_fed_from(pieces: list[tuple[int, int]]) -> None:
    audio, call_ms = AudioMap(), 0
    expected: list[int] = []
    for gap, length in pieces:
        call_ms += gap
        audio.add(call_ms, length)
        expected += range(call_ms, call_ms + length)
        call_ms += length
    assert [audio.call_ms(at) for at in range(audio.fed_ms)] == expected
