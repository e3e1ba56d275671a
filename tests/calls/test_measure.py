"""Measuring on audio: the command from texts to a kept run, a report and a verdict."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ivr.cli import build
from ivr.replay.figures.book import load, save

from .conftest import FIXTURES

HEAD = "lang,text,service_id,note,file\n"
ROW = "hi,सड़क की लाइट खराब है{more},street_light_repair,plain,{audio}\n"


def run(*more: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(build(["measure"]), ["measure", *more])
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A kept run of one recorded utterance and one call."""
    folder = tmp_path_factory.mktemp("measure")
    audio = FIXTURES / "hi/street_light_ticket/02.wav"
    said = HEAD + "".join(ROW.format(more=" जी" * n, audio=audio) for n in range(6))
    (folder / "u.csv").write_text(said, encoding="utf-8")
    calls = ("--calls", str(FIXTURES / "hi/keys_only"))
    path, report = folder / "run.jsonl", folder / "r.html"
    noisy = ("--noise", "fan", "--snr", "25")
    code, out, err = run(str(folder / "u.csv"), *calls, *noisy, "--save", str(path), "--report", str(report), "--json")
    assert code == 0, err
    groups = json.loads(out)["groups"]
    assert groups["hi"]["top_1"]["value"] == 1
    assert groups["hi"]["task_success"]["value"] == 1
    assert groups["hi"]["turns_to_success"]["value"] > 3
    assert "Top 1 against noise and loss" in report.read_text(encoding="utf-8")
    return path


def test_a_worse_run_exits_1(kept: Path, tmp_path: Path) -> None:
    rows = load(kept)
    assert len({row.id for row in rows}) == len(rows) == 14
    better = tmp_path / "better.jsonl"
    many = [type(r)(**{**r.as_json(), "parts": {"top_1": (1.0, 1.0)}}) for r in rows if "top_1" in r.parts]
    save(better, many)
    (tmp_path / "u.csv").write_text(
        (kept.parent / "u.csv").read_text(encoding="utf-8").replace("street_light_repair", "school_tc")
    )
    code, _, err = run(str(tmp_path / "u.csv"), "--noise", "fan", "--snr", "25", "--against", str(better))
    assert (code, "worse: hi, top_1" in err) == (1, True), err


def test_mistakes_are_told_before_anything_is_heard(tmp_path: Path) -> None:
    assert run("--noise", "rain")[0] == 1
    assert run("--snr", "loud")[0] == 2
    assert run("--against", str(tmp_path / "none"))[0] == 1
    assert run(str(tmp_path / "none.csv"))[0] == 1
