"""What an officer writes in an SMS."""

from datetime import date

import pytest

from ivr.core.data import data_dir
from ivr.desk.officer_words import OfficerWord, read
from ivr.desk.rules.states import StateTable

TABLE = StateTable.load(data_dir("grammars") / "tickets.yaml")
TODAY = date(2026, 11, 22)
N = "8481070"


@pytest.mark.parametrize(
    ("body", "meant"),
    [
        ("8481-070 OK", OfficerWord(N, "acknowledge")),
        ("8481070 ठीक", OfficerWord(N, "acknowledge")),
        ("౮౪౮౧౦౭౦ సరే", OfficerWord(N, "acknowledge")),
        ("8481070 A1", OfficerWord(N, "answer", "visit")),
        ("8481070 a1 25-11", OfficerWord(N, "answer", "visit", date(2026, 11, 25))),
        ("8481070 A1 5/1 with ladder", OfficerWord(N, "answer", "visit", date(2027, 1, 5), note="with ladder")),
        ("8481070 A१ २५-११", OfficerWord(N, "answer", "visit", date(2026, 11, 25))),
        ("8481070 Q2", OfficerWord(N, "ask", "where")),
        ("8481070 TO guntur-lights", OfficerWord(N, "hand_on", to="guntur-lights", note="SMS")),
        ("8481070 pole number 14", OfficerWord(N, "note", note="pole number 14")),
        ("8481070 A99", OfficerWord(N, "help")),
        ("8481070 A1 31-02", OfficerWord(N, "answer", "visit", note="31-02")),
        ("8481070", OfficerWord(N, "help")),
        ("STATUS 8481070", None),
        ("8481071 OK", None),  # its check digit is wrong
        ("", None),
    ],
)
def test_an_officers_sms(body: str, meant: OfficerWord | None) -> None:
    assert read(body, TABLE, TODAY) == meant
