"""Deletes recordings and photographs whose time is up: the file first, then the row. Once a day as a job, or by `ivr
purge`.

A file that cannot be deleted keeps its row and is tried again; one that is not there any more loses its row.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import Connection

from ivr.core.clock import INDIA, Clock
from ivr.desk.proofs import PROOFS
from ivr.desk.worker import Handler, Settle
from ivr.speech.tape import erase
from ivr.store import claims
from ivr.store.database import Database
from ivr.store.jobs import Job, Jobs
from ivr.store.recordings import Recordings

PURGE = "purge"
AT_HOUR = 3  # in India, when few call
PIECE = 500
_UNNAMED = timedelta(days=1)
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


def purge_proofs(db: Database, data_dir: Path, now: datetime, days: int, *, dry_run: bool = False) -> int:
    """Delete photographs of complaints closed so many days ago, and those that no claim names (any more); how many.
    What cannot be deleted is named in the log and tried again. Blocking."""
    before, count = now - timedelta(days=days), 0
    with db.read() as connection:
        overdue = claims.old_photos(connection, before, PROOFS)
        named = claims.all_photos(connection, PROOFS)
    for path in overdue:
        if dry_run:
            count += 1
        elif _unlinked(data_dir / path):
            with db.begin() as connection:
                claims.forget_photo(connection, path)
            count += 1
    for file in sorted((data_dir / PROOFS).glob("*/*")):
        fresh = file.stat().st_mtime > (now - _UNNAMED).timestamp()  # its claim may not be written yet
        if file.relative_to(data_dir).as_posix() not in named and not fresh:
            count += dry_run or _unlinked(file)
    return count


def _unlinked(file: Path) -> bool:
    try:
        file.unlink(missing_ok=True)
        if file.parent.is_dir() and not any(file.parent.iterdir()):
            file.parent.rmdir()
    except OSError as error:
        log.error("photograph_not_deleted", code=type(error).__name__)
        return False
    return True


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
    proof_days: int = 365

    def handlers(self) -> dict[str, Handler]:
        return {PURGE: Handler(self.run)}

    def begin(self) -> None:
        """Queue the next run, unless it is queued already."""
        with self.db.begin() as connection:
            self._queue(connection)

    async def run(self, job: Job) -> Settle | None:
        done = await asyncio.to_thread(purge, Recordings(self.db), self.data_dir, self.clock.now())
        log.info("recordings_purged", deleted=done.deleted, elsewhere=done.elsewhere, failed=done.failed)
        gone = await asyncio.to_thread(purge_proofs, self.db, self.data_dir, self.clock.now(), self.proof_days)
        log.info("photographs_purged", deleted=gone)
        return self._queue

    def _queue(self, connection: Connection) -> None:
        due = next_run(self.clock.now())
        self.jobs.enqueue(connection, PURGE, {}, key=f"{PURGE}:{due.date()}", at=due)


def next_run(now: datetime) -> datetime:
    """The next three in the morning in India."""
    local = now.astimezone(INDIA)
    today = local.replace(hour=AT_HOUR, minute=0, second=0, microsecond=0)
    return today if today > local else today + timedelta(days=1)
