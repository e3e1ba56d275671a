"""One caller heard in three ways: really, by what was recognised then, and as text."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.core.errors import ReplayError
from ivr.replay.case import Act, Case, Turn, find_cases
from ivr.replay.modes import Mode, fits, prepare
from ivr.replay.recorded import FILE
from ivr.replay.run import Outcome, Player, accept
from ivr.replay.virtual_loop import run_virtual
from ivr.web.assembly import Knowledge

from .conftest import CACHE, FIXTURES, ROOT

SCENARIOS = ROOT / "tests" / "scenarios"


def play(knowledge: Knowledge, mode: Mode, case: Case) -> Outcome:
    return run_virtual(Player(knowledge, mode, CACHE.parent).play(case))


def test_recorded_recognition_replays_byte_for_byte(knowledge: Knowledge, tmp_path: Path) -> None:
    case = replace(Case.load(FIXTURES / "hi/barge_in_greeting"), folder=tmp_path)
    real = play(knowledge, Mode.REAL, case)
    assert accept(real)
    assert (tmp_path / FILE).is_file()
    recorded = play(knowledge, Mode.RECORDED, case)
    assert recorded.transcript == real.transcript
    assert recorded.passed


def test_a_recorded_caller_can_be_played_as_text(knowledge: Knowledge) -> None:
    outcome = play(knowledge, Mode.TEXT, Case.load(FIXTURES / "te/barge_in_greeting"))
    assert outcome.problems == ()
    assert "heard     te: కుల ధృవీకరణ పత్రం కావాలి" in outcome.transcript


def test_a_text_caller_is_synthesised_for_real_decoding(knowledge: Knowledge, tmp_path: Path) -> None:
    case = Case.load(SCENARIOS / "hi/street_light_ticket.yaml")
    prepared = prepare(case, Mode.REAL, knowledge, tmp_path).case
    assert all(turn.audio for turn in prepared.turns if turn.act is Act.SAY)
    assert prepare(case, Mode.REAL, knowledge, tmp_path).case == prepared
    assert not fits(case, Mode.RECORDED)


def test_what_is_expected_of_a_turn_is_held_against_what_follows_it(knowledge: Knowledge) -> None:
    case = Case.load(SCENARIOS / "hi/language_by_key.yaml")
    first = replace(case.turns[0], expect={"says": "goodbye"})
    late = Turn(Act.PRESS, "1", expect={"says": "menu"})
    outcome = play(knowledge, Mode.TEXT, replace(case, turns=(first, *case.turns[1:], late), expect={}))
    assert outcome.problems == ("turn 1, 1: goodbye was not said, but ask_service", "the call was over before 1")


def test_a_case_without_record_says_what_to_do(knowledge: Knowledge, tmp_path: Path) -> None:
    case = replace(Case.load(FIXTURES / "hi/keys_only"), folder=tmp_path)
    with pytest.raises(ReplayError, match="--update"):
        play(knowledge, Mode.RECORDED, case)


def test_both_languages_have_their_scenarios() -> None:
    cases = find_cases([SCENARIOS])
    assert min(Counter(case.language for case in cases).values()) >= 30
    assert all(case.name.startswith(case.language) for case in cases)
    assert all(case.before() is None or case.before() for case in cases)
