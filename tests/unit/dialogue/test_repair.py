"""When it does not go well: silence, noise, no, wrong keys, our own failures."""

import pytest

from ivr.dialogue.commands import Disposition, HangUp, Listen, OpenTicket, Record, Transfer
from ivr.dialogue.events import EffectFailed, MessageRecorded
from ivr.dialogue.ports import House
from ivr.dialogue.session import At
from ivr.understanding.result import WaitKind
from tests.unit.dialogue.caller import FakeDesk
from tests.unit.dialogue.conftest import Ring

OPERATOR = House(operator=True)
CLOSE = "service=income_certificate:0.7 service=caste_certificate:0.68"


def test_a_doubtful_request_is_asked_about(ring: Ring) -> None:
    caller = ring()
    assert caller.say("service=income_certificate:0.5") == ["confirm_service"]
    assert caller.value("confirm_service", "service") == ("service", "income_certificate")
    assert caller.say("yes")[0] == "say"


def test_what_was_refused_is_not_offered_again(ring: Ring) -> None:
    caller = ring()
    caller.say("service=income_certificate:0.5")
    assert caller.say("no") == ["ask_service_again"]
    assert "refused" in caller.flags
    assert caller.say("service=income_certificate:0.9")[0] == "service_no_match"


def test_after_a_no_the_runner_up_is_offered(ring: Ring) -> None:
    caller = ring()
    caller.say("service=income_certificate:0.6 service=caste_certificate:0.5")
    assert caller.say("no") == ["confirm_service", "yes_no_keys"][:1]
    assert caller.value("confirm_service", "service") == ("service", "caste_certificate")


def test_no_and_the_right_name_in_one_breath(ring: Ring) -> None:
    caller = ring()
    caller.say("service=income_certificate:0.5")
    assert caller.say("no service=caste_certificate") == ["topic", "say", "sms_coming", "anything_else"]


def test_the_name_said_again_is_a_yes(ring: Ring) -> None:
    caller = ring()
    caller.say("service=income_certificate:0.5")
    assert caller.say("service=income_certificate:0.9")[0] == "say"


def test_close_seconds_are_asked_as_a_choice(ring: Ring) -> None:
    caller = ring()
    assert caller.say(CLOSE) == ["choice"]
    assert isinstance(caller.last, Listen)
    assert caller.last.choices == ("income_certificate", "caste_certificate")
    assert "low_margin" in caller.flags
    assert caller.say("service=caste_certificate")[0] == "say"
    assert caller.session.last_sms is not None
    assert caller.session.last_sms.service == "caste_certificate"


@pytest.mark.parametrize(("key", "service"), [("1", "income_certificate"), ("2", "caste_certificate")])
def test_a_choice_by_key(ring: Ring, key: str, service: str) -> None:
    caller = ring()
    caller.say(CLOSE)
    caller.press(key)
    assert caller.session.last_sms is not None
    assert caller.session.last_sms.service == service


def test_neither_of_a_choice(ring: Ring) -> None:
    caller = ring()
    caller.say(CLOSE)
    assert caller.press("3") == ["ask_service_again"]
    assert caller.session.request.refused == ("income_certificate", "caste_certificate")


def test_passes_that_differ_never_accept(ring: Ring) -> None:
    caller = ring()
    assert caller.say("service=income_certificate:0.95", agreed=False) == ["confirm_service"]
    assert "disagreement" in caller.flags
    assert caller.say("yes", agreed=False) == ["yes_no_no_match", "confirm_service", "yes_no_keys"]


def test_a_district_that_the_passes_differ_on_is_confirmed(ring: Ring) -> None:
    caller = ring()
    caller.say("service=street_light_repair")
    assert caller.say("place=Agra", agreed=False) == ["confirm_place"]
    assert caller.say("no") == ["ask_place"]
    assert caller.say("place=Patna", agreed=False) == ["confirm_place"]
    assert caller.say("place=Ranchi")[0] == "confirm_place", "the right one said instead"
    assert caller.press("1")[0] == "ticket_opened"
    assert isinstance(caller.desk.done[0], OpenTicket)
    assert caller.desk.done[0].district == "Ranchi"


