import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.speech.spelling import sound


@pytest.mark.parametrize(("one", "other"), [("हाँ", "हां"), ("सड़क", "सडक"), ("मिली", "मीलि"), ("తెలుగు", "తేలుగూ")])
def test_spellings_of_one_sound_are_one(one: str, other: str) -> None:
    assert sound(one) == sound(other)


@pytest.mark.parametrize(("one", "other"), [("हाँ", "हो"), ("सात", "साठ"), ("ఆరు", "ఏడు"), ("a", "b")])
def test_different_words_stay_different(one: str, other: str) -> None:
    assert sound(one) != sound(other)


@given(st.text())
def test_it_never_grows_and_is_its_own_sound(word: str) -> None:
    assert len(sound(word)) <= len(word)
    assert sound(sound(word)) == sound(word)
