"""A call goes on though the line, the process, the models or the decoders don't; and where it broke off, next time."""

import asyncio
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ivr.call.trace import Happened, PromptSent
from ivr.core.errors import OverloadedError
from ivr.dialogue.commands import Play
from ivr.replay.case import Act, Case, HouseRules, Turn
from ivr.replay.house import PUBLIC_URL, ReplayHouse, open_house, replay_house
from ivr.replay.run import Outcome, run_case
from ivr.replay.twiml import verbs
from ivr.replay.wires import call_sid
from ivr.speech.models import ModelRegistry
from ivr.web.assembly import Knowledge
from ivr.web.audio import PromptSeal

from .conftest import CACHE, fixture_case, run

WITHIN_S = 3.0


class Killed(Exception):
    """The process is gone."""


def play(house: ReplayHouse, case: Case) -> Outcome:
    return run(lambda: run_case(house, case))


def played(outcome: Outcome) -> list[tuple[str, str]]:
    """Prompts and their languages, by voice and by keys."""
    commands = (c for event in outcome.trace if isinstance(event, Happened) for c in event.commands)
    return [(c.prompt, c.lang) for c in commands if isinstance(c, Play)]


def keys(pressed: Iterable[str]) -> tuple[Turn, ...]:
    return tuple(Turn(Act.PRESS, key) for key in pressed)


def asked_place(house: ReplayHouse) -> bool:
    return any(isinstance(event, PromptSent) and event.prompt == "ask_place" for event in house.trace)


def test_a_process_killed_in_mid_call_goes_on_by_keys_after_a_restart(house: ReplayHouse, knowledge: Knowledge) -> None:
    def killed() -> bool:
        if asked_place(house):
            raise Killed
        return False

    house.wire.lose_when = killed
    with pytest.raises(Killed):
        play(house, fixture_case("hi/street_light_ticket", keep=2))
    after = open_house(house.settings, house.clock, knowledge)
    seal = PromptSeal(after.assembly.services.edge.secret_key)
    form = {"CallSid": call_sid(1), "CallStatus": "in-progress"}

    async def goes_on() -> list[str]:
        began = time.perf_counter()
        answer = verbs(await after.wire.post(f"{PUBLIC_URL}/twilio/after-stream", form))
        heard = [child.text for child in answer[0].children]
        await after.wire.get(heard[0])
        assert time.perf_counter() - began < WITHIN_S
        for key in "111":
            house.clock.advance(10)  # in a row at once they would call for help
            await after.wire.post(f"{PUBLIC_URL}/twilio/gather", {**form, "Digits": key})
        return heard

    plays = [seal.open(Path(urlsplit(url).path).stem) for url in run(goes_on)]
    assert [play.prompt for play in plays][:2] == ["keys_only", "place_menu"]
    assert {play.lang for play in plays} == {"hi"}
    (ticket,) = after.assembly.desk.tickets()
    assert ticket.service == "street_light_repair"


def test_without_a_model_the_caller_hears_that_keys_are_to_be_used(knowledge: Knowledge, tmp_path: Path) -> None:
    (tmp_path / "hi").mkdir()
    deaf = replace(knowledge, models=ModelRegistry(tmp_path))
    with replay_house(CACHE, deaf) as house:
        case = replace(fixture_case("hi/keys_only"), turns=keys("2112"))
        first, again = play(house, case), play(house, case)
    assert first.record.streams == again.record.streams == []
    assert played(first)[2:4] == [("keys_only", "hi"), ("keys_only", "te")]
    assert played(again)[:2] == [("greeting_known", "te"), ("keys_only", "te")], "the language is kept"


def test_with_every_stream_taken_the_caller_hears_why_it_goes_by_keys(knowledge: Knowledge) -> None:
    with replay_house(CACHE, knowledge, HouseRules(calls=0)) as house:
        outcome = play(house, replace(fixture_case("hi/keys_only"), turns=keys("1112")))
        assert outcome.record.streams == []
        assert played(outcome)[2:4] == [("overloaded", "hi"), ("overloaded", "te")]
        assert ("language_key", "hi") in played(outcome)


def test_decoders_that_fall_behind_in_mid_call_leave_the_caller_with_keys(house: ReplayHouse) -> None:
    free, stuck = threading.Event(), set[asyncio.Task[None]]()

    async def hold() -> None:
        with suppress(OverloadedError):
            await house.assembly.pool.run(free.wait)

    def swamp() -> bool:
        if asked_place(house) and not stuck:
            stuck.update(asyncio.create_task(hold()) for _ in range(200))
        return False

    house.wire.lose_when = swamp
    case = fixture_case("hi/street_light_ticket")
    turns = (*case.turns[:3], *keys("112"))
    try:
        outcome = play(house, replace(case, turns=turns))
    finally:
        free.set()
    assert "line      closed: overloaded\ncall      goes on, gather" in outcome.transcript
    assert ("keys_only", "hi") in played(outcome)
    assert house.assembly.desk.tickets()


def test_a_caller_who_rings_back_goes_on_where_the_call_broke_off(house: ReplayHouse) -> None:
    play(house, fixture_case("hi/street_light_ticket", Turn(Act.HANG_UP, after_ms=500), keep=2))
    house.clock.advance(120)
    case = fixture_case("hi/street_light_ticket")
    outcome = play(house, replace(case, turns=(*keys("1"), *case.turns[2:])))
    assert [prompt for prompt, _ in played(outcome)][:5] == [
        "greeting_known",
        "ask_go_on",
        "topic",
        "ask_place",
        "ticket_opened",
    ]
    (ticket,) = house.assembly.desk.tickets()
    assert ticket.service == "street_light_repair"


@pytest.mark.parametrize(("minutes", "keyed"), [(11, ""), (2, "2")])
def test_a_call_begins_afresh_after_ten_minutes_or_on_a_no(house: ReplayHouse, minutes: int, keyed: str) -> None:
    play(house, fixture_case("hi/street_light_ticket", Turn(Act.HANG_UP, after_ms=500), keep=2))
    house.clock.advance(60 * minutes)
    case = fixture_case("hi/street_light_ticket")
    outcome = play(house, replace(case, turns=(*keys(keyed), *case.turns[1:])))
    prompts = [prompt for prompt, _ in played(outcome)]
    assert ("ask_go_on" in prompts) == bool(keyed)
    assert "ask_service" in prompts
    assert len(house.assembly.desk.tickets()) == 1
