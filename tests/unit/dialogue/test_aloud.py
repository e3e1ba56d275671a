"""What of an officer's words is read out, and how a ticket is told with them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.dialogue.aloud import LONGEST, aloud
from ivr.dialogue.events import KnownTicket
from tests.unit.dialogue.caller import NUMBER, FakeDesk
from tests.unit.dialogue.conftest import Ring

HINDI = range(0x0900, 0x0980)
TICKET = KnownTicket(NUMBER, "street_light_repair", "answered", "2026-11-20", "2027-11-24", answer="visit")


@pytest.mark.parametrize(
    ("words", "read", "whole"),
    [
        ("कल सुबह घर पर रहिए।", "कल सुबह घर पर रहिए।", True),
        ("कल JE साहब सुबह दस बजे देखने आएँगे", "कल JE साहब सुबह दस बजे देखने आएँगे", True),
        ("फ़ोन 9415550123", "फ़ोन 9 4 1 5 5 5 0 1 2 3", True),
        ("indent raised", "", False),
        ("ఉదయం ఇంట్లో ఉండండి", "", False),
        ("{नाम} | अ", "नाम अ", True),
        ("12-11", "12-11", True),
    ],
)
def test_a_voice_reads_its_own_script_only(words: str, read: str, whole: bool) -> None:
    said = aloud(words, HINDI)
    assert (said.text, said.whole) == (read, whole)


@given(st.text("कखग ।.", max_size=900))
def test_no_more_than_half_a_minute_is_read_and_nothing_is_made_up(words: str) -> None:
    said = aloud(words, HINDI)
    clean = " ".join(words.split())
    assert len(said.text) <= LONGEST
    assert clean.startswith(said.text)
    assert said.whole == (said.text == clean)


def test_long_words_are_cut_at_the_end_of_a_sentence() -> None:
    said = aloud("पहला वाक्य यहाँ है। " + "फिर " * 90, HINDI)
    assert (said.text, said.whole) == ("पहला वाक्य यहाँ है।", False)


def told(ring: Ring, ticket: KnownTicket) -> list[str]:
    return list(ring(desk=FakeDesk(tickets=(ticket,))).say("service=grievance_status"))


def test_the_offices_answer_stands_for_the_state(ring: Ring) -> None:
    answered = replace(TICKET, answer_on="2026-12-01", note="कल आएँगे।")
    assert told(ring, answered) == [
        "status_ticket",
        "status_answer",
        "status_answer_day",
        "status_due",
        "status_note",
        "anything_else",
    ]


def test_what_cannot_be_read_is_owned_up_to(ring: Ring) -> None:
    english = replace(TICKET, answer="", question="papers", note="bring the form")
    assert told(ring, english)[1:5] == [
        "ticket_state_answered",
        "status_due",
        "status_question",
        "status_note_elsewhere",
    ]


def test_a_solved_ticket_is_told_by_its_state_alone(ring: Ring) -> None:
    assert told(ring, replace(TICKET, state="closed", note="कल"))[:2] == ["status_ticket", "ticket_state_closed"]
