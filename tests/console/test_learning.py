"""From a correction to a better next call: a proposal and a case after ten minutes, a phrase after a yes."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from ivr.cli import build
from ivr.desk.adopting import Adopting
from ivr.desk.learning import LEARN, Learning, teachable
from ivr.desk.learnt_cases import CaseMaker
from ivr.replay.case import Case
from ivr.store import proposals, reviews
from ivr.store.jobs import Job
from ivr.store.reviews import NewCorrection
from ivr.understanding.grammars import Grammars
from ivr.understanding.learnt import load_learnt, taught
from ivr.understanding.result import Band, Hypothesis, WaitKind
from ivr.understanding.understand import Understander
from tests.console.calls import Sample, leave
from tests.console.house import NOW, Desktop
from tests.real import knowledge

SID, SERVICE = "CAlearn", "electricity_outage"
SAID = "ఊరంతా చీకటి"  # "the whole village is dark": no service is accepted for it


def corrected(desktop: Desktop, sid: str = SID, **more: Any) -> int:
    """An operator's correction of a call, already saved; its id."""
    new = {"kind": "service", "value": SERVICE, "note": "", "who": "operator", "heard_ms": 2000, "base": 0, **more}
    with desktop.db.begin() as connection:
        turn = next(row for row in reviews.turns(connection, sid) if row.side == "caller")
        return reviews.correct(connection, NewCorrection(call_sid=sid, turn_n=turn.n, **new), desktop.clock.now())


def learn(desktop: Desktop, correction: int) -> None:
    """What the worker does ten minutes later."""
    understander = desktop.around.understander
    maker = CaseMaker(desktop.db, desktop.around.calls, desktop.data, lambda: understander)
    learning = Learning(desktop.db, lambda: understander, desktop.clock, maker)
    settle = asyncio.run(learning.run(Job(1, LEARN, {"correction_id": correction}, 1, 5)))
    if settle is not None:
        with desktop.db.begin() as connection:
            settle(connection)


def waiting(desktop: Desktop) -> list[tuple[str, str, str]]:
    with desktop.db.read() as connection:
        return [(p.language, p.service, p.phrase) for p in proposals.listed(connection, "open", 10)]


def test_words_and_service_make_a_proposal(desktop: Desktop) -> None:
    leave(desktop.db, desktop.data, Sample(SID))
    learn(desktop, corrected(desktop, kind="words", value=SAID))
    assert waiting(desktop) == [], "words alone say nothing about the service"
    learn(desktop, corrected(desktop))
    assert waiting(desktop) == [("te", SERVICE, SAID)]


def test_nothing_is_learnt_from_what_was_taken_back_is_known_or_cannot_be_told(lite: Desktop) -> None:
    leave(lite.db, lite.data, Sample(SID, which=1))  # its words are understood already
    learn(lite, corrected(lite))
    learn(lite, corrected(lite, kind="not_speech", value=""))
    learn(lite, corrected(lite, kind="cannot_tell", value=""))
    undone = corrected(lite, value="ration_card_new")
    with lite.db.begin() as connection:
        reviews.undo(connection, undone, "operator", lite.clock.now())
    learn(lite, undone)
    assert waiting(lite) == []


def test_taking_back_later_takes_the_waiting_proposal_along(lite: Desktop) -> None:
    leave(lite.db, lite.data, Sample(SID))
    late = corrected(lite, value="ration_card_new")
    learn(lite, late)
    assert len(waiting(lite)) == 1
    with lite.db.begin() as connection:
        reviews.undo(connection, late, "operator", lite.clock.now())
    assert waiting(lite) == []


def test_a_case_is_made_only_with_consent_and_replays(lite: Desktop) -> None:
    leave(lite.db, lite.data, Sample(SID, consent=False))
    learn(lite, corrected(lite, value="ration_card_new"))
    assert not (lite.data / "cases").exists()
    leave(lite.db, lite.data, Sample("CAagreed"))
    number = corrected(lite, "CAagreed", value="ration_card_new")
    learn(lite, number)
    folder = lite.data / "cases" / "te" / f"correction_{number}"
    case = Case.load(folder)
    assert case.exported
    assert case.expect["service"] == "ration_card_new"
    assert b"9415553210" not in b"".join(path.read_bytes() for path in folder.iterdir())
    with lite.db.read() as connection:
        kept = reviews.one_correction(connection, number)
    assert kept is not None


