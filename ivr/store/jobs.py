"""The durable queue: work that must not be lost is a row, written in the transaction that causes it.

Owns claiming, leases, fencing, retries and dead letters; knows no kind of work. A job is done at least once: a worker
that dies after the outside world was told and before the row says so is followed by another attempt.
"""

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Integer, Row, and_, bindparam, case, func, select, update

from ivr.core.errors import StoreError
from ivr.store.database import Database, insert_once
from ivr.store.schema import job

MAX_ATTEMPTS = 24  # with the back-off below: about half a day
MAX_LAPSES = 5  # leases that ran out: a job that kills its worker must not do so for ever
FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Job:
    """One attempt at a job. `attempt` (from 1) is the fence: only its newest attempt may finish a job."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    attempt: int
    max_attempts: int


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job as shown to people; the payload holds ids only, never numbers or words."""

    id: int
    kind: str
    key: str
    state: str
    attempt: int
    last_error: str | None
    queued_at: datetime
    finished_at: datetime | None


class Jobs:
    """The queue in one database. `rng` gives the back-off's jitter."""

    def __init__(self, db: Database, rng: random.Random) -> None:
        self._db = db
        self._rng = rng

    def enqueue(self, connection: Connection, kind: str, payload: Mapping[str, Any], *, key: str, at: datetime) -> bool:
        """Queue work not before `at`, in the caller's transaction. False if a job with this key was queued before."""
        row = {
            "kind": kind,
            "key": key,
            "payload": dict(payload),
            "state": "ready",
            "claimable_at": at,
            "max_attempts": MAX_ATTEMPTS,
            "queued_at": at,
        }
        return insert_once(connection, job, row)

    def claim(self, worker: str, now: datetime, lease: timedelta, kinds: Collection[str]) -> Job | None:
        """The next job of these kinds that is due or whose worker let its lease run out; None if there is none."""
        return next(iter(self.claim_many(worker, now, lease, kinds, 1)), None)

    def claim_many(
        self, worker: str, now: datetime, lease: timedelta, kinds: Collection[str], most: int
    ) -> Sequence[Job]:
        """Up to `most` of them in one transaction: those that have been due the longest, by id. A job whose leases
        keep running out is buried on the way."""
        values = {"due": now, "kinds": list(kinds), "lease_ends": now + lease, "by": worker, "most": most}
        while True:
            with self._db.begin() as connection:
                rows = connection.execute(_CLAIM, values).all()
                for row in rows:
                    if row.lapses >= MAX_LAPSES:
                        connection.execute(_END, {"job_id": row.id, **_values("dead", now, "lease_ran_out")})
            held = [row for row in rows if row.lapses < MAX_LAPSES]
            if held or not rows:
                held.sort(key=lambda row: row.id)  # a database gives back changed rows in any order
                return [Job(row.id, row.kind, row.payload, row.attempt, row.max_attempts) for row in held]

    def renew(self, held: Job, now: datetime, lease: timedelta) -> bool:
        """Hold the job for another `lease`; false if it was taken over."""
        with self._db.begin() as connection:
            result = connection.execute(update(job).where(_held(held)).values(claimable_at=now + lease))
        return result.rowcount == 1

    def done(self, connection: Connection, held: Job, now: datetime) -> None:
        """Finish, in the transaction that holds the work's result; StoreError "fenced" (so that the transaction is
        undone) if another attempt has begun."""
        self._fenced(connection, held, _values("done", now, None))

    def fail(self, connection: Connection, held: Job, now: datetime, error: str, *, retryable: bool) -> str:
        """Note the failure with the error's code: again later, or dead. Gives the new state. Fenced as `done`."""
        if not retryable or held.attempt >= held.max_attempts:
            self._fenced(connection, held, _values("dead", now, error))
            return "dead"
        again = now + back_off(held.attempt, self._rng)
        self._fenced(connection, held, {"state": "ready", "claimable_at": again, "last_error": error, "worker": None})
        return "ready"

    def _fenced(self, connection: Connection, held: Job, values: Mapping[str, Any]) -> None:
        mine = {"job_id": held.id, "held_attempt": held.attempt}
        result = connection.execute(_FENCED, {**mine, **values})
        if result.rowcount != 1:
            raise StoreError("this attempt lost its job to a newer one", code="fenced")

    def next_due(self, kinds: Collection[str]) -> datetime | None:
        """When the next job of these kinds can be claimed; None if none waits."""
        with self._db.read() as connection:
            query = select(func.min(job.c.claimable_at)).where(job.c.kind.in_(kinds))
            return connection.execute(query).scalar_one_or_none()

    def counts(self) -> dict[str, int]:
        """State -> number of jobs."""
        with self._db.read() as connection:
            rows = connection.execute(select(job.c.state, func.count()).group_by(job.c.state))
            return {row.state: row[1] for row in rows}

    def dead(self, limit: int = 100) -> list[JobRow]:
        """The dead letters, newest first."""
        query = select(job).where(job.c.state == "dead").order_by(job.c.finished_at.desc(), job.c.id.desc())
        with self._db.read() as connection:
            return [_shown(row) for row in connection.execute(query.limit(limit))]

    def revive(self, job_id: int, now: datetime) -> bool:
        """Give a dead job all its attempts again; false if it is not dead."""
        with self._db.begin() as connection:
            result = connection.execute(
                update(job)
                .where(job.c.id == job_id, job.c.state == "dead")
                # the attempt goes on counting: it is the fence
                .values(
                    state="ready",
                    claimable_at=now,
                    finished_at=None,
                    lapses=0,
                    max_attempts=job.c.attempt + MAX_ATTEMPTS,
                )
            )
        return result.rowcount == 1

    def drop(self, job_id: int, now: datetime) -> bool:
        """Give a dead job up for good; false if it is not dead."""
        with self._db.begin() as connection:
            mine = job.c.id == job_id, job.c.state == "dead"
            done = {"state": "done", "finished_at": now, "last_error": "dropped"}
            return connection.execute(update(job).where(*mine).values(done)).rowcount == 1


