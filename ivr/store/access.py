"""The access log: who saw, heard or changed what, as a chain in which no line can be altered or left out unseen.

Each line carries the keyed hash (HMAC-SHA256) of itself and of the line before. Who can write to the tables but does
not hold the secret key cannot make a line that fits. Lines cut off at the end are told by the counter, and by the
last hash if the auditor wrote it down. Nothing here may hold a number or a word of a caller.
"""

import hmac
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from ivr.store.schema import counter
from ivr.store.schema_console import access_log

FIRST = "0" * 64
COUNTER = "access_log"
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `who` is a user's name or "system"; `object` is what was touched: "ticket 4827316", "call CA..."."""

    at: datetime
    who: str
    act: str
    object: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it stands in the chain, `n` from 1."""

    n: int
    entry: Entry
    prev_hash: str
    hash: str


class AccessLog:
    """Writes and checks the chain. `key` is the secret's key for it."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def write(self, connection: Connection, entry: Entry) -> Line:
        """Add a line in the caller's transaction; writers wait for each other at the counter's row."""
        n = connection.execute(
            update(counter)
            .where(counter.c.name == COUNTER)
            .values(value=counter.c.value + 1)
            .returning(counter.c.value)
        ).scalar_one()
        last = select(access_log.c.hash).order_by(access_log.c.n.desc()).limit(1)
        prev = connection.execute(last).scalar_one_or_none() or FIRST
        line = Line(n, entry, prev, self._hash(n, entry, prev))
        row = {**asdict(entry), "n": n, "prev_hash": prev, "hash": line.hash}
        connection.execute(access_log.insert().values(row))
        return line

    def first_break(self, connection: Connection) -> int | None:
        """The number of the first line that does not fit; None when the whole chain holds."""
        prev, expected = FIRST, 1
        for line in lines(connection):
            fits = line.n == expected and line.prev_hash == prev and line.hash == self._hash(line.n, line.entry, prev)
            if not fits:
                return min(line.n, expected)
            prev, expected = line.hash, expected + 1
        total = connection.execute(select(counter.c.value).where(counter.c.name == COUNTER)).scalar_one()
        return None if total == expected - 1 else expected

    def _hash(self, n: int, entry: Entry, prev: str) -> str:
        at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
        fields = [n, at, entry.who, entry.act, entry.object, entry.detail, prev]
        return hmac.new(self._key, json.dumps(fields, ensure_ascii=False).encode(), "sha256").hexdigest()


def lines(connection: Connection) -> Iterator[Line]:
    """The whole chain, oldest first, read in pages."""
    last = 0
    while True:
        query = select(access_log).where(access_log.c.n > last).order_by(access_log.c.n).limit(_PAGE)
        page = [_line(row) for row in connection.execute(query)]
        yield from page
        if len(page) < _PAGE:
            return
        last = page[-1].n


def newest(
    connection: Connection, *, before: int | None = None, who: str = "", about: str = "", limit: int = 100
) -> Sequence[Line]:
    """The newest lines, before line `before`; of one user, or about one object."""
    query = select(access_log).order_by(access_log.c.n.desc()).limit(limit)
    if before is not None:
        query = query.where(access_log.c.n < before)
    if who:
        query = query.where(access_log.c.who == who)
    if about:
        query = query.where(access_log.c.object == about)
    return [_line(row) for row in connection.execute(query)]


def _line(row: Row[Any]) -> Line:
    return Line(row.n, Entry(row.at, row.who, row.act, row.object, row.detail), row.prev_hash, row.hash)
