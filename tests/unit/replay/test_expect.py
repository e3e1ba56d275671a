"""Expectations of cases against traces."""

from typing import Any

import pytest

from ivr.call.trace import Happened, PromptEnded, TraceEvent
from ivr.core.errors import ReplayError
from ivr.dialogue.commands import Flag, HangUp, Listen, Play
from ivr.dialogue.events import NoInput, Pressed
from ivr.replay.expect import Facts, Seen, of_call, of_turn
from ivr.understanding.result import WaitKind

ASKED = Happened(
    "CA1",
    0,
    Pressed("1"),
    (Play("ask_place", "hi", {"place": ("place", "Agra")}), Flag("refused"), Listen(WaitKind.PLACE, ("hi",))),
)
TRACE: tuple[TraceEvent, ...] = (ASKED, PromptEnded("CA1", 100, "ask_place", 80, cut=True))
FACTS = Facts("sms_sent", "hi", "income_certificate", None, 0, 1, 0, 0, 1, "helpline")


@pytest.mark.parametrize(
    "expect",
    [
        {"says": "ask_place"},
        {"says": ["ask_place"], "never_says": ["menu"]},
        {"tells": "Agra"},
        {"flags": "refused", "no_flags": "emergency"},
        {"waits_for": "place"},
        {"interrupts": True},
    ],
)
def test_met(expect: dict[str, Any]) -> None:
    assert of_turn("turn 1", expect, TRACE) == []


@pytest.mark.parametrize(
    ("expect", "said"),
    [
        ({"says": "menu"}, "menu was not said, but ask_place"),
        ({"never_says": "ask_place"}, "ask_place was said"),
        ({"tells": "Patna"}, "Patna was not told, but Agra"),
        ({"flags": "emergency"}, "no flag emergency, but refused"),
        ({"no_flags": "refused"}, "flag refused"),
        ({"waits_for": "nothing"}, "waits for place, expected nothing"),
        ({"interrupts": False}, "cut ask_place"),
        ({"decides": "denied"}, "nothing decided by denied, but nothing"),
    ],
)
def test_not_met(expect: dict[str, Any], said: str) -> None:
    assert of_turn("turn 1", expect, TRACE) == [f"turn 1: {said}"]


def test_after_the_end_nothing_is_waited_for() -> None:
    over = Happened("CA1", 0, NoInput(), (Play("goodbye", "hi"), HangUp("answered")))  # type: ignore[arg-type]
    assert of_turn("turn 1", {"waits_for": "nothing"}, (*TRACE, over)) == []


def test_of_a_whole_call() -> None:
    seen = Seen(FACTS, TRACE, ("जनवाणी: 3646-153",), 61.0)
    met = {"disposition": "sms_sent", "sms": 1, "sms_contains": "3646", "turns_at_most": 1, "seconds_at_most": 61}
    assert of_call("hi/a", met, seen) == []
    missed = {"tickets": 1, "sms_contains": "1234", "turns_at_most": 0, "seconds_at_most": 60}
    assert len(of_call("hi/a", missed, seen)) == 4


def test_an_unknown_expectation_is_a_mistake() -> None:
    with pytest.raises(ReplayError, match="knows no 'sayz'"):
        of_turn("turn 1", {"sayz": "menu"}, TRACE)
