"""The HTML report: one file, everything in it, nothing outside it."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ivr.cli import build
from ivr.replay.case import Case
from ivr.replay.difference import Kind
from ivr.replay.modes import Mode
from ivr.replay.report.page import Grid, write_report
from ivr.replay.report.sound import BARS, peaks
from ivr.replay.report.view import call_view
from ivr.replay.run import Outcome, Player
from ivr.web.assembly import Knowledge

from .conftest import CACHE, FIXTURES, ROOT, run

SCENARIO = ROOT / "tests/scenarios/hi/link_by_sms.yaml"


@pytest.fixture(scope="module")
def wrong(knowledge: Knowledge) -> Outcome:
    """A call that went otherwise than expected, in its third turn and in its transcript."""
    case = Case.load(FIXTURES / "hi/street_light_ticket")
    turns = list(case.turns)
    turns[2] = replace(turns[2], expect={"says": "goodbye"})
    case = replace(case, turns=tuple(turns), expect={"disposition": "<answered>"})
    outcome = run(lambda: Player(knowledge, Mode.RECORDED, CACHE.parent).play(case))
    return replace(outcome, wanted=(outcome.wanted or "").replace("street_light_repair", "water_supply"), diff="x")


def test_it_says_what_was_expected_heard_decided_and_done(wrong: Outcome) -> None:
    view = call_view(wrong)
    assert (view.state, len(view.turns)) == ("failed", 4)
    third = view.turns[2]
    assert third.expected == ("says: goodbye",)
    assert "goodbye was not said" in third.problems[0]
    assert {step.kind for step in third.steps} >= {"heard", "decided", "done", "helpline"}
    assert view.problems == ("disposition is 'ticket_opened', expected '<answered>'",)
    assert {line.kind for line in view.changes} >= {Kind.ADDED, Kind.REMOVED}
    assert sum(share for _, share in view.spent) == pytest.approx(1)


def test_steps_are_in_the_order_of_their_seconds_and_within_the_sound(wrong: Outcome) -> None:
    view = call_view(wrong)
    seconds = [step.at_s for turn in view.turns for step in turn.steps if step.kind != "helpline"]
    assert seconds == sorted(seconds)
    assert max(seconds) <= len(wrong.record.streams[0].caller) / 8000 + 0.02


def test_one_file_that_needs_nothing_else(wrong: Outcome, tmp_path: Path) -> None:
    grid = Grid("Accuracy", "by noise", ("", "20 dB"), (("hi", "91 %"),), ((None, 0.9),))
    write_report(tmp_path / "out" / "r.html", [wrong], "One call", [grid])
    page = (tmp_path / "out" / "r.html").read_text(encoding="utf-8")
    assert "expected &#39;&lt;answered&gt;&#39;" in page
    assert not re.findall(r"""(?:src|href)=["']?(?!data:)[a-z./]""", page)
    assert "http" not in re.sub(r"base64,[^\"')]*", "", page)
    assert "data:audio/" in page
    assert page.count("data:font/woff2") == 2
    for text in ("सड़क की लाइट खराब है", "street_light_repair", "91 %"):
        assert text in page


def test_a_waveform_has_its_peaks_where_the_sound_is() -> None:
    found = peaks(b"\xff" * 8000 + b"\x00" * 8000)
    assert len(found) == BARS
    assert set(found[: BARS // 2]) == {0.0}
    assert min(found[BARS // 2 :]) > 0.9
    assert peaks(b"") == [0.0] * BARS


def test_the_command_writes_it_on_any_network_and_hangs_up_at_any_second(tmp_path: Path) -> None:
    """One run, for reading the grammars takes longest."""
    report, junit = tmp_path / "r.html", tmp_path / "r.xml"
    words = ["replay", "--mode", "text", str(SCENARIO), "--report", str(report), "--junit", str(junit), "--json"]
    network = ["--network", "jitter_ms=80", "--network", "doubled=0.02", "--hang-up-every", "25"]
    result = CliRunner().invoke(build(["replay"]), [*words, *network])
    assert result.exit_code == 0, result.output
    cases = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(cases) >= 2
    assert all(case["passed"] for case in cases)
    assert {case["case"] for case in cases} >= {"hi/link_by_sms", "hi/link_by_sms gone at 25 s"}
    assert "data:audio" not in report.read_text(encoding="utf-8")
    assert f'tests="{len(cases)}"' in junit.read_text(encoding="utf-8")


def test_a_network_that_is_none_is_named() -> None:
    result = CliRunner().invoke(build(["replay"]), ["replay", str(SCENARIO), "--network", "speed=2"])
    assert result.exit_code == 1
    assert "jitter_ms" in result.output
