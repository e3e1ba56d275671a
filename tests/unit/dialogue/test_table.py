"""The table of the conversation: every question has its prompts, every key a meaning, in every language."""

import ast
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.core.data import load_mapping
from ivr.dialogue import prompt_ids
from ivr.dialogue.commands import Listen
from ivr.dialogue.events import CallStarted, EmergencyHeard, KnownTicket, Queued
from ivr.dialogue.ports import House
from ivr.dialogue.questions import QUESTIONS
from ivr.dialogue.script import Script
from ivr.dialogue.session import At, Session
from ivr.dialogue.table import ENTER, WAITS
from tests.unit.dialogue.caller import NUMBER, Caller
from tests.unit.dialogue.conftest import Ring

PLACE = re.compile(r"\{(\w+)\}")
WORDS_AT_MOST = 12
TICKET = KnownTicket(NUMBER, "street_light_repair", "open", "2026-11-20", "2026-11-24")


def broken_off(caller: Caller) -> None:
    caller.say("service=street_light_repair")
    caller.hang_up()
    caller.session = caller.session.reopened()
    caller.call("hi")


def shared(caller: Caller) -> None:
    caller.session = Session.new("CA2")
    caller.happen(CallStarted("hi", tickets=(TICKET,), shared=True))


def briefed(caller: Caller, errand: str) -> None:
    """The call begins with what waits for this person."""
    brief = {"errand": errand, "service": "food_ration_request", "district": "Agra", "area": "282001", "request": "4"}
    caller.session = Session.new("CA2")
    caller.happen(CallStarted("hi", purpose="x", brief={**brief, "offer": "7", "kind": "text", "message": "m"}))


def claimed(caller: Caller) -> None:
    caller.session = Session.new("CA2")
    caller.happen(CallStarted("hi", tickets=(replace(TICKET, state="claimed"),), purpose="confirm"))


def still(caller: Caller) -> None:
    claimed(caller)
    caller.press("2")


REACH: dict[At, Callable[[Caller], object]] = {
    At.LANGUAGE: lambda c: c.press("9"),
    At.GO_ON: lambda c: broken_off(c),
    At.LAST_FOUR: lambda c: shared(c),
    At.SERVICE: lambda c: None,
    At.MENU: lambda c: c.press("8"),
    At.CONFIRM: lambda c: c.say("service=income_certificate:0.5"),
    At.CHOICE: lambda c: c.say("service=income_certificate:0.7 service=caste_certificate:0.68"),
    At.PLACE: lambda c: c.say("service=street_light_repair"),
    At.PLACE_MENU: lambda c: (c.say("service=street_light_repair"), c.press("1")),
    At.PLACE_CONFIRM: lambda c: (c.say("service=street_light_repair"), c.say("place=Agra", agreed=False)),
    At.DETAILS: lambda c: (c.say("service=grievance_register"), c.say("place=Agra")),
    At.TICKET_NUMBER: lambda c: c.say("service=grievance_status"),
    At.RATING: lambda c: c.say("service=feedback_rating"),
    At.MORE: lambda c: c.say("service=mandi_price"),
    At.SOLVED: lambda c: claimed(c),
    At.STILL: lambda c: still(c),
    At.QUEUE: lambda c: (c.press("0"), c.happen(Queued(2, 4))),
    At.MESSAGE_OK: lambda c: (c.say("cmd=no_recording"), c.press("0")),
    At.AREA: lambda c: (c.say("service=food_ration_request"), c.say("place=Agra")),
    At.BLOOD: lambda c: (c.say("service=blood_request"), c.say("place=Agra")),
    At.GIVES: lambda c: c.say("service=volunteer_register"),
    At.OFFER: lambda c: briefed(c, "offer"),
    At.DELIVERY: lambda c: briefed(c, "deliver"),
    At.RECEIVED: lambda c: briefed(c, "received"),
    At.ALERT: lambda c: briefed(c, "alert"),
    At.CERTIFICATE: lambda c: c.say("service=certificate_verify"),
    At.RUMOUR: lambda c: c.say("service=rumour_check"),
    At.RUMOUR_CONFIRM: lambda c: (c.say("service=rumour_check"), c.say("rumour=coin_ten_invalid:0.5")),
    At.NO_DANGER: lambda c: c.say("emergency=fire"),
}


