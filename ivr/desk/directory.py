"""The officers' directory as a file: read, checked line by line, written down. A whole file replaces the directory."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from ivr.core import phone
from ivr.core.errors import DataError
from ivr.desk.rules.assignment import SEPARATOR, path_of
from ivr.desk.rules.matrix import TicketRules
from ivr.store import officers
from ivr.store.calls import note_caller
from ivr.store.officers import NewPost
from ivr.store.secrets import Secrets

COLUMNS = ("key", "level", "role", "department", "place", "name", "phone", "language", "user")
NEEDED = ("key", "level", "role")


@dataclass(frozen=True, slots=True)
class Line:
    """One post as read: `phone` None where the post has none."""

    key: str
    level: int
    role: str
    department: str
    place: str
    name: str
    phone: phone.Phone | None
    language: str | None
    user: str | None


def read(path: Path, rules: TicketRules, departments: frozenset[str], languages: tuple[str, ...]) -> tuple[Line, ...]:
    """The file's posts. DataError names the file, the line and what to write instead."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path}: cannot be read as CSV in UTF-8: {error}") from error
    lines = tuple(_line(path, number, row, rules, departments, languages) for number, row in enumerate(rows, 2))
    keys = [line.key for line in lines]
    if twice := sorted({key for key in keys if keys.count(key) > 1}):
        raise DataError(f"{path}: keys given twice: {', '.join(twice)}")
    return lines


def write(
    connection: Connection, secrets: Secrets, lines: tuple[Line, ...], now: datetime, *, whole: bool
) -> dict[str, int]:
    """Write the posts down; `whole`: posts that are not named any more are retired. Counts by what was done."""
    counted = {"added": 0, "changed": 0, "same": 0, "retired": 0}
    for line in lines:
        known = note_caller(connection, secrets, line.phone, now) if line.phone is not None else None
        post = NewPost(
            line.key, line.level, line.role, line.department, line.place, line.name, known, line.language, line.user
        )
        counted[officers.put(connection, post, now)] += 1
    if whole:
        counted["retired"] = officers.retire_others(connection, [line.key for line in lines], now)
    return counted


def _line(
    path: Path,
    number: int,
    row: Mapping[str | None, str | None],
    rules: TicketRules,
    departments: frozenset[str],
    languages: tuple[str, ...],
) -> Line:
    if unknown := [str(name) for name in row if name not in COLUMNS]:
        raise DataError(f"{path}:1: knows no column {', '.join(unknown)}; there are {', '.join(COLUMNS)}")
    given = {name: (row.get(name) or "").strip() for name in COLUMNS}
    problems = list(_problems(given, rules, departments, languages))
    if problems:
        raise DataError(f"{path}:{number}: {'; '.join(problems)}")
    level = next(at for at, one in enumerate(rules.matrix.levels) if one.id == given["level"])
    return Line(
        given["key"],
        level,
        given["role"],
        given["department"],
        given["place"],
        given["name"],
        phone.parse(given["phone"]),
        given["language"] or None,
        given["user"] or None,
    )


def _problems(
    given: Mapping[str, str], rules: TicketRules, departments: frozenset[str], languages: tuple[str, ...]
) -> Iterator[str]:
    for name in NEEDED:
        if not given[name]:
            yield f"{name} is empty"
    levels = [level.id for level in rules.matrix.levels]
    if given["level"] not in levels:
        yield f"level must be one of {', '.join(levels)}"
    if given["department"] and given["department"] not in departments:
        yield f"department must be empty (all) or one of {', '.join(sorted(departments))}"
    if given["place"] and not _known_place(given["place"], rules.states):
        yield "place must be a state (AP), a district in it (AP.Guntur) or below (AP.Guntur.Tenali)"
    if given["phone"] and phone.parse(given["phone"]) is None:
        yield "phone is no telephone number"
    if given["language"] and given["language"] not in languages:
        yield f"language must be one of {', '.join(languages)}"


def _known_place(place: str, states: Mapping[str, str]) -> bool:
    parts = place.split(SEPARATOR)
    if not all(parts) or parts[0] not in set(states.values()):
        return False
    districts = {path_of(district, states) for district in states}
    return len(parts) == 1 or SEPARATOR.join(parts[:2]) in districts
