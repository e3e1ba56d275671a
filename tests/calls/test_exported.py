"""A call that was, exported, is a case without editing: it is replayed and goes the same way."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from ivr.cli import build
from ivr.core.clock import SetClock
from ivr.core.data import data_dir
from ivr.desk.case_export import exported
from ivr.desk.kept_calls import exportable, kept_call
from ivr.replay.case import Case
from ivr.replay.house import BEGINNING, ReplayHouse, open_house
from ivr.replay.modes import Mode
from ivr.replay.run import Player, run_case
from ivr.store.schema import call
from ivr.understanding.private import PrivateWords
from ivr.web.assembly import Knowledge

from .conftest import CACHE, FIXTURES, run


@pytest.mark.parametrize("name", ["hi/street_light_ticket", "te/income_certificate_sms"])
def test_an_exported_call_goes_the_same_way(
    house: ReplayHouse, knowledge: Knowledge, tmp_path: Path, name: str
) -> None:
    case = Case.load(FIXTURES / name)
    house = open_house(house.settings.model_copy(update={"recording_days": 30}), SetClock(BEGINNING), knowledge)
    was = run(lambda: run_case(house, case))
    sid = was.record.call_sid
    with house.assembly.db.begin() as connection:
        connection.execute(update(call).where(call.c.sid == sid).values(consent_at=house.clock.now()))
    assert [found[0] for found in exportable(house.assembly.db)] == [sid]
    kept = kept_call(house.assembly.db, house.assembly.calls, house.data_dir, sid)
    private = PrivateWords.of(knowledge.understander, data_dir("grammars"), case.language)
    made = exported(kept, replace(private, known=lambda word: True))
    made.write(tmp_path / case.language / "that_call")
    again = Case.load(tmp_path / case.language / "that_call")
    assert len(again.turns) == len(case.turns)
    outcome = run(lambda: Player(knowledge, Mode.REAL, CACHE.parent).play(again))
    assert outcome.problems == ()
    assert outcome.passed
    assert [line for line in outcome.transcript.splitlines() if line.startswith("does")] == [
        line for line in was.transcript.splitlines() if line.startswith("does")
    ]


def test_a_recording_becomes_a_case(tmp_path: Path) -> None:
    audio = FIXTURES / "hi/street_light_ticket/02.wav"
    words = ["case", "new", str(audio), str(tmp_path / "hi" / "mine"), "--lang", "hi"]
    result = CliRunner().invoke(build(["case"]), words)
    assert result.exit_code == 0, result.output
    assert len(Case.load(tmp_path / "hi" / "mine").turns) == 1
