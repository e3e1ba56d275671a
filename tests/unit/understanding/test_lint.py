"""`ivr check`'s findings: each kind of mistake is made once and must be found."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from ivr.core.data import data_dir
from ivr.understanding.catalogue import Catalogue
from ivr.understanding.grammars import Grammars
from ivr.understanding.lint import Finding, Severity, lint, untranslated_documents
from ivr.understanding.thresholds import fingerprint
from ivr.understanding.understand import Understander
from tests.unit.understanding.conftest import HINDI, TELUGU, write_grammars


def findings(folder: Path, *, known: set[str] | None = None) -> list[Finding]:
    grammars, catalogue = Grammars.load(folder), Catalogue.load(folder)
    find_word = (lambda _, word: word in known) if known is not None else None
    return list(lint(folder, grammars, catalogue, Understander(grammars, catalogue), find_word))


def kinds(folder: Path) -> set[str]:
    return {finding.kind for finding in findings(folder)}


def with_phrases(service: str, *phrases: str) -> dict[str, Any]:
    services = dict(HINDI["services/all.yaml"])
    services[service] = {**services[service], "phrases": list(phrases)}
    return {"services/all.yaml": services}


@pytest.mark.parametrize(
    ("changed", "kind", "message"),
    [
        (with_phrases("ambulance"), "service_lacking", "ambulance has no phrases"),
        (
            with_phrases("ambulance", "राशन कार्ड गिर गया"),
            "services_collide",
            "ration_card_duplicate and ambulance: 'राशन कार्ड गिर गया'",
        ),
        (with_phrases("ambulance", "<nothing>"), "template_broken", "no rule <nothing>"),
        (with_phrases("ambulance", "एंबुलेंस", "[।]"), "template_empty", "makes no sentence"),
        (with_phrases("ambulance", "ambulance 108"), "template_letters", "Latin"),
        (with_phrases("ambulance", " ".join(["(अ|ब|च|द|ग)"] * 6)), "template_large", "15625"),
        ({"rules.yaml": {"rules": {**HINDI["rules.yaml"]["rules"], "idle": "कुछ"}}}, "rule_unused", "<idle>"),
        ({"services/x.yaml": {"not_there": {"name": "x"}}}, "service_unknown", "not_there"),
    ],
)
def test_each_mistake_is_found(tmp_path: Path, changed: dict[str, Any], kind: str, message: str) -> None:
    base = kinds_of_base(tmp_path / "base")
    (tmp_path / "changed").mkdir()
    found = findings(write_grammars(tmp_path / "changed", hi=changed))
    assert any(finding.kind == kind and message in finding.message for finding in found), found
    assert kind not in base or kind in {"service_lacking"}


def test_topics_and_stories_name_services_that_are_there(tmp_path: Path) -> None:
    topics = {"boats": {"services": ["boat_repair"], "hi": ["नाव का काम"]}}
    (tmp_path / "topics.yaml").write_text(yaml.safe_dump({"topics": topics}), encoding="utf-8")
    found = findings(write_grammars(tmp_path, hi={"stories.yaml": {"words": {"ship_repair": "जहाज, लंगर"}}}))
    unknown = [finding.message for finding in found if finding.kind == "service_unknown"]
    assert any("boat_repair" in message for message in unknown)
    assert any("ship_repair" in message for message in unknown)
    assert [finding.message for finding in found if finding.kind == "topic_lacking"] == ["boats has no phrases in te"]


def kinds_of_base(folder: Path) -> set[str]:
    folder.mkdir()
    return kinds(write_grammars(folder))


def test_a_finding_names_file_and_line(tmp_path: Path) -> None:
    found = findings(write_grammars(tmp_path, hi=with_phrases("ambulance", "एंबुलेंस", "लाइट <nothing>")))
    place = next(finding.place for finding in found if finding.kind == "template_broken")
    file, line = place.rsplit(":", 1)
    assert "<nothing>" in Path(file).read_text(encoding="utf-8").splitlines()[int(line) - 1]


def test_a_phrase_that_goes_elsewhere_is_found(tmp_path: Path) -> None:
    folder = write_grammars(tmp_path, hi=with_phrases("ambulance", "एंबुलेंस चाहिए", "राशन कार्ड की स्थिति"))
    found = [finding for finding in findings(folder) if finding.kind == "phrase_elsewhere"]
    assert any("'राशन कार्ड की स्थिति' of ambulance goes to ration_card_status" in finding.message for finding in found)


def test_words_that_the_model_does_not_know_are_found(tmp_path: Path) -> None:
    folder = write_grammars(tmp_path)
    grammars = Grammars.load(folder)
    known = set(grammars.vocabulary("hi") | grammars.vocabulary("te")) - {"एंबुलेंस"}
    unheard = [finding for finding in findings(folder, known=known) if finding.kind == "word_unheard"]
    assert len(unheard) == 1
    assert "एंबुलेंस" in unheard[0].message


def test_prompts_must_be_in_every_language_with_the_same_places(tmp_path: Path) -> None:
    prompts = {"greeting": {"text": "नमस्ते"}, "number": {"text": "नंबर {number}"}}
    folder = write_grammars(
        tmp_path, hi={"prompts.yaml": prompts}, te={"prompts.yaml": {"number": {"text": "నంబర్ {ticket}"}}}
    )
    found = {(finding.kind, finding.message) for finding in findings(folder)}
    assert ("prompt_lacking", "no prompt greeting") in found
    assert any(kind == "prompt_places" for kind, _ in found)


def test_every_document_has_words_in_every_language(tmp_path: Path) -> None:
    names = {"photo": "फोटो", "location": None, "stamp": "टिकट"}
    folder = write_grammars(tmp_path, hi={"documents.yaml": names}, te={"documents.yaml": {"photo": "ఫోటో"}})
    path = folder / "services.yaml"
    services = yaml.safe_load(path.read_text(encoding="utf-8"))
    services["ambulance"]["documents"] = {"value": ["photo", "location"], "assumed": False}
    path.write_text(yaml.safe_dump(services), encoding="utf-8")
    found = [finding for finding in findings(folder) if finding.kind.startswith("document_")]
    lacking = "no words for 'location', which ambulance needs"
    assert {(finding.severity, finding.kind, finding.place, finding.message) for finding in found} == {
        (Severity.ERROR, "document_lacking", f"{folder / 'hi' / 'documents.yaml'}:2", lacking),
        (Severity.ERROR, "document_lacking", f"{folder / 'te' / 'documents.yaml'}:1", lacking),
        (Severity.WARNING, "document_unused", f"{folder / 'hi' / 'documents.yaml'}:3", "no service needs 'stamp'"),
    }


def test_the_real_documents_have_words() -> None:
    folder = data_dir("grammars")
    assert list(untranslated_documents(folder, Catalogue.load(folder))) == []


def test_thresholds_of_other_grammars_are_stale(tmp_path: Path) -> None:
    folder = write_grammars(tmp_path)
    assert "thresholds_stale" in kinds(folder)
    values = {"accept": 0.6, "margin": 0.1, "confirm": 0.3, "grammars": fingerprint(folder)}
    (folder / "thresholds.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
    assert "thresholds_stale" not in kinds(folder)


def test_a_language_without_a_service_is_lacking(tmp_path: Path) -> None:
    assert "ambulance" not in TELUGU["services/all.yaml"]
    lacking = [finding for finding in findings(write_grammars(tmp_path)) if finding.kind == "service_lacking"]
    assert any("ambulance has no name, say, phrases" in finding.message for finding in lacking)
