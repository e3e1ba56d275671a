"""Lists of people to ring, as files bring them: a number and, if known, a language a line. Pure.

A list with a wrong line is not taken in part: whoever sent it mends the lines that are named.
"""

import csv
from collections.abc import Collection
from dataclasses import dataclass

from ivr.core import phone
from ivr.core.errors import AlertError

MOST = 200_000  # lines
OWN_COUNTRY = "+91"


@dataclass(frozen=True, slots=True)
class WrongLine:
    """`line` counts from 1; `what`: number, foreign, language or twice."""

    line: int
    what: str


@dataclass(frozen=True, slots=True)
class People:
    """`listed`: (number as +91..., language or "")."""

    listed: tuple[tuple[str, str], ...]
    wrong: tuple[WrongLine, ...]


def read_people(text: str, languages: Collection[str]) -> People:
    """What a file says. A first line without a digit is its heading. AlertError for what is no such file."""
    listed: dict[str, str] = {}
    wrong = []
    try:
        for number, row in enumerate(csv.reader(text.splitlines()), 1):
            if number > MOST:
                raise AlertError(f"a list has at most {MOST} lines")
            if not any(cell.strip() for cell in row) or (number == 1 and not any(map(str.isdigit, row[0]))):
                continue
            what, e164, lang = _line(row, languages)
            what = what or ("twice" if e164 in listed else "")
            if what:
                wrong.append(WrongLine(number, what))
            else:
                listed[e164] = lang
    except csv.Error as error:
        raise AlertError(f"this is no list: {error}") from None
    return People(tuple(listed.items()), tuple(wrong))


def _line(row: list[str], languages: Collection[str]) -> tuple[str, str, str]:
    """(what is wrong or "", number, language)."""
    known = phone.parse(row[0])
    lang = row[1].strip().lower() if len(row) > 1 else ""
    if known is None:
        return "number", "", ""
    if not known.e164.startswith(OWN_COUNTRY):
        return "foreign", "", ""
    return ("language" if lang and lang not in languages else ""), known.e164, lang
