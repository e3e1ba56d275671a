"""What may be said or pressed at any question, emergencies, and services that concern the call itself."""

import pytest

from ivr.dialogue.commands import Disposition, HangUp, Listen, OpenTicket, Record, SendSms, Transfer
from ivr.dialogue.events import CallStarted, EffectFailed, EmergencyHeard, KnownTicket, Said
from ivr.dialogue.ports import House
from ivr.understanding.result import Hypothesis, WaitKind
from tests.unit.dialogue.caller import NUMBER, FakeDesk
from tests.unit.dialogue.conftest import Ring

OPERATOR = House(operator=True)


def test_operator_by_voice_and_by_key(ring: Ring) -> None:
    for ask in ("voice", "key"):
        caller = ring(house=OPERATOR)
        assert (caller.say("cmd=operator") if ask == "voice" else caller.press("0")) == ["transfer"]
        assert caller.ends_with(Transfer("operator", "reason: asked; language: hi"))


def test_repeat_says_the_last_again(ring: Ring) -> None:
    caller = ring()
    before = caller.say("service=street_light_repair")
    assert caller.say("cmd=repeat") == before
    assert caller.press("*") == before


def test_back_goes_to_the_open_question(ring: Ring) -> None:
    caller = ring()
    caller.say("service=street_light_repair")
    assert caller.press("9") == ["ask_service"]
    caller.say("service=street_light_repair")
    assert caller.say("cmd=back") == ["ask_service"]


def test_the_other_of_two_languages_is_taken_at_once_and_the_question_put_again(ring: Ring) -> None:
    caller = ring()
    caller.say("service=street_light_repair")
    assert caller.say("cmd=change_language") == ["language_changed", "ask_place"]
    assert {p.lang for p in caller.plays} == {"te"}
    assert isinstance(caller.last, Listen)
    assert caller.last.langs == ("te",)


def test_wait_is_granted_and_not_counted(ring: Ring) -> None:
    caller = ring()
    assert caller.say("cmd=hold") == ["hold"]
    assert isinstance(caller.last, Listen)
    assert caller.last.no_input_ms > 20_000
    assert caller.session.misses == 0


def test_help_explains_this_question(ring: Ring) -> None:
    caller = ring()
    assert caller.say("cmd=help") == ["service_help"]
    caller.say("service=income_certificate:0.5")
    assert caller.say("cmd=help") == ["yes_no_no_match", "yes_no_keys"]


def test_goodbye_ends_the_call(ring: Ring) -> None:
    caller = ring()
    assert caller.say("cmd=goodbye") == ["goodbye"]
    assert caller.ends_with(HangUp(Disposition.CALLER_LEFT))


def test_a_command_at_the_language_question_is_in_its_language(ring: Ring) -> None:
    caller = ring(language=None, house=OPERATOR)
    caller.say_as(hi="noise", te="cmd=operator")
    assert [(p.prompt, p.lang) for p in caller.plays] == [("transfer", "te")]


EMERGENCY = ["emergency", "emergency_again", "emergency_else"]


@pytest.mark.parametrize("wait", ["", "service=street_light_repair", "service=income_certificate:0.5"])
def test_an_emergency_is_answered_before_everything(ring: Ring, wait: str) -> None:
    caller = ring()
    if wait:
        caller.say(wait)
    assert caller.say("emergency=fire service=mandi_price") == EMERGENCY
    assert caller.value("emergency", "number") == ("digits", "101")
    assert not caller.plays[0].barge_in
    assert "emergency" in caller.flags
    assert caller.silence() == []
    assert caller.ends_with(HangUp(Disposition.EMERGENCY))


@pytest.mark.parametrize("language", ["hi", None])
def test_a_key_that_means_nothing_does_not_take_an_alarm_back(ring: Ring, language: str | None) -> None:
    caller = ring(language=language)
    caller.happen(EmergencyHeard("fire"))
    caller.press("12")
    assert caller.session.request.emergency == "fire"
    assert caller.happen(CallStarted(resumed=True))[0] == "emergency"
    assert caller.value("emergency", "number") == ("digits", "101")
    caller.silence()
    assert caller.ends_with(HangUp(Disposition.EMERGENCY))


def test_a_key_that_means_nothing_leaves_the_place_that_the_alarm_broke_into(ring: Ring) -> None:
    caller = ring()
    caller.say("service=street_light_repair")
    caller.press("1", "1")
    where = caller.session.menu, caller.session.page
    assert where != ((), 0)
    caller.happen(EmergencyHeard("fire"))
    caller.press("12")
    assert (caller.session.menu, caller.session.page) == where


def test_emergency_numbers_are_the_regions_own(ring: Ring) -> None:
    for region, kind, number in [("AP", "fire", "112"), ("AP", "women_helpline", "181"), ("UP", "unheard_of", "112")]:
        caller = ring(house=House(region))
        caller.say(f"emergency={kind}")
        assert caller.value("emergency", "number") == ("digits", number)


