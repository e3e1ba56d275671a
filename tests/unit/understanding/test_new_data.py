"""A language, a service, a refusal and an emergency word are data: each is added here without a line of the program."""

from datetime import date
from pathlib import Path

import yaml

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
    return Understander.load(folder)


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
    found = Understander.load(tmp_path)
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


def write_topics(folder: Path, **topics: Files) -> None:
    (folder / "topics.yaml").write_text(yaml.safe_dump({"topics": topics}, allow_unicode=True), encoding="utf-8")


def test_a_thing_named_without_a_wish_is_asked_about(tmp_path: Path) -> None:
    services = ["ration_card_status", "ration_card_new"]
    write_topics(tmp_path, ration={"services": services, "hi": ["राशन कार्ड (का मामला|के बारे में)"]})
    found = understander(tmp_path)
    asked = read(found, "hi", "राशन कार्ड का मामला है")
    assert asked.band is Band.CONFIRM
    assert {candidate.intent for candidate in asked.alternatives} == set(services)
    assert asked.margin == 0.0
    assert read(found, "hi", "नया राशन कार्ड चाहिए").band is Band.ACCEPT
    assert read(found, "hi", "राशन कार्ड का मामला है आग लग गई").emergency == "fire"


def test_words_of_a_story_speak_for_a_service_and_ask_for_none(tmp_path: Path) -> None:
    (tmp_path / "with").mkdir()
    (tmp_path / "without").mkdir()
    stories: Files = {"stories.yaml": {"words": {"ration_card_duplicate": "चूहे, दीमक, संदूक"}}}
    told, untold = understander(tmp_path / "with", hi=stories), understander(tmp_path / "without")
    story = "संदूक में राशन कार्ड था दीमक और चूहे लग गए"
    assert read(told, "hi", story).intent == "ration_card_duplicate"
    assert read(untold, "hi", story).intent != "ration_card_duplicate"
    assert read(told, "hi", "दीमक चूहे").band is Band.REJECT


def test_a_word_torn_in_two_is_heard_as_one(tmp_path: Path) -> None:
    services = {**HINDI["services/all.yaml"]}
    services["ambulance"] = {**services["ambulance"], "phrases": ["ट्रांसफार्मर जल गया"]}
    found = understander(tmp_path, hi={"services/all.yaml": services})
    torn, whole = read(found, "hi", "ट्रांस फारमर जल गया"), read(found, "hi", "ट्रांसफार्मर जल गया")
    assert torn.intent == whole.intent == "ambulance"
    assert torn.score >= 0.6


def test_an_emergency_word_may_stand_for_all_that_begin_so(tmp_path: Path) -> None:
    emergency: Files = {
        "emergency.yaml": {**HINDI["emergency.yaml"], "poison": {"stems": ["साँप डस*"], "not": ["साँप डसने पर"]}}
    }
    found = understander(tmp_path, hi=emergency)
    assert found.emergency("साँप ने डसा", "hi") == "poison"
    assert found.emergency("साँप डस लिहलस", "hi") == "poison"
    assert found.emergency("साँप डसने पर क्या मिलता है", "hi") is None
    assert "डस" not in found.grammars.vocabulary("hi")