def at(ring: Ring, place: At) -> Caller:
    """A caller at the question; there is a queue only where there is a person."""
    caller = ring(house=House(operator=place is At.QUEUE))
    REACH[place](caller)
    assert caller.session.at is place
    return caller


@pytest.mark.parametrize("place", REACH)
def test_a_call_for_help_is_heard_at_every_question(ring: Ring, place: At) -> None:
    caller = at(ring, place)
    assert caller.happen(EmergencyHeard("fire", "te", "words")) == [
        "emergency",
        "emergency_again",
        "emergency_else",
    ]
    assert {play.lang for play in caller.plays} == {"te"}
    assert caller.value("emergency", "number") == ("digits", "101")
    caller.silence()
    assert caller.disposition == "emergency"


def test_every_question_is_in_every_table() -> None:
    assert QUESTIONS.keys() == WAITS.keys() == REACH.keys()
    assert QUESTIONS.keys() <= ENTER.keys()


@pytest.mark.parametrize("place", list(REACH))
@pytest.mark.parametrize("key", list("0123456789*#"))
def test_every_key_has_a_meaning_at_every_question(ring: Ring, place: At, key: str) -> None:
    """It answers, leads on, or is said to mean nothing here; it is never met by silence."""
    caller = at(ring, place)
    caller.press(key)
    assert caller.plays


@pytest.mark.parametrize("place", list(REACH))
def test_a_person_and_repeat_are_to_be_had_at_every_question(ring: Ring, place: At) -> None:
    for operator, repeat in (("0", "*"), ("cmd=operator", "cmd=repeat")):
        caller = at(ring, place)
        before = caller.plays
        (caller.press if operator == "0" else caller.say)(repeat)
        assert caller.plays == before
        (caller.press if operator == "0" else caller.say)(operator)
        ends = {At.QUEUE: "transfer", At.MESSAGE_OK: "message_ok"}
        assert caller.plays[-1].prompt == ends.get(place, "voicemail")


@pytest.mark.parametrize("place", [place for place in REACH if place not in (At.QUEUE, At.NO_DANGER)])
def test_every_question_is_continued_by_keys(ring: Ring, place: At) -> None:
    """On the keypad leg the keys are named with the question. The queue is there only by keys and asks anew; after an
    emergency the number is told again."""
    caller = at(ring, place)
    played = caller.happen(CallStarted(resumed=True, media="gather"))
    assert played[0] == "keys_only"
    assert isinstance(caller.last, Listen)
    keys = {
        "language_key",
        "menu_key",
        "place_key",
        "yes_no_keys",
        "choice_keys",
        "details_keys",
        "option_key",
        "rumour_key",
    }
    keys |= {prompt for prompt in played if prompt.startswith(("group_", "state_"))}
    asks_for_keys = (At.TICKET_NUMBER, At.RATING, At.LAST_FOUR, At.AREA, At.DELIVERY, At.CERTIFICATE)
    assert keys & set(played) or place in asks_for_keys


def test_prompts_are_the_same_in_every_language(script: Script, grammars: Path) -> None:
    first, *others = (load_mapping(grammars / lang / "prompts.yaml") for lang in script.languages)
    for other in others:
        assert other.keys() == first.keys()
        for name in first:
            assert sorted(PLACE.findall(first[name]["text"])) == sorted(PLACE.findall(other[name]["text"])), name


def test_every_prompt_says_what_it_is_for_and_is_short(script: Script, grammars: Path) -> None:
    for lang in script.languages:
        for name, entry in load_mapping(grammars / lang / "prompts.yaml").items():
            assert entry["about"], name
            text = PLACE.sub("x", entry["text"])
            assert len(text.split()) <= WORDS_AT_MOST, (lang, name)
            assert not re.search(r"[A-Za-z0-9]", PLACE.sub("", entry["text"])), (lang, name)


def test_no_prompt_is_written_that_nobody_plays(script: Script, grammars: Path) -> None:
    played_elsewhere: set[str] = set()
    by_data = ("ticket_state", "state_")
    written = {name for name in script.prompts["hi"] if not name.startswith(by_data)}
    assert written <= script.prompt_ids() | played_elsewhere


def test_every_prompt_id_is_used(script: Script) -> None:
    room = Path(prompt_ids.__file__).parent
    used = {
        node.attr
        for path in (*room.glob("*.py"), room.parent / "web" / "answers.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "P"
    }
    assert used == set(prompt_ids.P.__members__)
