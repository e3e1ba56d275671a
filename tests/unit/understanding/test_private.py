"""Which words may leave the house."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.core.data import data_dir
from ivr.core.errors import DataError
from ivr.understanding.private import NAME_WORDS, NUMBER_RUN, SURE, PrivateWords, SaidWord
from ivr.understanding.understand import Understander

KNOWN, NUMBERS = ("light", "broken", "my", "name", "is"), ("one", "two", "three")
RULES = PrivateWords(KNOWN.__contains__, NUMBERS.__contains__, follows=(("my", "name"),), precedes=(("is", "here"),))

said_words = st.lists(
    st.builds(SaidWord, st.sampled_from((*KNOWN, *NUMBERS, "ravi", "here")), st.sampled_from((0.2, 0.9))), max_size=14
)


@given(said_words, st.booleans())
def test_what_stays_is_known_sure_and_no_number(said: list[SaidWord], asked: bool) -> None:
    hidden = RULES.private(said, asked)
    assert hidden <= set(range(len(said)))
    stays = [word for at, word in enumerate(said) if at not in hidden]
    assert all(word.text in (*KNOWN, *NUMBERS) and word.confidence >= SURE for word in stays)
    if asked:
        assert not any(word.text in NUMBERS for word in stays)
    for begin in range(len(said) - NUMBER_RUN + 1):
        run = range(begin, begin + NUMBER_RUN)
        if all(said[at].text in NUMBERS for at in run):
            assert hidden.issuperset(run)


def places(text: str, rules: PrivateWords = RULES) -> list[str]:
    said = [SaidWord(word) for word in text.split()]
    return [said[at].text for at in sorted(rules.private(said))]


def test_words_beside_a_name_are_hidden_even_if_known() -> None:
    assert places("my name light broken is my light") == ["light", "broken", "is"]
    assert places("light broken is here") == ["light", "broken", "here"]
    assert NAME_WORDS == 3


def test_of_few_numbers_nothing_is_learnt() -> None:
    assert places("one two light") == []


@pytest.fixture(scope="module")
def real() -> Understander:
    folder = data_dir("grammars")
    return Understander.load(folder)


@pytest.mark.parametrize(
    ("lang", "text", "hidden"),
    [
        ("hi", "सड़क की लाइट खराब है", []),
        ("hi", "मेरा नाम सुरेश कुमार यादव", ["सुरेश", "कुमार", "यादव"]),
        ("hi", "नौ चार एक पाँच पाँच पाँच", ["नौ", "चार", "एक", "पाँच", "पाँच", "पाँच"]),
        ("hi", "दो दिन से पानी नहीं आ रहा है", []),
        ("te", "నా పేరు వెంకటేశ్వరరావు", ["వెంకటేశ్వరరావు"]),
        ("te", "వీధి దీపం వెలగడం లేదు", []),
    ],
)
def test_real_words(real: Understander, lang: str, text: str, hidden: list[str]) -> None:
    assert places(text, PrivateWords.of(real, data_dir("grammars"), lang)) == hidden


def test_a_wrong_list_is_named(understander: Understander, tmp_path: Path) -> None:
    (tmp_path / "hi").mkdir()
    (tmp_path / "hi" / "private.yaml").write_text("follows: नाम\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"private\.yaml"):
        PrivateWords.of(understander, tmp_path, "hi")
