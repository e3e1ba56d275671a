"""Missed emergencies and false alarms on tests/data: the set that the rules were written by, and the half kept back.

Nobody reads the kept half to mend a rule: it is there to measure. Write new sentences for the other file instead.
"""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.cli.accuracy import read_rows
from ivr.understanding.alarms import AlarmCase, alarm_cases, heard_as
from ivr.understanding.understand import Understander
from tests.real import knowledge

DATA = Path(__file__).resolve().parents[2] / "data"
COLUMNS = {"lang", "text", "emergency"}
MOST_FALSE = 0.05
MOST_HASTY = 6  # of the harmless: words whose beginning is an emergency and whose end takes it back


@pytest.fixture(scope="module")
def real() -> Understander:
    return knowledge().understander


def cases(name: str) -> list[AlarmCase]:
    return alarm_cases(read_rows(DATA / name, COLUMNS))


def missed(real: Understander, name: str) -> list[AlarmCase]:
    return [case for case in cases(name) if case.kinds and heard_as(real, case) is None]


def falsely(real: Understander, name: str) -> float:
    harmless = [case for case in cases(name) if not case.kinds]
    return sum(heard_as(real, case) is not None for case in harmless) / len(harmless)


# Both need a word that is harmless nearly everywhere: "swimming", "taking off clothes".
KNOWN_MISSED = {
    "दोस्त तैरने गया था ऊपर नहीं आया",
    "छत पर ले जाकर मेरी बेटी के कपड़े उतार रहा था पकड़ा है हमने",
}


def test_development_set(real: Understander) -> None:
    assert {case.text for case in missed(real, "emergencies.csv")} == KNOWN_MISSED
    assert falsely(real, "emergencies.csv") <= MOST_FALSE


def test_kept_back(real: Understander) -> None:
    assert len(missed(real, "emergencies_kept.csv")) <= 4
    assert falsely(real, "emergencies_kept.csv") <= MOST_FALSE


@pytest.mark.xfail(strict=True, reason="the goal: 4 of 145 are still missed")
def test_none_missed_of_the_kept_back(real: Understander) -> None:
    assert not missed(real, "emergencies_kept.csv")


def test_most_are_told_as_what_they_are(real: Understander) -> None:
    found = [(case, heard_as(real, case)) for case in cases("emergencies.csv") if case.kinds]
    assert sum(kind in case.kinds for case, kind in found) / len(found) >= 0.9


def test_what_is_said_so_far_rarely_alarms_where_the_whole_does_not(real: Understander) -> None:
    harmless = [case for case in cases("emergencies.csv") if not case.kinds]
    silent = [case for case in harmless if real.emergency(case.text, case.lang) is None]
    hasty = [case for case in silent if any(real.emergency(part, case.lang, whole=False) for part in parts(case.text))]
    assert len(silent) > 250
    assert len(hasty) <= MOST_HASTY


def parts(text: str) -> list[str]:
    words = text.split()
    return [" ".join(words[:end]) for end in range(1, len(words))]


@given(st.data())
def test_what_alarms_so_far_alarms_as_a_whole(real: Understander, data: st.DataObject) -> None:
    """A partial result is never more anxious than the same words when they are all that was said."""
    case = data.draw(st.sampled_from(cases("emergencies.csv")))
    words = case.text.split()
    part = " ".join(words[: data.draw(st.integers(1, len(words)))])
    if real.emergency(part, case.lang, whole=False):
        assert real.emergency(part, case.lang)


@given(st.data())
def test_the_order_of_the_gasps_does_not_matter(real: Understander, data: st.DataObject) -> None:
    said = data.draw(st.permutations(["आग", "लग", "गई", "घर", "बचाओ"]))
    assert real.emergency(" ".join(said), "hi") is not None