def test_no_at_the_district_denies_the_service_just_named(ring: Ring) -> None:
    caller = ring()
    caller.say("service=street_light_repair")
    assert caller.say("no") == ["ask_service_again"]
    assert caller.session.request.refused == ("street_light_repair",)


def test_another_request_at_the_district_is_taken(ring: Ring) -> None:
    caller = ring()
    caller.say("service=street_light_repair")
    assert caller.say("service=mandi_price") == ["topic", "say", "anything_else"]


def test_prompts_taper_and_keys_come_after_the_first_failure(ring: Ring) -> None:
    caller = ring()
    caller.say("service=income_certificate:0.5")
    assert caller.silence() == ["yes_no_no_input", "confirm_service", "yes_no_keys"]
    assert caller.say("noise") == ["press_instead", "confirm_service", "yes_no_keys"]


def test_what_is_welcome_but_not_needed_is_not_asked_a_third_time_of_who_is_silent(ring: Ring) -> None:
    caller = ring()
    caller.say("service=blood_request:0.9 place=Agra")
    assert caller.session.at is At.BLOOD
    assert caller.silence()[:2] == ["option_no_input", "ask_blood"]
    assert caller.silence() == ["ask_area"]
    caller.silence()
    assert caller.silence() == ["confirm_request"]


def test_a_silent_caller_is_asked_for_a_key_and_then_let_go(ring: Ring) -> None:
    caller = ring(language=None, house=OPERATOR)
    assert caller.silence() == ["language_no_input"] * 2 + ["language_key"] * 2
    assert caller.silence() == ["press_instead"] * 2 + ["language_key"] * 2
    assert caller.silence() == ["silent_goodbye"] * 2
    assert caller.ends_with(HangUp(Disposition.CALLER_LEFT))


def test_the_third_failure_brings_a_person(ring: Ring) -> None:
    caller = ring(house=OPERATOR)
    caller.say("noise")
    caller.say("noise")
    assert caller.press("8", "9", "8")[0] != "transfer", "keys that mean something count as understood"
    caller.silence()
    caller.silence()
    assert caller.silence() == ["transfer"]
    assert caller.ends_with(Transfer("operator", "reason: silence; language: hi"))


def test_three_failures_in_a_row_at_the_open_question(ring: Ring) -> None:
    caller = ring(house=OPERATOR)
    caller.say("noise")
    caller.silence()
    assert caller.say("noise") == ["transfer"]


def test_without_a_person_the_third_failure_brings_voicemail(ring: Ring) -> None:
    caller = ring()
    caller.say("noise")
    caller.say("noise")
    assert caller.say("noise") == ["voicemail"]
    assert caller.ends_with(Record(langs=("hi",)))
    assert caller.happen(MessageRecorded(8000)) == ["voicemail_thanks", "goodbye"]
    assert caller.ends_with(HangUp(Disposition.VOICEMAIL))


def test_an_empty_message_is_no_voicemail(ring: Ring) -> None:
    caller = ring()
    caller.press("0")
    assert caller.happen(MessageRecorded(0)) == ["voicemail_empty"]
    assert caller.ends_with(HangUp(Disposition.CALLER_LEFT))


def test_nobody_answers_the_transfer(ring: Ring) -> None:
    caller = ring(house=OPERATOR)
    assert caller.press("0") == ["transfer"]
    assert caller.disposition is Disposition.TRANSFERRED
    assert caller.happen(EffectFailed("Transfer", "no-answer")) == ["transfer_failed", "voicemail"]
    caller.hang_up()
    assert caller.ends_with(HangUp(Disposition.CALLER_LEFT))
    caller.happen(MessageRecorded(5000))
    assert caller.ends_with(HangUp(Disposition.VOICEMAIL)), "hung up, but the message was there"


