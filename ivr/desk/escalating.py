"""Looks for tickets whose time has come and lets the rules move them on: all of them, page by page, round after round.

A round is a durable job. Before it works it queues the next round, so the chain never breaks; it pages by keyset to the
end, whoever fails on the way, and what does not fit into its lease goes on in a job that follows.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from sqlalchemy import Connection

from ivr.core.clock import Clock
from ivr.core.errors import ActRefusedError, StoreError
from ivr.desk.acting import SYSTEM, Acting
from ivr.desk.rules.life import by_itself
from ivr.desk.standing import standing
from ivr.desk.worker import Settle
from ivr.store import queues, tickets
from ivr.store.database import Database
from ivr.store.jobs import Job, Jobs

SCAN = "escalation_scan"
PAGE = 200
_MOST_PAGES = 5  # of one job: a thousand tickets, well within its lease

log = structlog.get_logger(__name__)
Cursor = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class Escalation:
    """Handles the jobs `SCAN`. `on_queued`: telling jobs were queued."""

    db: Database
    jobs: Jobs
    acting: Acting
    clock: Clock
    on_queued: Callable[[], None]

    def start(self, now: datetime) -> None:
        """Queue the next round, unless it is queued: every process with a worker does, when it begins."""
        with self.db.begin() as connection:
            self._queue_round(connection, now)

    async def run(self, job: Job) -> Settle | None:
        """One round, or what was left of one."""
        now = self.clock.now()
        if "after" not in job.payload:
            await asyncio.to_thread(self.start, now)
        rest = await asyncio.to_thread(self.pages, now, _after(job))
        if rest is None:
            return None
        at, ticket_id = rest
        payload: dict[str, object] = {"after": [at.isoformat(), ticket_id]}
        key = f"{SCAN}:{job.id}:{ticket_id}"
        return lambda connection: _queue(connection, self.jobs, payload, key, now)

    def pages(self, now: datetime, after: Cursor | None = None, most: int = _MOST_PAGES) -> Cursor | None:
        """Move on all tickets that are due at `now`, beginning after `after`; where to go on if pages ran out."""
        for _ in range(most):
            with self.db.read() as connection:
                page = queues.due_for_escalation(connection, now, after, PAGE)
            for _, ticket_id in page:
                self._one(ticket_id, now)
            if len(page) < PAGE:
                return None
            after = page[-1]
        return after

    def _one(self, ticket_id: int, now: datetime) -> None:
        """A ticket that fails is logged and passed by: it must not stop those behind it."""
        try:
            with self.db.begin() as connection:
                moved = self.move(connection, ticket_id, now)
        except (ActRefusedError, StoreError) as error:
            log.error("ticket_not_moved_on", ticket=ticket_id, code=error.code)
            return
        if moved:
            self.on_queued()

    def move(self, connection: Connection, ticket_id: int, now: datetime) -> bool:
        """Let time do what it does with the ticket, if it is due still; another worker may have been first."""
        tickets.lock(connection, ticket_id)
        row = tickets.find(connection, ticket_id=ticket_id)
        deed = by_itself(self.acting.rules, standing(row), now) if row is not None else None
        if row is None or deed is None:
            return False
        self.acting.act(connection, row, deed, SYSTEM, now)
        return True

    def _queue_round(self, connection: Connection, now: datetime) -> None:
        length = self.acting.rules.matrix.scan.total_seconds()
        slot = int(now.timestamp() // length) + 1
        at = datetime.fromtimestamp(slot * length, UTC)
        _queue(connection, self.jobs, {}, f"{SCAN}:{slot}", at)


def _queue(connection: Connection, jobs: Jobs, payload: dict[str, object], key: str, at: datetime) -> None:
    jobs.enqueue(connection, SCAN, payload, key=key, at=at)


def _after(job: Job) -> Cursor | None:
    after = job.payload.get("after")
    return (datetime.fromisoformat(after[0]), int(after[1])) if after else None
