"""Responders enrolled by the desk: read from a command or a file, checked line by line, written in one transaction.

Who registers by telephone comes through the errands; both end in the same rows.
"""

import csv
import re
import secrets as chance
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from ivr.core import phone
from ivr.core.errors import DataError, ReliefError
from ivr.desk.relief import Relief
from ivr.desk.relief_rules import ItemRules
from ivr.store import enrolments, responders
from ivr.store.calls import note_caller
from ivr.store.responders import KINDS, NewResponder

COMMAND = "command"
LONGEST_NAME = 80
MOST_AT_ONCE = 7  # keys of an offer by SMS: 3 to 9
_PIN = re.compile(r"[1-9][0-9]{5}")
_LINE = re.compile(r"(?P<item>\w+)(:(?P<detail>\w+))?(=(?P<quantity>\d{1,6}))?")
_YES, _NO = frozenset({"yes", "1", "true"}), frozenset({"", "no", "0", "false"})

Stock = Mapping[str, Mapping[str, int | None]]


@dataclass(frozen=True, slots=True)
class Given:
    """A responder as somebody typed them; every part is text, named as the columns of a file are."""

    phone: str
    kind: str
    district: str
    stock: str
    name: str = ""
    area: str = ""
    language: str = ""
    by_call: str = ""
    at_once: str = ""


COLUMNS = tuple(one.name for one in fields(Given))
NEEDED = ("phone", "kind", "district", "stock")


@dataclass(frozen=True, slots=True)
class Known:
    """What a responder is checked against. `languages`: the first is taken where none is given."""

    items: Mapping[str, ItemRules]
    districts: Collection[str]
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A responder that can be enrolled."""

    number: phone.Phone
    given: Given
    language: str
    at_once: int
    stock: Stock = field(default_factory=dict)


def read(path: Path, known: Known) -> tuple[Enrolment, ...]:
    """The file's responders. DataError names every line that is wrong, and why."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            rows = [(reader.line_num, row) for row in reader]
            named = tuple(reader.fieldnames or ())
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path}: cannot be read as CSV in UTF-8: {error}") from error
    if unknown := [name for name in named if name not in COLUMNS]:
        raise DataError(f"{path}:1: knows no column {', '.join(unknown)}; there are {', '.join(COLUMNS)}")
    if lacking := [name for name in NEEDED if name not in named]:
        raise DataError(f"{path}:1: lacks the column {', '.join(lacking)}")
    found, wrong = _checked(path, rows, known)
    if wrong:
        raise DataError("\n".join(wrong))
    return tuple(found)


def _checked(
    path: Path, rows: list[tuple[int, dict[str | None, str | None]]], known: Known
) -> tuple[list[Enrolment], list[str]]:
    found, wrong, lines = list[Enrolment](), list[str](), dict[str, int]()
    for number, row in rows:
        if None in row:
            wrong.append(f"{path}:{number}: has more cells than there are columns")
            continue
        given = Given(**{name: (row.get(name) or "").strip() for name in COLUMNS})
        try:
            one = check(given, known)
        except ReliefError as error:
            wrong.append(f"{path}:{number}: {error}")
            continue
        first = lines.setdefault(one.number.e164, number)
        if first != number:
            wrong.append(f"{path}:{number}: the same telephone as in line {first}")
        found.append(one)
    return found, wrong


def check(given: Given, known: Known) -> Enrolment:
    """ReliefError says all that is wrong with it."""
    problems = list(_problems(given, known))
    number = phone.parse(given.phone)
    if number is None:
        problems.insert(0, "phone is no telephone number")
    stock = dict[str, dict[str, int | None]]()
    problems += _stock(given.stock, known.items, stock)
    if problems or number is None:
        raise ReliefError("; ".join(problems))
    return Enrolment(number, given, given.language or known.languages[0], int(given.at_once or 2), stock)


def _problems(given: Given, known: Known) -> Iterator[str]:
    if given.kind not in KINDS:
        yield f"kind must be one of {', '.join(KINDS)}"
    if given.district not in known.districts:
        yield f"there is no district {given.district!r} in places.yaml"
    if given.area and not _PIN.fullmatch(given.area):
        yield "area must be a PIN code of six digits, or empty"
    if given.language and given.language not in known.languages:
        yield f"language must be one of {', '.join(known.languages)}"
    if len(given.name) > LONGEST_NAME:
        yield f"name is longer than {LONGEST_NAME} signs"
    if given.by_call.lower() not in _YES | _NO:
        yield "by_call must be yes or no"
    if given.at_once and not (given.at_once.isdecimal() and 1 <= int(given.at_once) <= MOST_AT_ONCE):
        yield f"at_once must be a number from 1 to {MOST_AT_ONCE}"


def _stock(text: str, items: Mapping[str, ItemRules], found: dict[str, dict[str, int | None]]) -> Iterator[str]:
    """`medicine food=50 blood:o_neg=2`, put into `found`; what is wrong with it."""
    if not text.split():
        yield f"stock is empty; it names what there is: {', '.join(items)}, as in 'medicine food=50'"
    for word in text.replace(";", " ").replace(",", " ").split():
        line = _LINE.fullmatch(word)
        if line is None or line["item"] not in items:
            yield f"stock {word!r}: must be one of {', '.join(items)}, with = and how many where that is known"
            continue
        details = items[line["item"]].details
        if (line["detail"] or "") not in (details or ("",)):
            wanted = (
                f"must name one of {', '.join(details)}, as in {line['item']}:{next(iter(details))}" if details else ""
            )
            yield f"stock {word!r}: {wanted or 'has no kinds'}"
            continue
        quantity = int(line["quantity"]) if line["quantity"] else None
        found.setdefault(line["item"], {})[line["detail"] or ""] = quantity


def write(connection: Connection, relief: Relief, wanted: tuple[Enrolment, ...], now: datetime) -> dict[str, int]:
    """Enrol them, in one batch that can be taken back. What they had that is not named now is gone. Counts by what
    was done."""
    batch, counted = chance.token_hex(8), {"added": 0, "changed": 0}
    for one in wanted:
        who = note_caller(connection, relief.house.secrets, one.number, now)
        was = enrolments.before(connection, who)
        new = NewResponder(
            caller_hash=who,
            kind=one.given.kind,
            district=one.given.district,
            language=one.language,
            registered_by=COMMAND,
            name=one.given.name,
            area=one.given.area,
            by_call=one.given.by_call.lower() in _YES,
            at_once=one.at_once,
        )
        relief.enrol(connection, new, one.stock, now)
        row = responders.of_caller(connection, who)
        assert row is not None
        responders.keep_items(connection, row.id, one.stock.keys())
        enrolments.note(connection, batch, row, was, now)
        counted["changed" if was else "added"] += 1
    return counted


def stop(connection: Connection, responder_id: int, paused: bool, now: datetime) -> bool:
    """Ask them no more (or again), which can be taken back too; False where there is no such responder."""
    row = responders.find(connection, responder_id)
    if row is None:
        return False
    enrolments.note(connection, chance.token_hex(8), row, enrolments.before(connection, row.caller_hash), now)
    responders.pause(connection, responder_id, paused)
    return True
