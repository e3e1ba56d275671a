"""The measurements' own reckoning: what is written where, and that the command knows all its parts."""

import importlib
import math
from pathlib import Path

import pytest
from typer.testing import CliRunner

import bench.results as results
from bench.__main__ import PARTS
from bench.callers import talkers
from bench.results import Target, ratios, spread, write_section, write_targets
from bench.understanding import Timed, timed
from ivr.cli import build
from ivr.replay.case import Act


@pytest.mark.parametrize("name", PARTS)
def test_every_part_is_a_command_that_says_how_it_measures(name: str) -> None:
    part = importlib.import_module(f"bench.{name}")
    assert callable(part.main)
    assert f"python -m bench.{name}" in (part.__doc__ or "")
    assert "[--quick]" in (part.__doc__ or "")


def test_a_section_is_replaced_and_the_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "RESULTS.md"
    for title, body in (("A", "first"), ("B", "other"), ("A", "second")):
        write_section(title, body, path)
    text = path.read_text(encoding="utf-8")
    assert text.count("## A") == 1
    assert "first" not in text
    assert text.index("second") < text.index("## B")


def test_targets_of_all_sections_stand_in_one_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "RESULTS.md"
    monkeypatch.setattr(results, "TARGETS", tmp_path / "targets.json")
    write_targets("One", [Target("fast", "<= 1 ms", "2 ms", reached=False)], path)
    write_targets("Two", [Target("small", "<= 1 MB", "0.5 MB", reached=True)], path)
    text = path.read_text(encoding="utf-8")
    assert "| fast | <= 1 ms | 2 ms | **no** | One |" in text
    assert "| small | <= 1 MB | 0.5 MB | yes | Two |" in text


def test_spread_names_the_middle_the_least_and_the_most() -> None:
    assert spread([3.0, 1.0, 2.0], 1) == "2.0 (1.0-3.0)"
    assert spread([2.0], 0) == "2"
    assert ratios([6.0, 4.0], [2.0, 4.0]) == [3.0, 1.0]


def test_rounds_are_timed_one_by_one() -> None:
    found = timed(lambda text: sum(range(1000)), [["a"] * 10, ["b"] * 10])
    assert isinstance(found, Timed)
    assert (len(found.p50), len(found.p99), found.count) == (2, 2, 10)
    assert all(math.isfinite(value) and value > 0 for value in found.p99)


def test_callers_of_a_measurement_say_more_and_wait_less() -> None:
    short, long = talkers("hi", 0, 1), talkers("hi", 500, 3)
    said = [sum(len(turn.audio) for turn in cases[0].turns) for cases in (short, long)]
    assert said[1] > 3 * said[0]
    spoken = [turn for case in long for turn in case.turns if turn.act is Act.SAY]
    assert all(turn.after_ms is not None or turn.at_once for turn in spoken)


def test_the_command_says_what_it_needs() -> None:
    result = CliRunner().invoke(build(["bench"]), ["--help"])
    assert result.exit_code == 0
    assert "checkout" in result.output