def back_off(attempt: int, rng: random.Random) -> timedelta:
    """The wait after attempt `attempt` (from 1): doubled each time, capped, with "equal jitter" (half of it is
    chance), so that a thousand SMS that failed together do not come back together."""
    whole = min(FIRST_DELAY * float(2 ** (attempt - 1)), LONGEST_DELAY)
    return whole / 2 + whole / 2 * rng.random()


# Built once: to build a statement costs more than to run it.
_DUE = (
    select(job.c.id)
    .where(job.c.claimable_at <= bindparam("due"), job.c.kind.in_(bindparam("kinds", expanding=True)))
    .order_by(job.c.claimable_at, job.c.id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)
)
_CLAIM = (
    update(job)
    .where(job.c.id.in_(_DUE.cte("due").select()))
    .values(
        state="running",
        attempt=job.c.attempt + 1,
        lapses=job.c.lapses + case((job.c.state == "running", 1), else_=0),
        worker=bindparam("by"),
        claimable_at=bindparam("lease_ends"),
    )
    .returning(job.c.id, job.c.kind, job.c.payload, job.c.attempt, job.c.lapses, job.c.max_attempts)
)
_END = update(job).where(job.c.id == bindparam("job_id"))
_FENCED = _END.where(job.c.attempt == bindparam("held_attempt"), job.c.state == "running")


def _held(held: Job) -> Any:
    return and_(job.c.id == held.id, job.c.attempt == held.attempt, job.c.state == "running")


def _values(state: str, now: datetime, error: str | None) -> dict[str, Any]:
    return {"state": state, "claimable_at": None, "finished_at": now, "last_error": error}


def _shown(row: Row[Any]) -> JobRow:
    return JobRow(row.id, row.kind, row.key, row.state, row.attempt, row.last_error, row.queued_at, row.finished_at)
