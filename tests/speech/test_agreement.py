from dataclasses import replace

import pytest

from ivr.speech.agreement import TwoPasses, agree, nbest, words
from ivr.speech.models import Rejection
from ivr.speech.recogniser import NOTHING_HEARD, Recognition, Word
from ivr.understanding.result import Hypothesis


def heard(*texts: str, confidence: float = 1.0) -> Recognition:
    found = tuple(Word(word, 100 * at, 100 * at + 90, 1.0) for at, word in enumerate(texts[0].split()))
    others = tuple(Hypothesis(text, confidence / (at + 1)) for at, text in enumerate(texts))
    return Recognition(texts[0], found, confidence, False, others)


@pytest.mark.parametrize(
    ("bound", "free", "expected"),
    [
        ("हाँ", "जी हाँ", True),
        ("हाँ", "हां", True),
        ("नहीं", "लखनऊ", False),
        ("चाहिए", "मुझे राशन कार्ड चाहिए", False),
        ("नौ चार एक पाँच", "नौ चार एक पाँच", True),
        ("नौ चार एक पाँच", "मुझे राशन एक चाहिए", False),
        ("लखनऊ", "लखनऊ जिला", True),
    ],
)
def test_passes_agree_when_the_free_one_heard_the_words(bound: str, free: str, expected: bool) -> None:
    assert agree(TwoPasses(heard(free), heard(bound))) is expected


def test_fillers_agree_on_nothing_but_themselves() -> None:
    fillers = {"जी", "हाँ"}
    assert not agree(TwoPasses(heard("जी लखनऊ"), heard("जी नहीं")), fillers)
    assert agree(TwoPasses(heard("जी"), heard("जी हाँ")), fillers)


def test_what_was_not_heard_or_fitted_badly_is_no_agreement() -> None:
    assert not agree(TwoPasses(heard("हाँ"), NOTHING_HEARD))
    assert not agree(TwoPasses(NOTHING_HEARD, heard("हाँ")))
    assert not agree(TwoPasses(heard("हाँ"), heard("हाँ", confidence=0.2)))


def test_a_likely_second_reading_counts_an_unlikely_one_does_not() -> None:
    assert agree(TwoPasses(heard("लखनऊ", "नहीं"), heard("नहीं")))
    assert not agree(TwoPasses(heard("लखनऊ", "आगरा", "नहीं"), heard("नहीं")))


def test_without_a_grammar_there_is_nothing_to_disagree_with() -> None:
    assert agree(TwoPasses(heard("राशन कार्ड")))
    assert agree(TwoPasses(NOTHING_HEARD))


def test_nbest_has_the_grammar_first_then_the_free_best_then_the_rest_once() -> None:
    passes = TwoPasses(heard("हाँ जी", "नहीं", confidence=0.9), heard("हाँ", "हाँ जी", "ना"))
    assert [one.text for one in nbest(passes)] == ["हाँ", "हाँ जी", "नहीं", "ना"]
    assert [word.text for word in words(passes)] == ["हाँ"]


def test_a_rejecting_grammar_leaves_the_free_reading() -> None:
    passes = TwoPasses(heard("राशन कार्ड"), NOTHING_HEARD)
    assert [one.text for one in nbest(passes)] == ["राशन कार्ड"]
    assert [word.text for word in words(passes)] == ["राशन", "कार्ड"]
    assert nbest(TwoPasses(NOTHING_HEARD, NOTHING_HEARD)) == ()


@pytest.mark.parametrize(
    ("filled", "sureness", "digits", "read"),
    [
        (0.28, 0.9, False, "వీధి దీపం వెలగడం లేదు"),  # "does not burn" is no "no"
        (0.28, 0.9, True, "లేదు"),
        (0.28, 0.4, False, "లేదు"),
        (0.9, 0.9, False, "లేదు"),
    ],
)
def test_a_grammar_that_fits_little_of_what_was_said_is_not_believed(
    filled: float, sureness: float, digits: bool, read: str
) -> None:
    bound = replace(heard("లేదు", confidence=0.5), coverage=filled)
    free = replace(heard("వీధి దీపం వెలగడం లేదు", confidence=sureness), coverage=1.0)
    believed = TwoPasses(free, bound).believed(Rejection(), digits=digits)
    assert nbest(believed)[0].text == read
    assert not agree(believed)
