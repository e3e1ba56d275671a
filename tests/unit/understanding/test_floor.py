"""The floor that the development set holds: real grammars, utterances whose author did not see the templates.

Raise a floor when understanding gets better; never write the set's sentences into the grammars.
"""

from datetime import date
from pathlib import Path

import pytest

from ivr.cli.accuracy import corrupter, read_rows, utterances
from ivr.understanding.accuracy import Rate, SlotCase, measure, run, same_value, slot_value
from ivr.understanding.result import Band, Hypothesis, WaitKind
from ivr.understanding.understand import Understander
from tests.real import knowledge

DATA = Path(__file__).resolve().parents[2] / "data"
TODAY = date(2026, 11, 22)  # the day that the slots' dates were written for


@pytest.fixture(scope="module")
def real() -> Understander:
    return knowledge().understander


def rates(real: Understander, lang: str, corrupt: float) -> dict[str, Rate]:
    known = [found for found in utterances(read_rows(DATA / "utterances.csv", {"text"})) if found.lang == lang]
    assert len(known) >= 300
    return measure(run(real, known, TODAY, corrupter(real, corrupt, seed=1)))


@pytest.mark.parametrize("lang", ["hi", "te"])
def test_services(real: Understander, lang: str) -> None:
    found = rates(real, lang, 0.0)
    assert found["top_1"].value >= 0.965
    assert found["top_3"].value >= 0.98
    assert found["accepted"].value >= 0.81
    assert found["accepted_wrong"].value <= 0.01
    assert found["rejected_right"].value <= 0.02
    assert found["negatives_refused"].value >= 0.98
    assert found["asked_rightly"].value >= 0.77


@pytest.mark.parametrize("lang", ["hi", "te"])
def test_services_at_a_word_error_rate_of_a_quarter(real: Understander, lang: str) -> None:
    found = rates(real, lang, 0.25)
    assert found["top_1"].value >= 0.80
    assert found["top_3"].value >= 0.89
    assert found["accepted_wrong"].value <= 0.03


@pytest.mark.parametrize("lang", ["hi", "te"])
def test_slots(real: Understander, lang: str) -> None:
    rows = [row for row in read_rows(DATA / "slots.csv", {"kind", "value"}) if row["lang"] == lang]
    cases = [SlotCase(lang, row["text"], row["kind"], row["value"].strip()) for row in rows]
    right = sum(same_value(case.value, slot_value(real, case, TODAY)) for case in cases)
    assert right / len(cases) >= 0.98


@pytest.mark.parametrize("lang", ["hi", "te"])
def test_an_emergency_is_told_as_one(real: Understander, lang: str) -> None:
    known = utterances(read_rows(DATA / "utterances.csv", {"text"}))
    cases = [found for found in known if found.lang == lang and found.note == "emergency"]
    assert all(outcome.right for outcome in run(real, cases, TODAY, lambda _, text: text))


@pytest.mark.parametrize("text", ["मैं भूल गया", "हो गया", "ब्लॉक गया था", "हमारी बस्ती में", "नई बस्ती"])
def test_everyday_words_are_no_districts(real: Understander, text: str) -> None:
    assert real.understand((Hypothesis(text),), "hi", WaitKind.PLACE, TODAY).slots["place"] is None


@pytest.mark.parametrize(
    ("text", "district"),
    [("गया", "Gaya"), ("हम गया से बोल रहे हैं", "Gaya"), ("गया जिला", "Gaya"), ("बस्ती जिले में", "Basti"), ("मऊ से", "Mau")],
)
def test_everyday_words_framed_as_names_are_districts(real: Understander, text: str, district: str) -> None:
    assert real.understand((Hypothesis(text),), "hi", WaitKind.PLACE, TODAY).slots["place"] == district


def test_a_person_of_a_districts_name_is_no_district(real: Understander) -> None:
    text = "మా అబ్బాయి పేరు కృష్ణ"
    assert real.understand((Hypothesis(text),), "te", WaitKind.PLACE, TODAY).slots["place"] is None


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("hi", "सोने का भाव आज कितना है"),
        ("hi", "ट्रेन का टिकट बुक करना है"),
        ("te", "రైలు టికెట్ బుక్ చేయాలి"),
        ("te", "పాస్‌పోర్ట్ కావాలి"),
    ],
)
def test_what_other_offices_do_is_not_acted_on(real: Understander, lang: str, text: str) -> None:
    assert real.understand((Hypothesis(text),), lang, WaitKind.SERVICE, TODAY).band is not Band.ACCEPT


@pytest.mark.parametrize("text", ["है", "हैं", "हैं जी", "है ना", "हम्म", "हूँ"])
def test_what_sounds_like_a_yes_is_unclear(real: Understander, text: str) -> None:
    assert real.understand((Hypothesis(text),), "hi", WaitKind.YES_NO, TODAY).slots["yes_no"] == "unclear"
