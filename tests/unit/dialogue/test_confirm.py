"""Is it solved? Asked when an office says so, in a call of ours or of the citizen's."""

from dataclasses import replace

import pytest

from ivr.dialogue.commands import AnswerTicket, Disposition, HangUp
from ivr.dialogue.events import CallStarted, KnownTicket
from ivr.dialogue.session import At, Session
from tests.unit.dialogue.caller import NUMBER, Caller, FakeDesk
from tests.unit.dialogue.conftest import Ring

CLAIMED = KnownTicket(NUMBER, "street_light_repair", "claimed", "2026-11-20", "2026-11-24")


def rung(ring: Ring, desk: FakeDesk | None = None, shared: bool = False, ticket: KnownTicket = CLAIMED) -> Caller:
    """The citizen takes a call that we make to ask."""
    caller = ring(desk=desk or FakeDesk())
    caller.session = Session.new("CA2")
    caller.happen(CallStarted("hi", tickets=(ticket,), shared=shared, purpose="confirm"))
    return caller


def prompts(caller: Caller) -> list[str]:
    return [play.prompt for play in caller.plays]


def answers(caller: Caller) -> list[tuple[str, str, str, int | None]]:
    return [(a.number, a.act, a.words, a.rating) for a in caller.desk.done if isinstance(a, AnswerTicket)]


def test_the_complaint_is_named_and_asked_about(ring: Ring) -> None:
    assert prompts(rung(ring)) == ["greeting_confirm", "confirm_ticket", "ask_solved"]


def test_on_a_shared_telephone_only_the_number_is_said(ring: Ring) -> None:
    assert prompts(rung(ring, shared=True)) == ["greeting_confirm", "confirm_number", "ask_solved"]


@pytest.mark.parametrize("by_key", [True, False])
def test_yes_closes_and_asks_for_marks(ring: Ring, by_key: bool) -> None:
    caller = rung(ring)
    assert (caller.press("1") if by_key else caller.say("yes")) == ["solved_closed", "ask_rating"]
    assert caller.press("4") == ["rating_thanks", "anything_else"]
    assert answers(caller) == [(NUMBER, "yes", "", None), (NUMBER, "rate", "", 4)]


@pytest.mark.parametrize("by_key", [True, False])
def test_no_reopens_with_the_citizens_words(ring: Ring, by_key: bool) -> None:
    caller = rung(ring, FakeDesk(becomes={"no": "open"}))
    assert (caller.press("2") if by_key else caller.say("no")) == ["ask_still"]
    assert caller.say("the lamp is dark") == ["solved_reopened", "anything_else"]
    assert answers(caller) == [(NUMBER, "no", "the lamp is dark", None)]
    assert caller.value("solved_reopened", "level") == ("text", "तहसीलदार")


def test_the_second_no_is_told_that_a_person_takes_over(ring: Ring) -> None:
    caller = rung(ring, FakeDesk(becomes={"no": "human"}))
    caller.press("2")
    assert caller.press("1") == ["solved_human", "anything_else"]
    assert answers(caller) == [(NUMBER, "no", "", None)]


def test_a_no_without_words_counts_all_the_same(ring: Ring) -> None:
    caller = rung(ring)
    caller.press("2")
    caller.silence(3)
    assert answers(caller) == [(NUMBER, "no", "", None)]


def test_silence_is_no_answer(ring: Ring) -> None:
    caller = rung(ring)
    caller.silence(3)
    assert prompts(caller)[-2:] == ["solved_open", "goodbye"]
    assert isinstance(caller.last, HangUp)
    assert answers(caller) == []


def test_a_hang_up_is_no_answer(ring: Ring) -> None:
    caller = rung(ring)
    caller.hang_up()
    assert answers(caller) == []


def test_a_yes_that_one_pass_only_heard_is_asked_again(ring: Ring) -> None:
    caller = rung(ring)
    caller.say("yes", agreed=False)
    assert caller.session.at is At.SOLVED
    assert answers(caller) == []


def test_a_ticket_that_does_not_wait_any_more_is_told_as_it_stands(ring: Ring) -> None:
    caller = rung(ring, FakeDesk(waits=False, becomes={"yes": "human"}))
    assert caller.press("1") == ["ticket_state_human", "anything_else"]


def test_help_is_there_in_this_call_too(ring: Ring) -> None:
    caller = rung(ring)
    assert caller.say("emergency=fire")[0] == "emergency"


def test_who_rings_with_a_claimed_ticket_is_asked_and_may_ask_for_anything(ring: Ring) -> None:
    caller = ring(desk=FakeDesk(tickets=(CLAIMED,)))
    caller.session = Session.new("CA2")
    caller.happen(CallStarted("hi", tickets=(CLAIMED,)))
    assert prompts(caller)[-1] == "ask_solved"
    assert caller.say("service=income_certificate")[:2] == ["topic", "say"]
    assert answers(caller) == []


def test_only_the_telephone_that_opened_it_is_asked(ring: Ring) -> None:
    other = replace(CLAIMED, mine=False)
    caller = ring(desk=FakeDesk(tickets=(other,)))
    caller.say("service=grievance_status")
    if caller.session.at is At.TICKET_NUMBER:
        caller.press(NUMBER)
    assert caller.session.at is At.MORE
    assert caller.session.best is Disposition.STATUS_TOLD
