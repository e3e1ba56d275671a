"""Being recorded: agreed to by going on, refused by a word or a key, asked for again before a message."""

import pytest

from ivr.dialogue.commands import Disposition, HangUp, Record
from ivr.dialogue.events import EmergencyHeard, MessageRecorded
from tests.unit.dialogue.conftest import Ring

AGREED = Record(langs=("hi",))


@pytest.mark.parametrize("answer", ["said", "pressed"])
def test_whoever_answers_agrees(ring: Ring, answer: str) -> None:
    caller = ring(language=None)
    assert caller.session.consent == ""
    caller.say("lang=hi") if answer == "said" else caller.press("1")
    assert caller.session.consent == "given"


def test_whoever_says_nothing_has_not_agreed(ring: Ring) -> None:
    caller = ring()
    caller.silence(2)
    caller.hang_up()
    assert caller.session.consent == ""


@pytest.mark.parametrize("wait", ["", "service=street_light_repair", "service=mandi_price"])
def test_refused_by_voice_at_any_question_which_stands(ring: Ring, wait: str) -> None:
    caller = ring()
    if wait:
        caller.say(wait)
    before = caller.session.at
    assert caller.say("cmd=no_recording") == ["recording_off"]
    assert (caller.session.at, caller.session.consent) == (before, "refused")
    caller.say("service=mandi_price")
    assert caller.session.consent == "refused"


@pytest.mark.parametrize("language", [None, "hi"])
def test_refused_by_key_at_the_first_question(ring: Ring, language: str | None) -> None:
    caller = ring(language=language)
    assert set(caller.press("#")) == {"recording_off"}
    assert caller.session.consent == "refused"


def test_a_message_is_announced_and_whoever_speaks_agrees(ring: Ring) -> None:
    caller = ring()
    caller.press("0")
    assert caller.ends_with(AGREED)
    caller.happen(MessageRecorded(4_000))
    assert (caller.session.consent, caller.disposition) == ("given", Disposition.VOICEMAIL)


@pytest.mark.parametrize(("answer", "consent", "recorded"), [("yes", "message", True), ("no", "refused", False)])
def test_who_has_refused_is_asked_before_a_message(ring: Ring, answer: str, consent: str, recorded: bool) -> None:
    caller = ring()
    caller.say("cmd=no_recording")
    assert caller.press("0") == ["message_ok"]
    caller.say(answer)
    assert caller.session.consent == consent
    assert caller.ends_with(AGREED if recorded else HangUp(Disposition.CALLER_LEFT))


def test_the_question_before_a_message_by_keys(ring: Ring) -> None:
    for key, recorded in (("1", True), ("2", False)):
        caller = ring()
        caller.press("#", "0", key)
        assert isinstance(caller.last, Record) is recorded


def test_a_cry_for_help_in_a_message(ring: Ring) -> None:
    caller = ring()
    caller.press("0")
    assert caller.happen(EmergencyHeard("fire", "hi", "fire"))[0] == "emergency"
    assert caller.session.consent == "given"
