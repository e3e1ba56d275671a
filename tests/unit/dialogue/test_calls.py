"""Whole calls, from the greeting to the ending."""

from ivr.dialogue.commands import Disposition, FindTickets, HangUp, Listen, OpenTicket, SendSms, Transfer
from ivr.dialogue.events import KnownTicket
from ivr.dialogue.ports import House
from ivr.understanding.result import WaitKind
from tests.unit.dialogue.caller import NUMBER, FakeDesk
from tests.unit.dialogue.conftest import Ring

TICKET = KnownTicket(NUMBER, "street_light_repair", "open", "2026-11-20", "2026-11-24")


def test_hindi_income_certificate_is_answered_and_sent_by_sms(ring: Ring) -> None:
    caller = ring(language=None)
    assert [(p.prompt, p.lang) for p in caller.plays] == [
        ("greeting", "hi"),
        ("ask_language", "hi"),
        ("greeting", "te"),
        ("ask_language", "te"),
    ]
    assert all(p.barge_in for p in caller.plays)
    assert caller.ends_with(Listen(WaitKind.LANGUAGE, ("hi", "te")))
    assert caller.say("lang=hi") == ["ask_service"]
    assert caller.say("service=income_certificate") == ["topic", "say", "sms_coming", "anything_else"]
    assert caller.value("say", "say") == ("text", "answer of income_certificate in hi")
    assert caller.desk.done == [SendSms("CA1:1", "service_link", "hi", {}, "income_certificate")]
    assert caller.say("no") == ["goodbye"]
    assert caller.ends_with(HangUp(Disposition.SMS_SENT))


def test_telugu_street_light_becomes_a_ticket_with_its_number_told(ring: Ring) -> None:
    caller = ring(language=None)
    caller.say("lang=te")
    assert caller.say("service=street_light_repair") == ["topic", "ask_place"]
    assert caller.waiting_for is WaitKind.PLACE
    told = caller.say("place=Guntur")
    assert told == ["ticket_opened", "ticket_number", "ticket_due", "ticket_sms", "anything_else"]
    assert {p.lang for p in caller.plays} == {"te"}
    assert caller.value("ticket_number", "ticket") == ("ticket", NUMBER)
    assert caller.value("ticket_due", "date") == ("date", "2026-11-24")
    ticket, sms = caller.desk.done
    assert ticket == OpenTicket("CA1:1", "street_light_repair", "te", "Guntur", "service=street_light_repair")
    assert sms == SendSms(
        "CA1:2", "ticket_opened", "te", {"number": NUMBER, "due": "2026-11-24"}, "street_light_repair"
    )
    assert caller.press("*") == told, "the number is told again on request"
    caller.press("2")
    assert caller.ends_with(HangUp(Disposition.TICKET_OPENED))


def test_a_request_made_right_away_is_taken_with_its_language(ring: Ring) -> None:
    caller = ring(language=None)
    played = caller.say_as(hi="noise", te="service=street_light_repair")
    assert played == ["topic", "ask_place"]
    assert caller.session.lang == "te"


def test_caller_not_understood_twice_goes_on_by_keypad(ring: Ring) -> None:
    caller = ring()
    assert caller.say("noise") == ["service_no_match"]
    played = caller.say("noise")
    assert played[:2] == ["service_no_match", "menu"]
    assert "no_match" in caller.flags
    assert caller.press("5")[0] == "menu_key", "water, roads and lights"
    assert caller.press("3")[:2] == ["topic", "place_menu"]
    assert caller.press("1")[0] == "ticket_opened"
    assert isinstance(caller.desk.done[0], OpenTicket)
    assert caller.desk.done[0].district == "Agra"


def test_status_is_told_by_the_calling_number(ring: Ring) -> None:
    caller = ring(desk=FakeDesk(tickets=(TICKET,)))
    assert caller.say("service=grievance_status") == [
        "status_ticket",
        "ticket_state_open",
        "status_due",
        "anything_else",
    ]
    assert caller.desk.done == [FindTickets()]
    caller.hang_up()
    assert caller.ends_with(HangUp(Disposition.STATUS_TOLD))


def test_status_asks_the_number_where_the_telephone_has_no_ticket(ring: Ring) -> None:
    caller = ring(desk=FakeDesk())
    assert caller.say("service=grievance_status") == ["status_none", "ask_ticket_number"]
    assert isinstance(caller.last, Listen)
    assert (caller.last.kind, caller.last.digits_max) == (WaitKind.DIGITS, 7)
    wrong = NUMBER[:-1] + str((int(NUMBER[-1]) + 1) % 10)
    assert caller.press(wrong) == ["ticket_number_no_match"], "its check digit is wrong: not even looked up"
    caller.desk.tickets = (TICKET,)
    assert caller.say(f"digits={NUMBER}")[0] == "status_ticket"
    assert caller.desk.done == [FindTickets(), FindTickets(NUMBER)]


