"""A small helpline: every outcome once, six districts, two regions; prompts, menu and rules are the real ones."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.core.data import data_dir
from ivr.dialogue.dialogue import Dialogue
from ivr.dialogue.ports import House
from ivr.dialogue.script import Script
from tests.unit.dialogue.caller import Caller, FakeCatalogue, FakeDesk, FakeService, MarkUnderstander

PLACES = """
Agra: {state: UP, hi: [आगरा], te: [ఆగ్రా]}
Barabanki: {state: UP, hi: [बाराबंकी], te: [బారాబంకీ]}
Patna: {state: BR, hi: [पटना], te: [పాట్నా]}
Ranchi: {state: JH, hi: [राँची], te: [రాంచీ]}
Guntur: {state: AP, hi: [गुंटूर], te: [గుంటూరు]}
Warangal: {state: TS, hi: [वारंगल], te: [వరంగల్]}
"""
EMERGENCY = """
numbers:
  IN: {fire: "101", women_helpline: "181"}
  AP: {fire: "112"}
"""

CATALOGUE = FakeCatalogue(
    {
        "street_light_repair": FakeService("municipal", "ticket", ("place",)),
        "street_light_new": FakeService("municipal", "ticket", ("place",)),
        "electricity_outage": FakeService("electricity", "ticket"),
        "income_certificate": FakeService("revenue", "link", (), "service_link"),
        "caste_certificate": FakeService("revenue", "link", (), "service_link"),
        "mandi_price": FakeService("agriculture", "info"),
        "certificate_status": FakeService("revenue", "status"),
        "grievance_status": FakeService("helpline", "status"),
        "grievance_register": FakeService("helpline", "ticket", ("place",)),
        "health_advice_104": FakeService("health", "transfer"),
        "fire_emergency": FakeService("police", "emergency"),
        "food_ration_request": FakeService("relief", "relief", ("place",)),
        "blood_request": FakeService("relief", "relief", ("place",)),
        "volunteer_register": FakeService("relief", "link"),
        "certificate_verify": FakeService("revenue", "info"),
        "rumour_check": FakeService("helpline", "info"),
        "talk_to_operator": FakeService("helpline", "transfer"),
        "callback_request": FakeService("helpline", "info"),
        "repeat_message": FakeService("helpline", "info"),
        "change_language": FakeService("helpline", "info"),
        "sms_resend": FakeService("helpline", "info"),
        "feedback_rating": FakeService("helpline", "info"),
        "stop_calls": FakeService("helpline", "info"),
    }
)

Ring = Callable[..., Caller]


@pytest.fixture(scope="session")
def grammars(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real prompts, menu and rules beside a few places and numbers."""
    source, folder = data_dir("grammars"), tmp_path_factory.mktemp("grammars")
    for name in (
        "dialogue.yaml",
        "menu.yaml",
        "rumours.yaml",
        "tickets.yaml",
        *(f"{lang}/{part}.yaml" for lang in ("hi", "te") for part in ("prompts", "options", "language")),
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(source / name, folder / name)
    (folder / "places.yaml").write_text(PLACES)
    (folder / "emergency.yaml").write_text(EMERGENCY)
    return folder


@pytest.fixture(scope="session")
def script(grammars: Path) -> Script:
    return Script.load(grammars)


@pytest.fixture
def ring(script: Script) -> Ring:
    """Makes callers: `ring()` is on the line in Hindi at the open question, `ring(language=None)` at the first."""

    def make(
        language: str | None = "hi",
        desk: FakeDesk | None = None,
        house: House | None = None,
        media: str = "stream",
    ) -> Caller:
        caller = Caller(Dialogue(MarkUnderstander(), CATALOGUE, script, house or House()), desk)
        caller.call(language, media)
        return caller

    return make