def test_an_emergency_at_the_first_question(ring: Ring) -> None:
    caller = ring(language=None)
    caller.say_as(hi="noise", te="emergency=fire")
    assert [(p.prompt, p.lang) for p in caller.plays] == [(prompt, "te") for prompt in EMERGENCY]


def test_an_emergency_desk_is_connected_and_the_number_told_again_if_it_does_not_answer(ring: Ring) -> None:
    caller = ring(house=House(desks=frozenset({"fire"})))
    assert caller.say("emergency=fire") == ["emergency", "emergency_again", "emergency_connect"]
    assert isinstance(caller.last, Transfer)
    assert caller.last.to == "fire"
    assert caller.happen(EffectFailed("Transfer", "busy")) == ["transfer_failed", *EMERGENCY]
    caller.silence()
    assert caller.ends_with(HangUp(Disposition.EMERGENCY))


def test_an_emergency_service_asked_for_clearly(ring: Ring) -> None:
    caller = ring()
    assert caller.say("service=fire_emergency") == ["topic", *EMERGENCY]
    caller.silence()
    assert caller.ends_with(HangUp(Disposition.EMERGENCY))


def test_an_emergency_that_is_only_a_guess_is_told_but_the_call_goes_on(ring: Ring) -> None:
    caller = ring()
    assert caller.say("service=fire_emergency:0.5") == ["emergency", "emergency_again", "anything_else"]


def test_an_emergency_that_only_the_grammar_pass_heard_is_doubted(ring: Ring) -> None:
    caller = ring()
    caller.say("service=street_light_repair")
    heard = (Hypothesis("emergency=fire"), Hypothesis("place=Agra"))
    assert caller.happen(Said({"hi": heard}, agreed=False)) == ["place_no_match"]
    assert "disagreement" in caller.flags
    both = (Hypothesis("emergency=fire"), Hypothesis("noise emergency=fire"))
    assert caller.happen(Said({"hi": both}, agreed=False)) == EMERGENCY


def test_a_single_reading_of_an_emergency_counts(ring: Ring) -> None:
    caller = ring()
    assert caller.say("emergency=fire", agreed=False) == EMERGENCY


def test_a_cry_for_help_within_an_account(ring: Ring) -> None:
    caller = ring()
    caller.say("service=grievance_register")
    caller.say("place=Agra")
    assert caller.say("and now emergency=fire")[0] == "emergency"


def test_a_call_back_is_promised_as_a_ticket(ring: Ring) -> None:
    caller = ring()
    assert caller.say("service=callback_request") == ["callback_noted", "anything_else"]
    ticket, sms = caller.desk.done
    assert isinstance(ticket, OpenTicket)
    assert isinstance(sms, SendSms)
    assert (ticket.service, sms.template) == ("callback_request", "callback")
    caller.hang_up()
    assert caller.ends_with(HangUp(Disposition.CALLBACK))


def test_no_more_calls(ring: Ring) -> None:
    caller = ring()
    assert caller.say("service=stop_calls") == ["stop_calls_noted", "anything_else"]


def test_the_sms_again(ring: Ring) -> None:
    caller = ring()
    caller.say("service=income_certificate")
    caller.say("service=sms_resend")
    first, again = caller.desk.done
    assert isinstance(first, SendSms)
    assert isinstance(again, SendSms)
    assert first.key != again.key
    assert (first.template, first.service) == (again.template, again.service)


def test_the_sms_of_an_earlier_call_again(ring: Ring) -> None:
    ticket = KnownTicket(NUMBER, "street_light_repair", "open", "2026-11-20", "2026-11-24")
    caller = ring(desk=FakeDesk(tickets=(ticket,)))
    caller.say("service=sms_resend")
    sms = caller.desk.done[-1]
    assert isinstance(sms, SendSms)
    assert sms.values == {"number": NUMBER, "due": "2026-11-24"}


def test_there_is_no_sms_to_send_again(ring: Ring) -> None:
    assert ring().say("service=sms_resend") == ["sms_none", "anything_else"]


def test_an_opinion_in_marks(ring: Ring) -> None:
    caller = ring()
    assert caller.say("service=feedback_rating") == ["ask_rating"]
    assert caller.say("number=9") == ["rating_no_match"]
    assert caller.say("number=4") == ["rating_thanks", "anything_else"]
    assert "feedback" in caller.flags


def test_operator_asked_for_as_a_service(ring: Ring) -> None:
    assert ring(house=OPERATOR).say("service=talk_to_operator") == ["transfer"]
    caller = ring()
    assert caller.say("service=talk_to_operator") == ["voicemail"]
    assert caller.ends_with(Record(langs=("hi",)))


def test_change_language_and_repeat_asked_for_as_services(ring: Ring) -> None:
    caller = ring()
    assert caller.say("service=change_language") == ["language_changed", "ask_service"]
    assert caller.say("service=repeat_message") == ["language_changed", "ask_service"]
    assert caller.waiting_for is WaitKind.SERVICE


