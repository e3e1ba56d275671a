"""Callers who are known: calls that broke off, open tickets, telephones that several people use."""

from dataclasses import replace

import pytest

from ivr.dialogue.commands import Disposition, HangUp, OpenTicket
from ivr.dialogue.events import CallStarted, KnownTicket
from ivr.dialogue.session import At, Session
from tests.unit.dialogue.caller import NUMBER, Caller, FakeDesk
from tests.unit.dialogue.conftest import Ring

TICKET = KnownTicket(NUMBER, "street_light_repair", "open", "2026-11-20", "2026-11-24")


def again(caller: Caller, media: str = "stream") -> list[str]:
    """The caller hangs up and rings back."""
    caller.hang_up()
    assert caller.session.unfinished
    caller.session = Session.from_json(caller.session.reopened().to_json())
    return caller.call("hi", media)


def known(ring: Ring, *tickets: KnownTicket, shared: bool = False) -> Caller:
    caller = ring(desk=FakeDesk(tickets=tickets))
    caller.session = Session.new("CA2")
    caller.happen(CallStarted("hi", tickets=tickets, shared=shared))
    return caller


def prompts(caller: Caller) -> list[str]:
    return [play.prompt for play in caller.plays]


def test_a_call_that_broke_off_goes_on_at_its_question(ring: Ring) -> None:
    caller = ring()
    caller.say("service=street_light_repair")
    assert again(caller) == ["greeting_known", "ask_go_on"]
    assert caller.say("yes") == ["topic", "ask_place"]
    assert caller.say("place=Agra")[0] == "ticket_opened"


def test_a_call_that_broke_off_goes_on_by_keys(ring: Ring) -> None:
    caller = ring()
    caller.say("service=street_light_repair")
    assert again(caller, "gather") == ["greeting_known", "keys_only", "ask_go_on", "yes_no_keys"]
    assert caller.press("1")[:2] == ["topic", "place_menu"]


@pytest.mark.parametrize("answer", ["2", "no"])
def test_a_no_begins_afresh_and_its_effects_have_keys_of_their_own(ring: Ring, answer: str) -> None:
    caller = ring()
    caller.say("service=street_light_repair")
    again(caller)
    assert (caller.press if answer == "2" else caller.say)(answer) == ["ask_service"]
    assert caller.session.request.service is None
    caller.say("service=electricity_outage")
    caller.press("1")
    opened = [done for done in caller.desk.done if isinstance(done, OpenTicket)]
    assert [ticket.service for ticket in opened] == ["electricity_outage"]
    assert opened[0].key not in {f"CA1:{n}" for n in range(1, 9)}, "what the broken call may have done already"


def test_a_new_request_is_taken_at_once_instead_of_yes_or_no(ring: Ring) -> None:
    caller = ring()
    caller.say("service=street_light_repair")
    again(caller)
    assert caller.say("service=mandi_price") == ["topic", "say", "anything_else"]


def test_a_call_with_no_work_left_is_not_gone_on_with(ring: Ring) -> None:
    for said in ([], ["service=mandi_price"], ["noise"], ["emergency=fire"]):
        caller = ring()
        for text in said:
            caller.say(text)
        caller.hang_up()
        assert not caller.session.unfinished, said


def test_who_says_nothing_after_ringing_back_is_let_go(ring: Ring) -> None:
    caller = ring()
    caller.say("service=street_light_repair")
    again(caller)
    assert caller.silence(3) == ["silent_goodbye"]


def test_an_open_ticket_is_told_before_the_open_question(ring: Ring) -> None:
    caller = known(ring, TICKET)
    assert prompts(caller) == ["greeting_known", "known_ticket", "ticket_state_open", "status_due", "ask_service"]
    assert caller.value("known_ticket", "service") == ("service", "street_light_repair")
    assert caller.value("status_due", "date") == ("date", "2026-11-24")
    assert all(play.barge_in for play in caller.plays)


def test_a_request_or_an_emergency_takes_precedence_over_the_ticket(ring: Ring) -> None:
    assert known(ring, TICKET).say("service=mandi_price") == ["topic", "say", "anything_else"]
    assert known(ring, TICKET).say("emergency=fire") == ["emergency", "emergency_again", "emergency_else"]
    assert known(ring, TICKET, shared=True).say("emergency=fire") == ["emergency", "emergency_again", "emergency_else"]
    assert known(ring, TICKET, shared=True).say("service=mandi_price") == ["topic", "say", "anything_else"]


