"""`ivr models words` and `ivr models graph`."""

import json
import shutil
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from ivr.cli.models_graph import graph, words
from ivr.core.data import data_dir

app = typer.Typer()
app.command("words")(words)
app.command("graph")(graph)


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IVR_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("IVR_SECRET_KEY", "k" * 40)


def test_a_graph_built_elsewhere_knows_every_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = CliRunner().invoke(app, ["graph", "--lang", "hi", "--out", str(tmp_path), "--json"])
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert report["words"] > 1000
    assert report["unspeakable"] == []
    monkeypatch.setenv("IVR_MODELS_DIR", str(tmp_path))
    checked = CliRunner().invoke(app, ["words", "--lang", "hi", "--json"])
    assert checked.exit_code == 0
    assert json.loads(checked.stdout)["missing"] == 0


def test_a_word_that_the_model_lacks_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(data_dir("audio") / "models/te", tmp_path / "te")
    known = tmp_path / "te/graph/words.txt"
    word = known.read_text(encoding="utf-8").splitlines()[10].split()[0]
    known.write_text(known.read_text(encoding="utf-8").replace(f"{word} ", "నోయిలేపదం "), encoding="utf-8")
    monkeypatch.setenv("IVR_MODELS_DIR", str(tmp_path))
    checked = CliRunner().invoke(app, ["words", "--lang", "te"])
    assert checked.exit_code == 1
    assert word in checked.stdout.split()


def test_a_language_without_grammars_is_wrong_usage() -> None:
    assert CliRunner().invoke(app, ["graph", "--lang", "xx"]).exit_code == 2