def test_a_district_not_found_opens_the_ticket_without_it_where_there_is_no_person(ring: Ring) -> None:
    caller = ring()
    caller.say("service=street_light_repair")
    caller.say("noise")
    assert caller.say("noise")[1] == "place_menu"
    assert caller.press("#")[0] == "ticket_opened"
    assert "place_unknown" in caller.flags


def test_a_district_not_found_is_sorted_out_by_a_person(ring: Ring) -> None:
    caller = ring(house=OPERATOR)
    caller.say("service=street_light_repair")
    caller.press("2")
    assert caller.press("#") == ["transfer"]
    assert isinstance(caller.last, Transfer)
    assert "street" in caller.last.summary or "A service" in caller.last.summary


def test_a_ticket_that_cannot_be_opened_is_apologised_for(ring: Ring) -> None:
    caller = ring(desk=FakeDesk(failing=frozenset({"OpenTicket"})), house=OPERATOR)
    caller.say("service=electricity_outage")
    assert caller.press("1") == ["trouble", "transfer"]
    assert "failed" in caller.flags


def test_an_sms_that_cannot_be_queued_does_not_lose_the_ticket(ring: Ring) -> None:
    caller = ring(desk=FakeDesk(failing=frozenset({"SendSms"})))
    caller.say("service=electricity_outage")
    played = caller.press("1")
    assert played[-2:] == ["ticket_no_sms", "anything_else"]
    caller.hang_up()
    assert caller.ends_with(HangUp(Disposition.TICKET_OPENED))


def test_a_caller_without_sms_still_has_the_answer(ring: Ring) -> None:
    caller = ring(desk=FakeDesk(sms=False))
    assert caller.say("service=income_certificate") == ["topic", "say", "sms_impossible", "anything_else"]
    caller.hang_up()
    assert caller.ends_with(HangUp(Disposition.ANSWERED))


def test_a_recorder_that_fails_ends_in_words(ring: Ring) -> None:
    caller = ring()
    caller.press("0")
    assert caller.happen(EffectFailed("Record", "store")) == ["trouble", "trouble_goodbye"]


def test_a_failure_of_something_not_waited_for_leaves_the_question(ring: Ring) -> None:
    caller = ring()
    assert caller.happen(EffectFailed("Record", "store")) == ["trouble"]
    assert caller.waiting_for is WaitKind.SERVICE


def test_a_call_that_goes_round_in_circles_ends(ring: Ring) -> None:
    caller = ring()
    turns = 0
    while not caller.session.over and turns < 100:
        caller.press("*")
        turns += 1
    assert turns == 60
    assert [p.prompt for p in caller.plays] == ["time_over", "goodbye"]


def test_a_call_of_a_quarter_of_an_hour_is_handed_to_a_person_if_nothing_was_reached(ring: Ring) -> None:
    caller = ring(house=OPERATOR)
    caller.later(16)
    assert caller.say("noise") == ["time_over", "transfer"]


def test_a_result_that_is_awaited_is_still_told_when_time_is_over(ring: Ring) -> None:
    caller = ring()
    caller.say("service=mandi_price")
    caller.later(16)
    assert caller.say("service=electricity_outage") == ["time_over", "goodbye"]
    assert caller.ends_with(HangUp(Disposition.ANSWERED))


def test_an_effect_under_way_at_the_limit_is_told_and_one_that_never_ends_is_given_up(ring: Ring) -> None:
    caller = ring()
    caller.press("0")
    for _ in range(70):
        caller.silence()
    assert caller.ends_with(Record(langs=("hi",))), "asked for again"
    assert caller.happen(MessageRecorded(5000)) == ["voicemail_thanks", "goodbye"]
    caller = ring()
    caller.press("0")
    for _ in range(130):
        caller.silence()
    assert caller.ends_with(HangUp(Disposition.CALLER_LEFT))
