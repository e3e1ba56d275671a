"""Keeps no words, numbers and links longer than grammars/retention.yaml says; removed in small batches, so that no call
waits. A durable round a day does it, `ivr purge` does it now. Recordings and photographs are `purging`'s.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import structlog

from ivr.core.clock import INDIA, Clock
from ivr.core.data import load_mapping, wrong
from ivr.desk.proofs import PROOFS
from ivr.desk.worker import Settle
from ivr.store.database import Database
from ivr.store.jobs import Job, Jobs
from ivr.store.purges import PURGES, Purge

FORGET = "forget"
BATCH = 200
_AT = time(2, 30)  # in India, when few call
_MOST_BATCHES = 100  # of a kind in one round; the rest waits a day

log = structlog.get_logger(__name__)


def load_days(path: Path) -> Mapping[str, int]:
    """Kind -> days. DataError where one lacks, is unknown or is no number of days."""
    data = load_mapping(path)
    kinds = [*PURGES, PROOFS]
    if unlike := sorted(data.keys() ^ set(kinds)):
        raise wrong(path, f"must have exactly {', '.join(kinds)}; differs in {', '.join(unlike)}")
    for name, days in data.items():
        if not isinstance(days, int) or isinstance(days, bool) or days < 1:
            raise wrong(path, f"{name} must be a number of days", name)
    return {name: int(days) for name, days in data.items()}


@dataclass(frozen=True, slots=True)
class Forgetting:
    """`days` of `load_days`."""

    db: Database
    jobs: Jobs
    clock: Clock
    days: Mapping[str, int]

    def start(self, now: datetime) -> None:
        """Queue the next round, unless it is queued."""
        there = now.astimezone(INDIA)
        at = datetime.combine(there.date(), _AT, INDIA)
        at = at if at > there else at + timedelta(days=1)
        with self.db.begin() as connection:
            self.jobs.enqueue(connection, FORGET, {}, key=f"{FORGET}:{at.date()}", at=at.astimezone(UTC))

    async def run(self, job: Job) -> Settle | None:
        """One round; the next is queued first."""
        now = self.clock.now()
        await asyncio.to_thread(self.start, now)
        counted = await asyncio.to_thread(self.now, now)
        log.info("forgotten", **{name: count for name, count in counted.items() if count})
        return None

    def now(self, now: datetime, *, dry_run: bool = False) -> dict[str, int]:
        """Remove what is due at `now`: kind -> how many. With `dry_run` count one batch of each and keep it."""
        counted: dict[str, int] = {}
        for name, purge in PURGES.items():
            before, gone = now - timedelta(days=self.days[name]), 0
            for _ in range(_MOST_BATCHES):
                found = self._batch(purge, before, dry_run)
                gone += found
                if found < BATCH or dry_run:
                    break
            counted[name] = gone
        return counted

    def _batch(self, purge: Purge, before: datetime, dry_run: bool) -> int:
        try:
            with self.db.begin() as connection:
                found = purge(connection, before, BATCH)
                if dry_run:
                    raise _Kept
        except _Kept:
            return found
        return found


class _Kept(Exception):
    """Undoes a dry run's transaction; never leaves this module."""
