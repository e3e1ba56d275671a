"""Grammars that were kept by another process understand as those just read."""

import csv
import pickle
from datetime import date
from pathlib import Path

import pytest

from ivr.understanding.result import Hypothesis, WaitKind
from ivr.web.assembly import Knowledge

from .conftest import ROOT

TODAY = date(2026, 11, 22)
KINDS = (WaitKind.SERVICE, WaitKind.PLACE, WaitKind.YES_NO)


@pytest.fixture(scope="module")
def read_again(knowledge: Knowledge) -> Knowledge:
    catalogue, grammars, understander, script = pickle.loads(
        pickle.dumps((knowledge.catalogue, knowledge.grammars, knowledge.understander, knowledge.script))
    )
    return Knowledge(catalogue, grammars, understander, script, knowledge.models)


def test_they_understand_the_same(knowledge: Knowledge, read_again: Knowledge) -> None:
    with (ROOT / "tests" / "data" / "utterances.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[::12]
    assert {row["lang"] for row in rows} == {"hi", "te"}
    for row in rows:
        said = (Hypothesis(row["text"]),)
        for kind in KINDS:
            understood = [k.understander.understand(said, row["lang"], kind, TODAY) for k in (knowledge, read_again)]
            assert understood[0] == understood[1]


def test_what_was_read_is_kept_by_its_place_and_by_what_was_learnt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []

    def reading(folder: Path, learnt: Path | None) -> tuple[str, str, str, str]:
        read.append(folder)
        return "catalogue", "grammars", "understander", "script"

    monkeypatch.setattr("ivr.web.knowledge._read", reading)
    here, there, learnt = tmp_path / "here", tmp_path / "there", tmp_path / "learnt"
    for folder in (here, there, learnt):
        folder.mkdir()
        (folder / "places.yaml").write_text("the same")
    for folder in (here, here, there, there):
        monkeypatch.setattr("ivr.web.knowledge.data_dir", lambda _, folder=folder: folder)
        Knowledge.load(learnt=learnt, cache=tmp_path / "cache")
    assert read == [here, there]
    (learnt / "places.yaml").write_text("one more")
    Knowledge.load(learnt=learnt, cache=tmp_path / "cache")
    assert read == [here, there, there]


def test_nothing_is_built_again(read_again: Knowledge) -> None:
    for lang in read_again.grammars.languages:
        assert {"matcher", "places", "slots", "emergencies"} <= vars(read_again.understander.reader(lang)).keys()
