"""Data files: what is wrong is named with file and line."""

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ivr.core.data import data_dir, line_of, load_mapping, load_yaml
from ivr.core.errors import DataError
from ivr.understanding.catalogue import Catalogue, Outcome
from ivr.understanding.grammars import Grammars
from ivr.understanding.result import Band
from ivr.understanding.thresholds import Thresholds, fingerprint, load_thresholds
from tests.unit.understanding.conftest import write_grammars


@pytest.mark.parametrize(
    ("text", "line"),
    [("a: 1\nb: [1, 2\n", 3), ("a: 1\nb: 2\na: 3\n", 3), ("a: 1\n\tb: 2\n", 2), ("x: {a: 1, a: 2}\n", 1)],
)
def test_bad_yaml_says_where(tmp_path: Path, text: str, line: int) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=rf"x\.yaml:{line}"):
        load_yaml(path)


def test_a_missing_or_binary_file_is_a_data_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        load_yaml(tmp_path / "none.yaml")
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError):
        load_yaml(tmp_path / "b.yaml")
    with pytest.raises(DataError, match="no folder"):
        data_dir("nothing_of_this_name")


def test_a_mapping_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("[1]", encoding="utf-8")
    with pytest.raises(DataError, match="mapping"):
        load_mapping(path)
    path.write_text("", encoding="utf-8")
    assert load_mapping(path) == {}


def test_the_line_of_an_entry(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("a:\n  b:\n    - one\n    - two\n", encoding="utf-8")
    assert [line_of(path, "a"), line_of(path, "a", "b", 1), line_of(path, "z"), line_of(path, "a", "z")] == [1, 4, 1, 1]
    assert line_of(tmp_path / "none.yaml", "a") == 1


def test_the_catalogue(grammars_dir: Path) -> None:
    catalogue = Catalogue.load(grammars_dir)
    light = catalogue.services["street_light_repair"]
    assert (light.outcome, light.ask, light.deadline_hours.value) == (Outcome.TICKET, ("place",), 48)
    assert not light.deadline_hours.assumed
    assert light.fee_inr.assumed
    assert catalogue.name("hi", "street_light_repair") == "स्ट्रीट लाइट"
    assert catalogue.name("te", "ambulance") == "Ambulance"
    assert catalogue.say("te", "ambulance") == ""


def documented(tmp_path: Path, documents: object, names: object) -> Path:
    """Grammars where the ambulance needs `documents`, and Hindi has `names` for them."""
    folder = write_grammars(tmp_path, hi={"documents.yaml": names})
    services = load_mapping(folder / "services.yaml")
    fact = {"value": documents, "source": "a charter", "date": "2026-11", "assumed": True}
    entry = {"ambulance": {**services["ambulance"], "documents": fact}}
    (folder / "services.yaml").write_text(yaml.safe_dump({**services, **entry}), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("documents", "names", "listed"),
    [
        (["location", "ID"], {"ID": "पहचान पत्र", "location": " जगह का पता "}, ("जगह का पता", "पहचान पत्र")),
        ([], {}, ()),
        (None, {"ID": "पहचान पत्र"}, None),
        (["location", "ID"], {"ID": "पहचान पत्र"}, None),
        (["location"], {"location": None}, None),
        (["location"], {"location": "  "}, None),
    ],
)
def test_documents_are_listed_whole_or_not_at_all(
    tmp_path: Path, documents: list[str] | None, names: dict[str, str], listed: tuple[str, ...] | None
) -> None:
    catalogue = Catalogue.load(documented(tmp_path, documents, names))
    assert catalogue.documents("hi", "ambulance") == listed
    assert catalogue.documents("te", "ambulance") == (listed if documents == [] else None)
    assert catalogue.documents("hi", "income_certificate") is None


@pytest.mark.parametrize(
    ("documents", "names", "message"),
    [
        ("location", {}, r"services\.yaml:\d+: documents must be a list"),
        ([108], {}, r"services\.yaml:\d+: documents must be a list"),
        (["ID"], {"location": "जगह", "ID": 108}, r"hi/documents\.yaml:2: ID must have words"),
    ],
)
def test_wrong_documents_say_where(tmp_path: Path, documents: object, names: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        Catalogue.load(documented(tmp_path, documents, names))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("outcome: ticket", "outcome: tickets", "outcome 'tickets' is none of"),
        ("  department: municipal\n", "", "no department"),
        ("    value: 48\n", "    - 48\n", "services.yaml"),
    ],
)
def test_a_wrong_service_says_where(tmp_path: Path, old: str, new: str, message: str) -> None:
    folder = write_grammars(tmp_path)
    path = folder / "services.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DataError, match=message) as caught:
        Catalogue.load(folder)
    assert re.search(r"services\.yaml:\d+", str(caught.value))


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("language.yaml", {"id": "te", "name": "x"}, "the folder is 'hi'"),
        ("language.yaml", {"id": "hi"}, "no name"),
        ("language.yaml", {"name": "x", "fillers": [True]}, "fillers must be a list of words"),
        ("language.yaml", {"name": "x", "fold": {"letters": [["(", ""]]}}, "not a .pattern"),
        ("language.yaml", {"name": "x", "fold": {"words": {"a": "b"}}}, "must be a list"),
        ("rules.yaml", {"rules": {"want": "(चाहिए"}}, "no '\\)'"),
        ("yes_no.yaml", {"yes": "हाँ"}, "must be a list of templates"),
    ],
)
def test_a_wrong_language_file_says_where(tmp_path: Path, name: str, data: object, message: str) -> None:
    folder = write_grammars(tmp_path, hi={name: data})
    with pytest.raises(DataError, match=message):
        Grammars.load(folder)


def test_a_new_language_is_a_folder(tmp_path: Path) -> None:
    folder = write_grammars(tmp_path)
    (folder / "kn").mkdir()
    (folder / "kn" / "language.yaml").write_text("name: ಕನ್ನಡ\n", encoding="utf-8")
    assert Grammars.load(folder).languages == ("hi", "kn", "te")


def test_no_language_at_all_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "scripts.yaml").write_text("letters: {}\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"language\.yaml"):
        Grammars.load(tmp_path)


def test_thresholds(tmp_path: Path) -> None:
    assert load_thresholds(tmp_path) == Thresholds()
    path = tmp_path / "thresholds.yaml"
    path.write_text("{accept: 0.7, margin: 0.1, confirm: 0.4, grammars: ab}", encoding="utf-8")
    assert load_thresholds(tmp_path) == Thresholds(0.7, 0.1, 0.4, "ab")
    for text in ("{accept: 0.3, margin: 0.1, confirm: 0.4}", "{accept: 0.7}", "{accept: x, margin: 1, confirm: 1}"):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(DataError):
            load_thresholds(tmp_path)


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_score_or_margin_never_makes_a_band_worse(score: float, margin: float) -> None:
    order = [Band.REJECT, Band.CONFIRM, Band.ACCEPT]
    thresholds = Thresholds()
    band = order.index(thresholds.band(score, margin))
    assert order.index(thresholds.band(min(1, score + 0.1), margin)) >= band
    assert order.index(thresholds.band(score, min(1, margin + 0.1))) >= band


def test_the_fingerprint_changes_with_the_phrases(tmp_path: Path) -> None:
    folder = write_grammars(tmp_path)
    before = fingerprint(folder)
    assert before == fingerprint(folder)
    with (folder / "hi" / "rules.yaml").open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert fingerprint(folder) != before
