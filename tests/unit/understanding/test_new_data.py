"""A language, a service, a refusal and an emergency word are data: each is added here without a line of the program."""

from datetime import date
from pathlib import Path

import yaml

from ivr.understanding.catalogue import Catalogue
from ivr.understanding.grammars import Grammars
from ivr.understanding.result import Band, Hypothesis, Understanding, WaitKind
from ivr.understanding.understand import Understander
from tests.unit.understanding.conftest import HINDI, SERVICES, Files, write_grammars

TODAY = date(2026, 11, 22)
BENGALI: Files = {
    "language.yaml": {
        "id": "bn",
        "name": "বাংলা",
        "language_names": {"bn": ["বাংলা"]},
        "fillers": ["আমার"],
        "case_endings": ["তে", "থেকে"],
        "place_words": ["জেলা"],
    },
    "services/all.yaml": {
        "boat_repair": {"name": "নৌকা মেরামত", "say": "ঠিক আছে।", "phrases": ["নৌকা (ভেঙে গেছে|মেরামত)"]},
        "ration_card_new": {"name": "নতুন রেশন কার্ড", "say": "ফর্ম।", "phrases": ["[নতুন] রেশন কার্ড (চাই|লাগবে)"]},
    },
    "yes_no.yaml": {"yes": ["হ্যাঁ"], "no": ["না"], "unclear": ["জানি না"]},
    "emergency.yaml": {"fire": {"phrases": ["আগুন লেগেছে"], "stems": ["(ঘর|বাড়ি) জ্বল*"], "not": []}},
}


def understander(folder: Path, **changed: Files) -> Understander:
    write_grammars(folder, **changed)
    return Understander(Grammars.load(folder), Catalogue.load(folder))


def read(found: Understander, lang: str, text: str, kind: WaitKind = WaitKind.SERVICE) -> Understanding:
    return found.understand((Hypothesis(text),), lang, kind, TODAY)


def test_a_third_language_and_a_new_service_need_only_data(tmp_path: Path) -> None:
    write_grammars(tmp_path)
    services = {**SERVICES, "boat_repair": {"department": "water", "name": "Boat repair", "outcome": "ticket"}}
    (tmp_path / "services.yaml").write_text(yaml.safe_dump(services), encoding="utf-8")
    for name, data in BENGALI.items():
        path = tmp_path / "bn" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    found = Understander(Grammars.load(tmp_path), Catalogue.load(tmp_path))
    assert found.grammars.languages == ("bn", "hi", "te")
    assert read(found, "bn", "আমার নৌকা ভেঙে গেছে").intent == "boat_repair"
    assert found.catalogue.name("bn", "boat_repair") == "নৌকা মেরামত"
    assert read(found, "bn", "হ্যাঁ", WaitKind.YES_NO).slots["yes_no"] == "yes"
    assert found.emergency("বাড়ি জ্বলছে", "bn") == "fire"


def test_what_the_helpline_does_not_do_competes_with_the_services(tmp_path: Path) -> None:
    (tmp_path / "with").mkdir()
    (tmp_path / "without").mkdir()
    text = "सिनेमा का टिकट चाहिए राशन"
    outside: Files = {"outside.yaml": {"phrases": ["सिनेमा का टिकट [चाहिए]"]}}
    assert read(understander(tmp_path / "with", hi=outside), "hi", text).band is Band.REJECT
    assert read(understander(tmp_path / "without"), "hi", "राशन कार्ड चाहिए").band is Band.ACCEPT
    assert read(understander(tmp_path / "with", hi=outside), "hi", "राशन कार्ड चाहिए").intent == "ration_card_new"


def test_an_emergency_word_may_stand_for_all_that_begin_so(tmp_path: Path) -> None:
    emergency: Files = {
        "emergency.yaml": {**HINDI["emergency.yaml"], "poison": {"stems": ["साँप डस*"], "not": ["साँप डसने पर"]}}
    }
    found = understander(tmp_path, hi=emergency)
    assert found.emergency("साँप ने डसा", "hi") == "poison"
    assert found.emergency("साँप डस लिहलस", "hi") == "poison"
    assert found.emergency("साँप डसने पर क्या मिलता है", "hi") is None
    assert "डस" not in found.grammars.vocabulary("hi")
