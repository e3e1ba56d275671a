"""Grammars that were kept by another process understand as those just read."""

import csv
import pickle
from datetime import date

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


def test_nothing_is_built_again(read_again: Knowledge) -> None:
    for lang in read_again.grammars.languages:
        assert {"matcher", "places", "slots", "emergencies"} <= vars(read_again.understander.reader(lang)).keys()
