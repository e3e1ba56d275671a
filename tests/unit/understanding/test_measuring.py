"""Measuring, corrupting and tuning."""

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.core.data import data_dir
from ivr.understanding.accuracy import (
    Outcome,
    Rate,
    SlotCase,
    Utterance,
    confusions,
    measure,
    run,
    same_value,
    slot_value,
)
from ivr.understanding.corrupt import Corrupter
from ivr.understanding.result import Band
from ivr.understanding.text import Folder, Script
from ivr.understanding.thresholds import Thresholds
from ivr.understanding.tuning import ErrorCosts, cost, interval, sweep
from ivr.understanding.understand import Understander

TODAY = date(2026, 11, 22)
FOLDER = Folder(Script.load(data_dir("grammars")))
VOCABULARY = ("राशन", "कार्ड", "रासना", "खो", "खाली", "गया", "गाय", "आय", "प्रमाण", "पत्र", "परिवार")


def outcome(expected: str, intent: str | None, band: Band, score: float = 0.8, margin: float = 0.2) -> Outcome:
    ids = frozenset(expected.split("|")) if expected else frozenset[str]()
    ranked = (intent, "z") if intent else ()
    return Outcome(Utterance("hi", "x", ids), intent, band, score, margin, ranked, None)


def test_rates_count_what_they_say() -> None:
    rates = measure(
        [
            outcome("a", "a", Band.ACCEPT),
            outcome("a", "b", Band.ACCEPT),
            outcome("z", "b", Band.CONFIRM),
            outcome("a", "a", Band.REJECT),
            outcome("", "a", Band.ACCEPT),
            outcome("", "a", Band.CONFIRM),
            outcome("", None, Band.REJECT),
            outcome("a|b", "b", Band.CONFIRM),
        ]
    )
    assert {name: (rate.hits, rate.total) for name, rate in rates.items()} == {
        "top_1": (3, 5),
        "top_3": (4, 5),
        "accepted": (1, 5),
        "accepted_wrong": (2, 8),
        "rejected_right": (1, 5),
        "asked_rightly": (1, 1),
        "negatives_refused": (2, 3),
        "negatives_rejected": (1, 3),
    }


def test_confusions_name_the_worst_first() -> None:
    outcomes = [outcome("a", "b", Band.CONFIRM)] * 2 + [outcome("", "c", Band.ACCEPT), outcome("a", "a", Band.ACCEPT)]
    assert confusions(outcomes) == [("a", "b", 2), ("(none)", "c", 1)]


@given(st.integers(0, 50), st.integers(1, 50))
def test_wilson_interval_holds_the_rate(hits: int, more: int) -> None:
    rate = Rate(hits, hits + more)
    low, high = rate.interval
    assert 0 <= low <= rate.value + 1e-9
    assert rate.value - 1e-9 <= high <= 1


def test_wilson_interval_of_a_known_case() -> None:
    low, high = Rate(81, 263).interval  # an example of the literature: 0.2553 to 0.3662
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert math.isnan(Rate(0, 0).value)


def test_utterances_run_through_the_understander(understander: Understander) -> None:
    known = [
        Utterance("hi", "राशन कार्ड खो गया", frozenset({"ration_card_duplicate"})),
        Utterance("hi", "आज मौसम कैसा है", frozenset()),
    ]
    right, refused = run(understander, known, TODAY, lambda _, text: text)
    assert right.right
    assert right.band is Band.ACCEPT
    assert refused.negative
    assert refused.band is Band.REJECT
    broken, _ = run(understander, known, TODAY, lambda _, text: "")
    assert broken.intent is None


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [("yes_no", "हाँ जी", "yes"), ("place", "बाराबंकी", "Barabanki"), ("emergency", "आग लग गई", "fire")],
)
def test_slots_are_read_by_kind(understander: Understander, kind: str, text: str, value: str) -> None:
    assert slot_value(understander, SlotCase("hi", text, kind, value), TODAY) == value


@pytest.mark.parametrize(
    ("expected", "read", "same"),
    [
        ("5.5", 5.5, True),
        ("5.50", 5.5, True),
        ("", None, True),
        ("", 1.0, False),
        ("1", None, False),
        ("x", 1.0, False),
    ],
)
def test_values_are_compared_as_what_they_are(expected: str, read: float | None, same: bool) -> None:
    assert same_value(expected, read) is same


def test_corruption_is_repeatable_and_of_the_rate() -> None:
    text = " ".join(VOCABULARY) * 40
    corrupter = Corrupter(FOLDER, VOCABULARY, 0.25)
    heard = corrupter.corrupt(text)
    assert heard == Corrupter(FOLDER, VOCABULARY, 0.25).corrupt(text)
    assert heard != Corrupter(FOLDER, VOCABULARY, 0.25, seed=2).corrupt(text)
    same = sum(a == b for a, b in zip(heard.split(), text.split(), strict=False))
    assert same < len(text.split())
    assert Corrupter(FOLDER, VOCABULARY, 0.0).corrupt(text) == text
    assert set(Corrupter(FOLDER, VOCABULARY, 1.0).corrupt("राशन खो").split()) <= set(VOCABULARY)


def test_a_misheard_word_sounds_alike() -> None:
    corrupter = Corrupter(FOLDER, VOCABULARY, 1.0)
    heard = set(corrupter.corrupt("राशन " * 60).split())
    assert "रासना" in heard


def test_tuning_prefers_to_ask_where_acting_is_often_wrong() -> None:
    outcomes = [outcome("a", "a", Band.ACCEPT, 0.9)] * 8 + [outcome("a", "b", Band.ACCEPT, 0.6)] * 4
    best = sweep(outcomes, ErrorCosts(), most_wrong=0.0, grammars="x")[0]
    assert 0.6 < best.thresholds.accept <= 0.9
    assert best.thresholds.grammars == "x"
    assert best.acted_wrong == 0
    low, high = interval(outcomes, best.thresholds, ErrorCosts())
    assert low <= best.cost <= high


def test_the_cost_of_each_error() -> None:
    costs = ErrorCosts()
    assert cost([outcome("a", "a", Band.ACCEPT)], Thresholds(0.5, 0.1, 0.3), costs) == 0
    assert cost([outcome("", "a", Band.ACCEPT)], Thresholds(0.5, 0.1, 0.3), costs) == costs.acted_wrong
    assert cost([outcome("a", "a", Band.ACCEPT, 0.2)], Thresholds(0.5, 0.1, 0.3), costs) == costs.refused_right
    assert cost([], Thresholds(), costs) == 0
