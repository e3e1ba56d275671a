"""Nothing that a caller or a line does leaves a call without an ending or loses what was said."""

import asyncio
import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.call.trace import PromptEnded, PromptSent
from ivr.dialogue.session import Session
from ivr.replay.case import Act, Case, HouseRules, Turn
from ivr.replay.house import ReplayHouse, replay_house
from ivr.replay.run import Outcome, run_case
from ivr.speech.audio import read_any
from ivr.speech.models import ModelRegistry
from ivr.web.assembly import Knowledge

from .conftest import CACHE, fixture_case, run


def play(house: ReplayHouse, case: Case) -> Outcome:
    return run(lambda: run_case(house, case))


def ended(house: ReplayHouse, outcome: Outcome) -> tuple[str | None, Session]:
    row = house.assembly.calls.show(outcome.record.call_sid)
    stored = house.assembly.calls.session(outcome.record.call_sid)
    assert row is not None
    assert stored is not None
    return row.disposition, Session.from_json(stored)


@pytest.mark.parametrize("after_ms", range(20, 12_000, 1_140))
def test_hang_up_at_any_moment_of_the_greeting(house: ReplayHouse, after_ms: int) -> None:
    case = fixture_case("hi/income_certificate_sms", Turn(Act.HANG_UP, after_ms=after_ms), keep=0)
    disposition, session = ended(house, play(house, case))
    assert disposition == "caller_left"
    assert session.over


@pytest.mark.parametrize("turns", range(1, 4))
@pytest.mark.parametrize("after_ms", [40, 700, 2_000])
def test_hang_up_while_the_answer_is_spoken(house: ReplayHouse, turns: int, after_ms: int) -> None:
    case = fixture_case("hi/street_light_ticket", Turn(Act.HANG_UP, after_ms=after_ms), keep=turns)
    outcome = play(house, case)
    disposition, session = ended(house, outcome)
    opened = house.assembly.desk.tickets()
    assert session.over
    assert disposition == ("ticket_opened" if opened else "caller_left")


def test_two_calls_of_one_number_at_a_time(house: ReplayHouse) -> None:
    case = fixture_case("hi/income_certificate_sms")

    async def both() -> list[Outcome]:
        return list(await asyncio.gather(run_case(house, case), run_case(house, case)))

    outcomes = run(both)
    assert [ended(house, o)[0] for o in outcomes] == ["sms_sent", "sms_sent"]
    assert len(house.carrier.messages) == 2
    assert len({o.record.call_sid for o in outcomes}) == 2


def test_a_lost_stream_goes_on_by_keys_in_the_same_session(house: ReplayHouse) -> None:
    keys = (Turn(Act.PRESS, key) for key in itertools.repeat("1", 3))
    case = fixture_case("hi/street_light_ticket", *keys, keep=2)
    house.wire.lose_when = lambda: any(isinstance(e, PromptSent) and e.prompt == "ask_place" for e in house.trace)
    outcome = play(house, case)
    assert "line      closed: disconnect\ncall      goes on, gather" in outcome.transcript
    disposition, session = ended(house, outcome)
    assert session.lang == "hi"
    assert disposition == "ticket_opened"
    (ticket,) = house.assembly.desk.tickets()
    assert ticket.service == "street_light_repair"
    assert outcome.record.gathered[:3] == ["1", "1", "1"]


def test_a_message_is_kept_though_the_caller_hangs_up_without_a_key(knowledge: Knowledge) -> None:
    asked = fixture_case("hi/operator_asked", keep=2)
    message = asked.turns[1]
    with replay_house(CACHE, knowledge, HouseRules(operator=False)) as house:
        outcome = play(house, replace(asked, turns=(*asked.turns, message, Turn(Act.HANG_UP))))
        assert ended(house, outcome)[0] == "voicemail"
        (kept,) = house.recordings().of_call(outcome.record.call_sid)
        assert kept.duration_ms >= len(message.audio) // 8
        audio = read_any(house.data_dir / kept.path)
        assert len(audio) == kept.duration_ms * 8


def test_without_a_speech_model_the_call_goes_by_keys(knowledge: Knowledge, tmp_path: Path) -> None:
    (tmp_path / "hi").mkdir()
    deaf = replace(knowledge, models=ModelRegistry(tmp_path))
    case = fixture_case("hi/keys_only")
    with replay_house(CACHE, deaf) as house:
        outcome = play(house, replace(case, turns=tuple(Turn(Act.PRESS, key) for key in ("1", "1", "1", "2"))))
        assert outcome.record.streams == []
        assert ended(house, outcome)[0] == "sms_sent"


def test_keys_and_voice_cut_what_is_said(house: ReplayHouse) -> None:
    outcome = play(house, fixture_case("hi/barge_in_greeting"))
    cut = [e for e in outcome.trace if isinstance(e, PromptEnded) and e.cut]
    assert cut
    assert all(e.heard_ms < 15_000 for e in cut)
