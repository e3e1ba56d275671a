"""Emergencies put together of concepts: what makes one, what silences it, what may be one. Words of the tests' own."""

import csv
import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from ivr.cli import build
from ivr.core.errors import DataError
from ivr.understanding.result import WaitKind
from ivr.understanding.understand import Understander
from tests.unit.understanding.conftest import write_grammars
from tests.unit.understanding.test_always import say

EVENTS = {
    "reach": 5,
    "events": {"flood": ["person sank", "water sank"], "suicide": ["noose"]},
    "doubts": {"flood": ["water person"]},
    "talk": ["paper"],
    "once": ["past"],
    "was": ["was"],
    "now": ["now"],
    "just": ["just"],
    "ongoing": ["ongoing"],
    "grave": ["flood"],
    "harmless": [{"concepts": "animal", "unless": "person", "kinds": ["flood"]}],
}
WORDS = {
    "endings": ["ने"],
    "stem": 3,
    "concepts": {
        "person": ["आदमी", "<child>"],
        "child": ["बच्च*"],
        "water": ["पानी*", "तालाब*"],
        "sank": ["डूब*", "समा गया"],
        "noose": ["फंदे से"],
        "animal": ["भैंस*"],
        "paper": ["मुआवजा", "कब $"],
        "past": ["पहले"],
        "was": ["था"],
        "now": ["बचाओ"],
        "just": ["अभी"],
        "ongoing": ["रहा", "रहे"],
    },
}


def understander(folder: Path, **words: object) -> Understander:
    folder = write_grammars(folder)
    (folder / "emergency.yaml").write_text(yaml.safe_dump(EVENTS, allow_unicode=True), encoding="utf-8")
    (folder / "hi" / "danger.yaml").write_text(yaml.safe_dump(WORDS | words, allow_unicode=True), encoding="utf-8")
    return Understander.load(folder)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("आदमी डूब गया", "flood"),
        ("डूबा है एक आदमी", "flood"),  # any order
        ("बच्चे तालाब की तरफ गए डूबे", "flood"),
        ("आदमी समा ही गया", "flood"),  # one other word between two of an expression
        ("आदमी समा ही तो गया", None),
        ("आदमी आज सुबह घर से चला गया डूब", None),  # too far from each other
        ("आदमी डूबने", None),  # of sinking: talk
        ("भैंस पानी में डूब गई", None),
        ("भैंस और आदमी डूब गए", "flood"),
        ("आदमी डूब गया मुआवजा", None),
        ("मुआवजा राशन कार्ड आधार पेंशन आदमी डूब गया", "flood"),  # a request made well before
        ("आदमी डूब गया कब", None),  # a question where it ends so
        ("कब से आदमी डूब गया", "flood"),
        ("पहले एक आदमी डूब गया", None),
        ("पहले भी अभी फिर आदमी डूब गया", "flood"),
        ("आदमी डूब गया था", None),
        ("आदमी डूब गया था बचाओ", "flood"),
        ("आदमी डूब रहा मुआवजा", "flood"),  # goes on
        ("फंदे से", "suicide"),
        ("आय प्रमाण पत्र", None),
    ],
)
def test_events(tmp_path: Path, text: str, kind: str | None) -> None:
    assert understander(tmp_path).emergency(text, "hi") == kind


def test_what_may_be_one_counts_only_where_no_service_is_meant(tmp_path: Path) -> None:
    found = understander(tmp_path)
    assert found.emergency("पानी में आदमी", "hi") is None
    assert say(found, "पानी में आदमी", WaitKind.SERVICE).emergency == "flood"
    assert say(found, "पानी में आदमी", WaitKind.DIGITS).emergency is None
    assert say(found, "पानी में आदमी नया राशन कार्ड चाहिए", WaitKind.SERVICE).emergency is None


def test_more_words_must_follow_what_is_said_so_far(tmp_path: Path) -> None:
    found = understander(tmp_path)
    assert found.emergency("आदमी डूब", "hi", whole=False) is None
    assert found.emergency("आदमी डूब गया जल्दी आओ", "hi", whole=False) == "flood"
    assert found.emergency("बचाओ आदमी डूब", "hi", whole=False) == "flood"


def test_a_concept_without_words_is_a_mistake(tmp_path: Path) -> None:
    lacking = {name: words for name, words in WORDS["concepts"].items() if name != "sank"}  # type: ignore[attr-defined]
    with pytest.raises(DataError, match=r"danger\.yaml:\d+: no words for 'sank'"):
        understander(tmp_path, concepts=lacking)


def test_accuracy_of_emergencies(tmp_path: Path) -> None:
    file = tmp_path / "cries.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        rows = [
            ("hi", "घर में आग लग गई है", "fire", "fire"),
            ("hi", "राशन कार्ड चाहिए", "", "fire"),
            ("te", "అవును", "fire", ""),
        ]
        csv.writer(out).writerows([("lang", "text", "emergency", "note"), *rows])
    result = CliRunner().invoke(build(["accuracy"]), ["accuracy", str(file), "--json"])
    assert result.exit_code == 0, result.output
    groups = json.loads(result.stdout)["groups"]
    assert (groups["all"]["missed"]["hits"], groups["all"]["missed"]["total"]) == (1, 2)
    assert groups["hi fire"]["false_alarms"]["hits"] == 0
    assert "false_alarms" not in groups["te -"]