@pytest.mark.parametrize(
    ("text", "fits"), [(SAID, True), ("", False), ("నా నంబరు 94155 50123", False), ("పదం " * 13, False)]
)
def test_what_may_stand_in_a_grammar(text: str, fits: bool) -> None:
    assert teachable(text) is fits


def test_a_supervisor_tries_mends_accepts_and_the_next_start_understands(lite: Desktop) -> None:
    leave(lite.db, lite.data, Sample(SID))
    corrected(lite, kind="words", value=SAID)
    learn(lite, corrected(lite))
    supervisor = lite.client("supervisor")
    assert SAID in supervisor.get("/proposals").text
    tried = supervisor.get("/proposals/1").text
    assert re.search(r"0 of the newest 1 requests would change", tried)
    assert lite.client("operator").get("/proposals").status_code == 403
    assert supervisor.post("/proposals/1/decide", {"decision": "accept", "phrase": ""}).status_code == 422
    answer = supervisor.post("/proposals/1/decide", {"decision": "accept", "phrase": f"మా {SAID}"})
    assert answer.status_code == 303
    kept = lite.data / "learnt" / "te.yaml"
    assert yaml.safe_load(kept.read_text("utf-8")) == {SERVICE: [f"మా {SAID}"]}
    assert meant(lite.data / "learnt") == (SERVICE, Band.ACCEPT)
    assert supervisor.post("/proposals/1/decide", {"decision": "decline"}).status_code == 409
    supervisor.post("/proposals/1/reopen")
    assert yaml.safe_load(kept.read_text("utf-8")) == {}
    assert waiting(lite) == [("te", SERVICE, SAID)]


def meant(learnt: Path) -> tuple[str | None, Band]:
    """What a server that starts now makes of the words."""
    catalogue, known = knowledge().catalogue, knowledge().understander
    grammars: Grammars = taught(known.grammars, load_learnt(learnt))
    fresh = Understander(grammars, catalogue, known.own_thresholds)
    found = fresh.understand([Hypothesis(SAID)], "te", WaitKind.SERVICE, NOW.date())
    return found.intent, found.band


def test_what_it_gained_is_measured(lite: Desktop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    leave(lite.db, lite.data, Sample(SID))
    corrected(lite, kind="words", value=SAID)
    learn(lite, corrected(lite))
    lite.client("supervisor").post("/proposals/1/decide", {"decision": "accept", "phrase": SAID})
    monkeypatch.setenv("IVR_DATABASE_URL", str(lite.db.engine.url))
    monkeypatch.setenv("IVR_DATA_DIR", str(tmp_path / "var"))
    runner = CliRunner()
    listed = runner.invoke(build(["corrections"]), ["corrections"])
    assert listed.output.splitlines() == ["lang,text,service_id,note", f"te,{SAID},{SERVICE},learnt"]
    (tmp_path / "corrections.csv").write_text(listed.output, encoding="utf-8")
    command = ["accuracy", str(tmp_path / "corrections.csv"), "--learnt", str(lite.data / "learnt"), "--json"]
    report = json.loads(runner.invoke(build(["accuracy"]), command).stdout)
    assert report["learnt"]["te learnt"]["became_right"] == 1
    assert report["learnt"]["all"]["became_wrong"] == 0


def test_a_running_server_takes_up_what_was_accepted_when_it_is_quiet(lite: Desktop) -> None:
    leave(lite.db, lite.data, Sample(SID))
    corrected(lite, kind="words", value=SAID)
    learn(lite, corrected(lite))
    catalogue, known = knowledge().catalogue, knowledge().understander
    running = Understander(known.grammars, catalogue, known.own_thresholds)
    calls = [True]
    adopting = Adopting(lite.db, lite.data, running, lambda: calls[0])
    supervisor = lite.client("supervisor")

    def look() -> tuple[str, ...]:
        return asyncio.run(adopting.look())

    def now() -> tuple[str | None, Band]:
        found = running.understand([Hypothesis(SAID)], "te", WaitKind.SERVICE, NOW.date())
        return found.intent, found.band

    before = now()
    assert look() == ()
    supervisor.post("/proposals/1/decide", {"decision": "accept", "phrase": SAID})
    assert look() == (), "a call goes on"
    calls[0] = False
    assert look() == ("te",)
    assert now() == (SERVICE, Band.ACCEPT)
    assert look() == ()
    supervisor.post("/proposals/1/reopen")
    assert look() == ("te",)
    assert now() == before