def test_a_language_named_is_an_answer_and_no_request_to_change_it(ring: Ring) -> None:
    caller = ring(language=None)
    assert caller.say_as(hi="lang=hi service=change_language", te="noise") == ["ask_service"]
    assert caller.session.lang == "hi"


def test_recognisers_that_name_different_languages(ring: Ring) -> None:
    """One that heard its own name is believed; if both did, the surer one; if they are alike, neither."""
    caller = ring(language=None)
    caller.say_as(hi="lang=te", te="lang=te")
    assert caller.session.lang == "te"
    caller = ring(language=None)
    caller.say_as(hi="lang=te", te="lang=hi")
    assert caller.session.lang is None
    for sure, lang in ((0.9, "hi"), (0.3, "te"), (0.5, None)):
        caller = ring(language=None)
        heard = {"hi": (Hypothesis("lang=hi", sure),), "te": (Hypothesis("lang=te", 0.5),)}
        caller.happen(Said(heard))
        assert caller.session.lang == lang


def test_emergency_keys_tell_the_national_number_and_reach_the_desk_for_all(ring: Ring) -> None:
    caller = ring(house=House(desks=frozenset({"any"})))
    assert caller.happen(EmergencyHeard()) == ["emergency", "emergency_again", "emergency_connect"]
    assert caller.value("emergency", "number") == ("digits", "112")
    assert isinstance(caller.last, Transfer)
    assert caller.last.to == "any"


def test_a_call_for_help_stands_before_what_is_awaited_and_before_the_end_of_time(ring: Ring) -> None:
    caller = ring(house=House())
    caller.press("0")
    assert isinstance(caller.last, Record)
    assert caller.happen(EmergencyHeard("fire")) == EMERGENCY
    late = ring()
    late.later(60)
    assert late.happen(EmergencyHeard("fire")) == EMERGENCY


@pytest.mark.parametrize(
    ("media", "minutes", "helped"), [("gather", 0.025, True), ("gather", 0.026, False), ("stream", 0.025, False)]
)
def test_emergency_keys_that_come_one_request_at_a_time(ring: Ring, media: str, minutes: float, helped: bool) -> None:
    caller = ring(house=House(emergency_keys="111"), media=media)
    said = []
    for _ in range(3):
        said += caller.press("1")
        caller.later(minutes)
    assert ("emergency" in said) is helped


def test_emergency_keys_as_one_input(ring: Ring) -> None:
    caller = ring(house=House(emergency_keys="111"), media="gather")
    caller.say("service=grievance_status")
    assert caller.press("111") == ["emergency", "emergency_again"]


def test_a_word_misheard_as_an_emergency_does_not_end_the_call(ring: Ring) -> None:
    caller = ring()
    caller.say("emergency=fire")
    assert caller.say("service=mandi_price") == ["topic", "say", "anything_else"]
    assert caller.say("no") == ["goodbye"]
    assert caller.ends_with(HangUp(Disposition.ANSWERED))
    assert "emergency" in caller.flags


@pytest.mark.parametrize("answer", ["no", "noise"])
def test_a_false_alarm_goes_back_to_the_request_that_it_broke_into(ring: Ring, answer: str) -> None:
    caller = ring()
    caller.say("service=street_light_repair")
    caller.say("emergency=fire")
    assert caller.say(answer) == ["ask_place"]
    assert caller.say("place=Agra")[0] == "ticket_opened"


def test_an_account_with_an_alarm_in_it_is_kept_and_not_asked_for_again(ring: Ring) -> None:
    caller = ring()
    caller.say("service=grievance_register")
    caller.say("place=Agra")
    caller.say("they said emergency=fire")
    assert caller.say("no")[0] == "ticket_opened"
    ticket = caller.desk.done[0]
    assert isinstance(ticket, OpenTicket)
    assert "they said" in ticket.words


def test_a_stream_lost_after_the_number_tells_it_again(ring: Ring) -> None:
    caller = ring()
    caller.say("emergency=fire")
    assert caller.happen(CallStarted(resumed=True, media="gather")) == ["emergency", "emergency_again"]
    assert caller.ends_with(HangUp(Disposition.EMERGENCY))


def test_an_emergency_that_only_an_unsure_recogniser_heard_is_told_in_all_languages(ring: Ring) -> None:
    caller = ring(language=None)
    unsure, sure = Hypothesis("emergency=fire", 0.4), Hypothesis("lang=te service=mandi_price", 0.9)
    caller.happen(Said({"hi": (unsure,), "te": (sure,)}))
    assert {play.lang for play in caller.plays} == {"hi", "te"}
    assert caller.happen(Said({"hi": (unsure,), "te": (sure,)}))[0] == "emergency"
    caller.happen(Said({"hi": (Hypothesis("noise", 0.4),), "te": (sure,)}))
    assert caller.session.lang == "te"
