"""What is doubtful is asked before anything is done: a wrong district sends an officer to the wrong place."""

from ivr.dialogue.commands import Disposition, HangUp
from ivr.dialogue.events import CallStarted
from ivr.dialogue.session import Session
from tests.unit.dialogue.conftest import Ring

LIGHT = "service=street_light_repair:0.95"
NOISE = " and so on and on"


def test_a_district_inside_a_story_is_confirmed(ring: Ring) -> None:
    caller = ring()
    caller.say("lang=hi")
    caller.say(LIGHT)
    assert caller.say("place=Agra" + NOISE) == ["confirm_place"]
    assert caller.say("yes")[0] == "ticket_opened"


def test_a_no_inside_a_story_denies_nothing(ring: Ring) -> None:
    caller = ring()
    caller.say("lang=hi")
    caller.say(LIGHT)
    caller.say("no" + NOISE)
    assert caller.session.request.service == "street_light_repair"
    assert caller.say("place=Agra")[0] == "ticket_opened"


def test_another_service_heard_instead_of_yes_or_no_is_confirmed(ring: Ring) -> None:
    caller = ring()
    caller.say("lang=hi")
    assert caller.say("service=street_light_repair:0.5") == ["confirm_service"]
    assert caller.say("service=income_certificate:0.95") == ["confirm_service"]
    assert caller.session.request.candidates[0] == "income_certificate"


def test_a_district_named_instead_of_yes_replaces_the_offered_one(ring: Ring) -> None:
    caller = ring()
    caller.say("lang=hi")
    assert caller.say(LIGHT + " place=Agra")[-1] == "confirm_request"
    assert caller.say("place=Meerut") == ["confirm_request"]
    assert caller.value("confirm_request", "place") == ("place", "Meerut")


def test_nothing_more_after_something_was_done_is_a_goodbye(ring: Ring) -> None:
    caller = ring()
    caller.say("lang=hi")
    caller.say("service=income_certificate:0.95")
    assert caller.say("yes") == ["ask_service"]
    assert caller.say("no") == ["goodbye"]
    assert caller.ends_with(HangUp(Disposition.SMS_SENT))


def test_a_ticket_number_cut_off_is_said_again_when_the_call_goes_on(ring: Ring) -> None:
    caller = ring()
    caller.say("lang=hi")
    caller.say(LIGHT)
    caller.say("place=Agra")
    caller.session = Session.from_json(caller.session.to_json())
    assert "ticket_number" in caller.happen(CallStarted(resumed=True, media="gather"))
