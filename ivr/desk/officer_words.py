"""What an officer's SMS about a ticket means. Pure; the keys of answers and questions are data (tickets.yaml).

A ticket's number, then: OK (taken), A3 or A3 25-11 (an answer, perhaps with its day), Q2 (a question), TO and a post's
key (handed on); anything else is a note for the file. Digits of any script, capitals or not.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ivr.core.ids import clean_digits, valid_ticket_number
from ivr.desk.rules.states import Coded, StateTable

HELP = "help"
_OK = frozenset({"ok", "okay", "ठीक", "ओके", "సరే", "ఓకే"})
_TO = frozenset({"to", "pass"})
_CODED = re.compile(r"([aq])\s*(\d+)")
_DAY = re.compile(r"(\d{1,2})[-/.](\d{1,2})(?:[-/.](\d{4}))?$")


@dataclass(frozen=True, slots=True)
class OfficerWord:
    """`act` of tickets.yaml, or "help" where it cannot be one. `to`: key of a post; `note` is personal."""

    number: str
    act: str
    code: str = ""
    on: date | None = None
    to: str = ""
    note: str = ""


def read(body: str, table: StateTable, today: date) -> OfficerWord | None:
    """None where the SMS does not begin with a ticket's number."""
    first, _, rest = body.strip().partition(" ")
    if not valid_ticket_number(first):
        return None
    number, said = clean_digits(first), rest.strip()
    words = _western(said).lower().split()
    if not words:
        return OfficerWord(number, HELP)
    if words[0].strip(".,!") in _OK:
        return OfficerWord(number, "acknowledge")
    if words[0] in _TO and len(words) > 1:
        return OfficerWord(number, "hand_on", to=said.split()[1], note="SMS")
    coded = _CODED.fullmatch(words[0])
    if coded is not None:
        return _coded(number, coded, words[1:], table, today)
    return OfficerWord(number, "note", note=said)


def _coded(number: str, coded: re.Match[str], rest: list[str], table: StateTable, today: date) -> OfficerWord:
    act, known = ("answer", table.answers) if coded[1] == "a" else ("ask", table.questions)
    code = _with_key(known, coded[2])
    if not code:
        return OfficerWord(number, HELP)
    day = _day(rest[0], today) if rest else None
    note = " ".join(rest[1:] if day else rest)
    return OfficerWord(number, act, code, day, note=note)


def _with_key(known: Mapping[str, Coded], key: str) -> str:
    return next((name for name, one in known.items() if one.key == key), "")


def _day(text: str, today: date) -> date | None:
    """ "25-11" is the next twenty-fifth of November."""
    found = _DAY.fullmatch(text)
    if found is None:
        return None
    try:
        if found[3]:
            return date(int(found[3]), int(found[2]), int(found[1]))
        day = date(today.year, int(found[2]), int(found[1]))
        return day if day >= today else day.replace(year=today.year + 1)
    except ValueError:
        return None


def _western(text: str) -> str:
    """Digits of every script as 0-9."""
    return "".join(clean_digits(sign) if sign.isdecimal() else sign for sign in text)
