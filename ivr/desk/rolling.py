"""Rolls up the daily figures: a durable job that comes round every night, half an hour after midnight in India."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection

from ivr.core.clock import INDIA, Clock, india_today
from ivr.desk.worker import Handler, Settle
from ivr.store import daily
from ivr.store.database import Database
from ivr.store.jobs import Job, Jobs

ROLL_UP = "roll_up"
AT = time(0, 30)
_CHUNK_DAYS = 10  # of one transaction


@dataclass(frozen=True, slots=True)
class Rolling:
    """Handles the jobs `ROLL_UP`."""

    db: Database
    jobs: Jobs
    clock: Clock

    def handlers(self) -> Mapping[str, Handler]:
        return {ROLL_UP: Handler(self.run, begin=self.start)}

    def start(self, now: datetime) -> None:
        """Queue the next night, and, where days are missing, one for now."""
        with self.db.begin() as connection:
            self._queue(connection, now)
            rolled = daily.newest(connection)
            if rolled is None or rolled < india_today(now) - timedelta(days=1):
                key = f"{ROLL_UP}:catch_up:{india_today(now).isoformat()}"
                self.jobs.enqueue(connection, ROLL_UP, {}, key=key, at=now)

    async def run(self, job: Job) -> Settle | None:
        """Count the closed days of the last weeks, piece by piece; tickets of old days still change."""
        now = self.clock.now()
        await asyncio.to_thread(self._roll, india_today(now))
        return lambda connection: self._queue(connection, now)

    def _roll(self, today: date) -> None:
        for back in range(daily.AGAIN_DAYS, 0, -_CHUNK_DAYS):
            first = today - timedelta(days=back)
            last = min(first + timedelta(days=_CHUNK_DAYS - 1), today - timedelta(days=1))
            with self.db.begin() as connection:
                daily.roll_up(connection, first, last)

    def _queue(self, connection: Connection, now: datetime) -> None:
        local = now.astimezone(INDIA)
        night = datetime.combine(local.date() + timedelta(days=local.time() >= AT), AT, INDIA)
        self.jobs.enqueue(connection, ROLL_UP, {}, key=f"{ROLL_UP}:{night.date().isoformat()}", at=night)