def test_status_of_an_application_elsewhere_says_where_to_ask(ring: Ring) -> None:
    """No ticket of ours can tell it, so no ticket number is asked; an unrelated ticket is not told either."""
    caller = ring(desk=FakeDesk(tickets=(TICKET,)))
    assert caller.say("service=certificate_status") == ["topic", "say", "anything_else"]


def test_a_number_that_no_ticket_has_leads_to_a_person_in_the_end(ring: Ring) -> None:
    caller = ring(house=House(operator=True))
    caller.say("service=grievance_status")
    for _ in range(2):
        assert caller.press(NUMBER)[:2] == ["status_not_found", "ask_ticket_number"]
    assert caller.press(NUMBER) == ["status_not_found", "transfer"]


def test_relief_is_a_ticket_that_promises_nothing(ring: Ring) -> None:
    caller = ring()
    caller.say("service=food_ration_request")
    assert caller.say("place=Patna") == ["ask_area"]
    assert caller.press("800001")[0] == "relief_opened"


def test_information_is_said(ring: Ring) -> None:
    caller = ring()
    assert caller.say("service=mandi_price") == ["topic", "say", "anything_else"]
    assert caller.silence() == ["goodbye"]
    assert caller.ends_with(HangUp(Disposition.ANSWERED))


def test_a_service_given_by_a_person_is_connected(ring: Ring) -> None:
    caller = ring(house=House(operator=True))
    assert caller.say("service=health_advice_104") == ["topic", "say", "transfer"]
    assert caller.ends_with(Transfer("operator", "reason: service; language: hi; service: A service"))
    caller.hang_up()
    assert caller.ends_with(HangUp(Disposition.TRANSFERRED))


def test_a_service_given_by_a_person_is_told_where_nobody_can_be_reached(ring: Ring) -> None:
    caller = ring()
    assert caller.say("service=health_advice_104") == ["topic", "say", "anything_else"]


def test_an_account_of_what_happened_goes_with_the_ticket(ring: Ring) -> None:
    caller = ring()
    caller.say("service=grievance_register")
    assert caller.say("place=Agra") == ["ask_details"]
    assert caller.waiting_for is WaitKind.MESSAGE
    assert caller.say("they took money")[0] == "ticket_opened"
    ticket = caller.desk.done[0]
    assert isinstance(ticket, OpenTicket)
    assert ticket.words == "service=grievance_register / they took money"


def test_everything_said_in_one_breath_is_confirmed_once(ring: Ring) -> None:
    caller = ring()
    assert caller.say("service=street_light_repair place=Agra") == ["topic", "confirm_request"]
    assert caller.say("yes")[0] == "ticket_opened"


def test_no_to_the_whole_asks_for_the_service_alone_and_then_the_district(ring: Ring) -> None:
    caller = ring()
    caller.say("service=street_light_repair place=Agra")
    assert caller.say("no") == ["confirm_service"]
    assert caller.say("yes") == ["ask_place"]


def test_a_ticket_without_questions_is_not_opened_unasked(ring: Ring) -> None:
    caller = ring()
    assert caller.say("service=electricity_outage") == ["topic", "confirm_service"]
    assert caller.desk.done == []
    assert caller.press("1")[0] == "ticket_opened"


def test_the_next_request_is_taken_at_once(ring: Ring) -> None:
    caller = ring()
    caller.say("service=mandi_price")
    assert caller.say("service=caste_certificate") == ["topic", "say", "sms_coming", "anything_else"]
    assert caller.say("yes") == ["ask_service"]


def test_a_known_caller_is_greeted_in_their_language_and_not_asked_for_it(ring: Ring) -> None:
    caller = ring("te")
    assert [(p.prompt, p.lang) for p in caller.plays] == [("greeting_known", "te"), ("ask_service", "te")]


def test_a_language_that_is_no_more_is_asked_for(ring: Ring) -> None:
    assert ring("xx").waiting_for is WaitKind.LANGUAGE


def test_no_with_another_request_in_the_same_breath_is_a_request(ring: Ring) -> None:
    caller = ring()
    caller.say("service=mandi_price")
    assert caller.say("no service=caste_certificate")[0] == "topic"


def test_a_ticket_of_the_same_department_is_told_with_a_status_asked_for(ring: Ring) -> None:
    related = KnownTicket(NUMBER, "income_certificate", "claimed", "2026-11-20", "2026-11-24")
    caller = ring(desk=FakeDesk(tickets=(TICKET, related)))
    played = caller.say("service=certificate_status")
    assert played == ["topic", "status_ticket", "ticket_state_claimed", "ask_solved"], "no due day once claimed"


def test_speech_that_is_understood_again_ends_the_keypad(ring: Ring) -> None:
    caller = ring()
    caller.say("noise")
    caller.say("noise")
    assert caller.say("service=street_light_repair") == ["topic", "ask_place"]


def test_on_the_keypad_leg_the_keypad_stays(ring: Ring) -> None:
    caller = ring(media="gather")
    assert caller.say("service=street_light_repair")[:2] == ["topic", "place_menu"]
