"""To a person and back: queue, briefing, call backs, missed calls; the whole application, a carrier that remembers."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ivr.dialogue.commands import Play
from ivr.replay.house import BEGINNING, OPERATOR, PUBLIC_URL, ReplayHouse, open_house, replay_house
from ivr.replay.run import run_case
from ivr.replay.twiml import Verb, verbs
from ivr.web.assembly import Knowledge
from ivr.web.audio import PromptSeal

from .conftest import CACHE, fixture_case, run

MISSED = "+911800111557"
NUMBER = "+919415550123"


@pytest.fixture
def house(knowledge: Knowledge) -> Iterator[ReplayHouse]:
    """Every call goes by keys; one operator."""
    with replay_house(CACHE, knowledge=knowledge, max_calls=0) as made:
        settings = made.settings.model_copy(update={"missed_call_number": MISSED, "operator_language": "te"})
        yield open_house(settings, made.clock, knowledge)


class Phone:
    """One call at the carrier, request by request."""

    _numbers = itertools.count(1)

    def __init__(self, house: ReplayHouse, number: str = NUMBER, sid: str = "") -> None:
        self._house = house
        self.sid = sid or f"CA{next(self._numbers):032d}"
        self._form = {"CallSid": self.sid, "From": number, "To": "+911800111555"}
        self._seal = PromptSeal(house.assembly.services.edge.secret_key)
        self.verbs: tuple[Verb, ...] = ()

    def post(self, path: str, **more: str) -> list[str]:
        """The prompts of the answer."""
        answer = run(lambda: self._house.wire.post(PUBLIC_URL + path, {**self._form, **more}))
        self.verbs = verbs(answer)
        return [play.prompt for play in self.plays]

    @property
    def plays(self) -> list[Play]:
        found = [v for verb in self.verbs for v in (verb, *verb.children) if v.name == "Play"]
        return [self._seal.open(Path(urlsplit(play.text).path).stem) for play in found]

    @property
    def names(self) -> list[str]:
        return [verb.name for verb in self.verbs]

    def ring(self) -> "Phone":
        self.post("/twilio/voice")
        return self

    def press(self, *keys: str) -> list[str]:
        played: list[str] = []
        for key in keys:
            played = self.post("/twilio/gather", Digits=key)
        return played


def test_the_second_caller_waits_in_the_queue_until_the_first_is_served(house: ReplayHouse) -> None:
    first, second = Phone(house).ring(), Phone(house, "+919415550199").ring()
    assert first.press("1", "0") == ["transfer"]
    assert first.names == ["Play", "Dial"]
    assert second.press("2", "0") == ["queue_place", "queue_keys"]
    assert second.plays[0].values == {"place": ("number", "1"), "minutes": ("number", "3")}
    house.clock.advance(20)
    assert second.post("/twilio/gather") == ["queue_place", "queue_keys"]
    first.post("/twilio/dialled", DialCallStatus="completed")
    assert second.post("/twilio/gather") == ["transfer"]
    assert {play.lang for play in second.plays} == {"te"}
    assert second.post("/twilio/dialled", DialCallStatus="no-answer") == ["transfer_failed", "voicemail"]


def test_a_caller_who_hangs_up_gives_the_line_back(house: ReplayHouse) -> None:
    first, second = Phone(house).ring(), Phone(house, "+919415550199").ring()
    first.press("1", "0")
    first.post("/twilio/status", CallStatus="completed")
    assert second.press("1", "0") == ["transfer"]


def test_the_operator_is_told_in_their_language_what_it_is_about(house: ReplayHouse) -> None:
    phone = Phone(house).ring()
    phone.press("1", "1", "1", "0")
    phone.sid, parent = "CAchild", phone.sid
    assert phone.post("/twilio/whisper", CallSid="CAchild", ParentCallSid=parent)[0].startswith("whisper_")
    assert {play.lang for play in phone.plays} == {"te"}


def test_a_call_back_is_promised_placed_and_led_to_the_operator(house: ReplayHouse) -> None:
    other, phone = Phone(house, "+919415550199").ring(), Phone(house).ring()
    other.press("1", "0")
    phone.press("2", "0")
    assert phone.press("1")[0] == "callback_noted"
    phone.press("2")
    run(house.assembly.worker.drain)
    assert house.carrier.calls == [], "nobody is free to speak"
    other.post("/twilio/dialled", DialCallStatus="completed")
    house.clock.advance(120)
    run(house.assembly.worker.drain)
    assert house.carrier.calls == [(NUMBER, f"{PUBLIC_URL}/twilio/callback")]
    back = Phone(house, sid="CAc" + "1".rjust(31, "0"))
    assert back.post("/twilio/callback", From="+911800111555", To=NUMBER) == [
        "greeting_callback",
        "transfer",
    ]
    assert {play.lang for play in back.plays} == {"te"}
    assert [child.text for child in back.verbs[-1].children] == [OPERATOR]


def test_nobody_took_the_call_back_so_it_comes_again(house: ReplayHouse) -> None:
    Phone(house).post("/twilio/voice", To=MISSED)
    run(house.assembly.worker.drain)
    Phone(house, sid="CAc" + "1".rjust(31, "0")).post("/twilio/callback-status", CallStatus="no-answer")
    run(house.assembly.worker.drain)
    assert len(house.carrier.calls) == 1
    house.clock.advance(301)
    run(house.assembly.worker.drain)
    assert len(house.carrier.calls) == 2


def test_a_missed_call_is_free_and_called_back_once(house: ReplayHouse) -> None:
    for _ in range(3):
        phone = Phone(house)
        phone.post("/twilio/voice", To=MISSED)
        assert phone.names == ["Reject"]
    run(house.assembly.worker.drain)
    assert house.carrier.calls == [(NUMBER, f"{PUBLIC_URL}/twilio/callback")]
    back = Phone(house, sid="CAc" + "1".rjust(31, "0"))
    assert back.post("/twilio/callback", From="+911800111555", To=NUMBER)[:2] == ["greeting", "greeting"]
    assert back.press("1")[0] == "menu"


def test_a_missed_call_at_night_is_answered_in_the_morning(house: ReplayHouse) -> None:
    house.clock.advance(12 * 3600)
    Phone(house).post("/twilio/voice", To=MISSED)
    run(house.assembly.worker.drain)
    assert house.carrier.calls == []
    house.clock.advance(11 * 3600)
    assert (house.clock.now() - BEGINNING).days == 0
    run(house.assembly.worker.drain)
    assert len(house.carrier.calls) == 1


def test_a_caller_by_voice_is_briefed_about_too(knowledge: Knowledge) -> None:
    with replay_house(CACHE, knowledge=knowledge) as house:
        case = fixture_case("hi/operator_asked")
        outcome = run(lambda: run_case(house, replace(case, expect={})))
    assert outcome.record.dialled == [OPERATOR]
    assert [verb.name for verb in outcome.record.whispered] == ["Play"]