def test_closed_tickets_and_the_calls_own_services_are_not_told(ring: Ring) -> None:
    closed, callback = replace(TICKET, state="closed"), replace(TICKET, service="callback_request")
    assert prompts(known(ring, closed, callback)) == ["greeting_known", "ask_service"]


def test_a_day_that_has_passed_is_owned_up_to(ring: Ring) -> None:
    caller = known(ring, replace(TICKET, due_on="2026-11-21"))
    assert "status_late" in prompts(caller)
    assert "status_due" not in prompts(caller)


def test_who_hangs_up_after_hearing_of_the_ticket_was_told_its_status(ring: Ring) -> None:
    caller = known(ring, TICKET)
    caller.hang_up()
    assert caller.ends_with(HangUp(Disposition.STATUS_TOLD))
    caller = known(ring, TICKET)
    caller.say("service=street_light_repair")
    caller.hang_up()
    assert caller.ends_with(HangUp(Disposition.CALLER_LEFT)), "a new request is under way and may be gone on with"


def test_on_a_shared_telephone_the_last_four_digits_come_first(ring: Ring) -> None:
    caller = known(ring, TICKET, shared=True)
    assert prompts(caller) == ["greeting_known", "ask_last_four", "ask_service"]
    wrong = str((int(NUMBER[-4:]) + 1) % 10000).zfill(4)
    assert caller.press(wrong) == ["last_four_no_match"]
    assert caller.press(NUMBER[-4:]) == ["status_ticket", "ticket_state_open", "status_due", "ask_service"]
    caller.hang_up()
    assert caller.ends_with(HangUp(Disposition.STATUS_TOLD))


def test_the_last_four_digits_are_taken_by_voice(ring: Ring) -> None:
    caller = known(ring, TICKET, shared=True)
    assert caller.say(f"digits={NUMBER[-4:]}", agreed=False)[0] == "last_four_no_match"
    assert caller.say(f"digits={NUMBER[-4:]}")[0] == "status_ticket"


def test_two_wrong_numbers_bring_the_keypad_menu(ring: Ring) -> None:
    caller = known(ring, TICKET, shared=True)
    assert caller.press("1111", "2222")[:2] == ["last_four_no_match", "menu"]
    assert caller.session.at is At.MENU


def test_one_key_means_what_it_does_at_the_open_question(ring: Ring) -> None:
    assert known(ring, TICKET, shared=True).press("1")[0] == "menu_key"
    assert known(ring, TICKET, shared=True).press("#") == ["ask_service"]


def test_asked_for_the_status_a_shared_telephone_still_asks_for_the_digits(ring: Ring) -> None:
    shared = known(ring, shared=True)
    shared.desk.tickets, shared.desk.shared = (TICKET,), True
    assert shared.say("service=grievance_status") == ["ask_last_four"]
    assert shared.press(NUMBER[-4:])[-1] == "anything_else"


def test_by_keys_the_reason_is_said_and_nobody_is_asked_to_speak(ring: Ring) -> None:
    caller = ring()
    for why, said in (("overloaded", "overloaded"), ("no_model", "keys_only")):
        caller.session = Session.new("CA3")
        played = caller.happen(CallStarted(None, media="gather", why_keys=why))
        assert played == ["greeting"] * 2 + [said] * 2 + ["language_key"] * 2
        assert caller.silence() == ["menu_no_input"] * 2 + ["language_key"] * 2
        caller.session = Session.new("CA4")
        assert caller.happen(CallStarted("te", media="gather", why_keys=why))[:3] == ["greeting_known", said, "menu"]
        assert {play.lang for play in caller.plays} == {"te"}


def test_what_cannot_be_keyed_is_not_asked_of_a_caller_by_keys(ring: Ring) -> None:
    caller = ring(media="gather")
    caller.say("service=grievance_register")
    assert caller.session.at is At.PLACE_MENU
    assert caller.press("1")[0] == "ticket_opened", "without the account of what happened"
