"""Keeps nothing personal longer than grammars/retention.yaml says: rows in small batches, recordings with their files.

A durable round a day does it; `ivr purge` does it now. Interrupted anywhere, it goes on where it was: a file goes
before its row.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import structlog

from ivr.core.clock import INDIA, Clock
from ivr.core.data import load_mapping, wrong
from ivr.desk.worker import Settle
from ivr.store.database import Database
from ivr.store.jobs import Job, Jobs
from ivr.store.purges import PURGES
from ivr.store.recordings import Recordings

PURGE = "purge"
RECORDINGS, REMOTE = "recordings", "recordings_at_the_carrier"
BATCH = 200
_AT = time(2, 30)  # in India, when few call
_MOST_BATCHES = 100  # of a kind in one round; the rest waits a day

log = structlog.get_logger(__name__)


def load_days(path: Path) -> Mapping[str, int]:
    """Kind -> days. DataError where one lacks, is unknown or is no number of days."""
    data = load_mapping(path)
    if unlike := sorted(data.keys() ^ PURGES.keys()):
        raise wrong(path, f"must have exactly {', '.join(PURGES)}; differs in {', '.join(unlike)}")
    for name, days in data.items():
        if not isinstance(days, int) or isinstance(days, bool) or days < 1:
            raise wrong(path, f"{name} must be a number of days", name)
    return {name: int(days) for name, days in data.items()}


@dataclass(frozen=True, slots=True)
class Purging:
    """`days` of `load_days`; `data_dir` holds the files of recordings."""

    db: Database
    jobs: Jobs
    clock: Clock
    data_dir: Path
    days: Mapping[str, int]

    def start(self, now: datetime) -> None:
        """Queue the next round, unless it is queued."""
        there = now.astimezone(INDIA)
        at = datetime.combine(there.date(), _AT, INDIA)
        at = at if at > there else at + timedelta(days=1)
        with self.db.begin() as connection:
            self.jobs.enqueue(connection, PURGE, {}, key=f"{PURGE}:{at.date()}", at=at.astimezone(UTC))

    async def run(self, job: Job) -> Settle | None:
        """One round; the next is queued first."""
        now = self.clock.now()
        await asyncio.to_thread(self.start, now)
        counted = await asyncio.to_thread(self.now, now)
        log.info("purged", **{name: count for name, count in counted.items() if count})
        return None

    def now(self, now: datetime) -> dict[str, int]:
        """Remove what is due at `now`: kind -> how many."""
        counted = self.files(now)
        for name, purge in PURGES.items():
            before, gone = now - timedelta(days=self.days[name]), 0
            for _ in range(_MOST_BATCHES):
                with self.db.begin() as connection:
                    found = purge(connection, before, BATCH)
                gone += found
                if found < BATCH:
                    break
            counted[name] = gone
        return counted

    def files(self, now: datetime) -> dict[str, int]:
        """Recordings whose day has come: the file and what lies beside it, then the row. Those that the carrier keeps
        lose their row and are counted apart: they have to be deleted there."""
        recordings, counted = Recordings(self.db), {RECORDINGS: 0, REMOTE: 0}
        while found := recordings.overdue(now, BATCH):
            for one in found:
                remote = "://" in one.path
                if not remote:
                    self._delete(one.path)
                recordings.forget(one.path)
                counted[REMOTE if remote else RECORDINGS] += 1
        return counted

    def _delete(self, path: str) -> None:
        file = (self.data_dir / path).resolve()
        if not file.is_relative_to(self.data_dir.resolve()):
            log.error("recording_outside_the_data_folder")
            return
        for beside in file.parent.glob(f"{file.stem}.*"):
            beside.unlink(missing_ok=True)
