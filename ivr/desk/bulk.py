"""One act on many tickets: a preview that freezes which and in which version, then a job with progress.

Only edits (grammars/tickets.yaml) can be done to many: a solved ticket needs its own proof, a citizen their own call.
A ticket that was changed since the preview is left alone and says so.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from ivr.core.clock import Clock
from ivr.core.errors import ActRefusedError
from ivr.core.ids import clean_digits, valid_ticket_number
from ivr.desk.acting import Acting, Actor
from ivr.desk.rules.life import Deed, do
from ivr.desk.rules.states import Party
from ivr.desk.standing import standing
from ivr.desk.worker import Settle
from ivr.store import bulks, queues, tickets
from ivr.store.bulks import BulkRow
from ivr.store.database import Database
from ivr.store.jobs import Job, Jobs
from ivr.store.queues import Filter

BULK = "bulk_act"
MOST = 5000
_AT_ONCE = 100  # tickets of one attempt, well within its lease


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be done to which tickets: those of a filter, or those with `numbers`."""

    deed: Deed
    actor: Actor
    filter: Filter | None = None
    numbers: Sequence[str] = ()


class Bulk:
    """One for a process."""

    def __init__(self, db: Database, jobs: Jobs, acting: Acting, clock: Clock, on_queued: Callable[[], None]) -> None:
        self._db, self._jobs, self._acting, self._clock, self._on_queued = db, jobs, acting, clock, on_queued

    def preview(self, wanted: Wanted, now: datetime) -> BulkRow:
        """Which tickets it would be done to, and why not to the others. ActRefusedError for acts that are not edits."""
        rule = self._acting.rules.table.acts.get(wanted.deed.act)
        if rule is None or not rule.edit:
            raise ActRefusedError(f"{wanted.deed.act} is done to one ticket at a time", code="not_in_bulk")
        with self._db.begin() as connection:
            rows = self._rows(connection, wanted, now)
            items = [(row.id, row.version, self._hindrance(row, wanted, now)) for row in rows]
            bulk_id = bulks.add(connection, wanted.actor.name, wanted.actor.officer_id, _plain(wanted), now)
            bulks.add_items(connection, bulk_id, items)
            return bulks.find(connection, bulk_id)

    def start(self, bulk_id: int, now: datetime) -> BulkRow:
        """Do it. Started twice it is done once."""
        with self._db.begin() as connection:
            if bulks.begin(connection, bulk_id, now):
                self._queue(connection, bulk_id, now, 0)
            found = bulks.find(connection, bulk_id)
        self._on_queued()
        return found

    def progress(self, bulk_id: int) -> BulkRow:
        """How far it is: results counted."""
        with self._db.read() as connection:
            return bulks.find(connection, bulk_id)

    async def run(self, job: Job) -> Settle | None:
        """Some of the tickets; the rest in a job that follows."""
        bulk_id, part = int(job.payload["bulk_id"]), int(job.payload["part"])
        more = await asyncio.to_thread(self._some, bulk_id)
        now = self._clock.now()
        if more:
            return lambda connection: self._queue(connection, bulk_id, now, part + 1)
        return lambda connection: bulks.end(connection, bulk_id, now)

    def _some(self, bulk_id: int) -> bool:
        with self._db.read() as connection:
            deed, actor = _read(bulks.deed(connection, bulk_id))
            todo = bulks.todo(connection, bulk_id, _AT_ONCE)
        for item_id, ticket_id, version in todo:
            with self._db.begin() as connection:
                result = self._one(connection, ticket_id, version, deed, actor, f"bulk:{item_id}")
                bulks.result(connection, item_id, result)
        return len(todo) == _AT_ONCE

    def _one(self, connection: Connection, ticket_id: int, version: int, deed: Deed, actor: Actor, key: str) -> str:
        tickets.lock(connection, ticket_id)
        row = tickets.find(connection, ticket_id=ticket_id)
        if row is None:
            return "gone"
        if row.version != version:
            return "changed"
        try:
            self._acting.act(connection, row, deed, actor, self._clock.now(), key)
        except ActRefusedError as error:
            return error.code
        return "ok"

    def _queue(self, connection: Connection, bulk_id: int, now: datetime, part: int) -> None:
        payload = {"bulk_id": bulk_id, "part": part}
        self._jobs.enqueue(connection, BULK, payload, key=f"{BULK}:{bulk_id}:{part}", at=now)

    def _rows(self, connection: Connection, wanted: Wanted, now: datetime) -> list[tickets.TicketRow]:
        if wanted.filter is not None:
            ids = [ticket_id for ticket_id, _, _ in queues.ids(connection, wanted.filter, now, MOST)]
            found = [tickets.find(connection, ticket_id=ticket_id) for ticket_id in ids]
        else:
            numbers = [clean_digits(number) for number in wanted.numbers[:MOST] if valid_ticket_number(number)]
            found = [tickets.find(connection, number=number) for number in dict.fromkeys(numbers)]
        return [row for row in found if row is not None]

    def _hindrance(self, row: tickets.TicketRow, wanted: Wanted, now: datetime) -> str | None:
        try:
            do(self._acting.rules, standing(row), wanted.deed, now)
        except ActRefusedError as error:
            return error.code
        return None


def _plain(wanted: Wanted) -> dict[str, Any]:
    deed = {name: value for name, value in asdict(wanted.deed).items() if value not in ("", None)}
    deed |= {name: deed[name].isoformat() for name in ("on", "until") if name in deed}
    return {"deed": deed, "actor": asdict(wanted.actor)}


def _read(plain: dict[str, Any]) -> tuple[Deed, Actor]:
    fields, actor = dict(plain["deed"]), plain["actor"]
    fields["party"] = Party(fields["party"])
    if "on" in fields:
        fields["on"] = date.fromisoformat(fields["on"])
    if "until" in fields:
        fields["until"] = datetime.fromisoformat(fields["until"])
    return Deed(**fields), Actor(actor["name"], Party(actor["party"]), actor["officer_id"])
