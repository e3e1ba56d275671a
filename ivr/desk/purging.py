"""Deletes recordings whose time is up: file and peaks first, then the row. Once a day as a job, or by `ivr purge`.

A file that cannot be deleted keeps its row and is tried again; one that is not there any more loses its row.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import Connection

from ivr.core.clock import INDIA, Clock
from ivr.desk.worker import Handler, Settle
from ivr.speech.tape import erase
from ivr.store.database import Database
from ivr.store.jobs import Job, Jobs
from ivr.store.recordings import Recordings

PURGE = "purge"
AT_HOUR = 3  # in India, when few call
PIECE = 500
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Purged:
    """`elsewhere`: kept by the carrier, whose address is all we have; `failed`: the disk refused."""

    deleted: int = 0
    elsewhere: int = 0
    failed: int = 0


def purge(recordings: Recordings, data_dir: Path, now: datetime, *, dry_run: bool = False) -> Purged:
    """Delete everything that is overdue; with `dry_run` only count. Blocking."""
    deleted = failed = elsewhere = 0
    seen: set[str] = set()
    while fresh := [one for one in recordings.overdue(now, PIECE + len(seen)) if one.path not in seen]:
        for one in fresh:
            if "://" in one.path:
                elsewhere += 1
            elif dry_run or _erased(recordings, data_dir, one.path):
                deleted += 1
            else:
                failed += 1
            if dry_run or "://" in one.path or failed:
                seen.add(one.path)
    return Purged(deleted, elsewhere, failed)


def _erased(recordings: Recordings, data_dir: Path, path: str) -> bool:
    try:
        erase(data_dir / path)
    except OSError as error:
        log.error("recording_not_deleted", code=type(error).__name__)
        return False
    recordings.forget(path)
    return True


@dataclass(frozen=True, slots=True)
class Purging:
    """The daily job; every run queues the next."""

    db: Database
    jobs: Jobs
    data_dir: Path
    clock: Clock

    def handlers(self) -> dict[str, Handler]:
        return {PURGE: Handler(self.run)}

    def begin(self) -> None:
        """Queue the next run, unless it is queued already."""
        with self.db.begin() as connection:
            self._queue(connection)

    async def run(self, job: Job) -> Settle | None:
        done = await asyncio.to_thread(purge, Recordings(self.db), self.data_dir, self.clock.now())
        log.info("recordings_purged", deleted=done.deleted, elsewhere=done.elsewhere, failed=done.failed)
        return self._queue

    def _queue(self, connection: Connection) -> None:
        due = next_run(self.clock.now())
        self.jobs.enqueue(connection, PURGE, {}, key=f"{PURGE}:{due.date()}", at=due)


def next_run(now: datetime) -> datetime:
    """The next three in the morning in India."""
    local = now.astimezone(INDIA)
    today = local.replace(hour=AT_HOUR, minute=0, second=0, microsecond=0)
    return today if today > local else today + timedelta(days=1)
