"""The queue for a person: who waits, who is connected, how long that takes.

Operators' lines are counted here and not asked of the carrier, so that any carrier will do. A caller in the queue
asks again every few seconds; who does not ask any more has left.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select, update

from ivr.store.database import Database, insert_once
from ivr.store.schema import counter, handover

LEFT_AFTER = timedelta(seconds=90)  # without asking: three rounds of the queue's prompts
LONGEST = timedelta(hours=1)  # a line whose end was never reported is free again
RECENT = 10
USUAL = timedelta(minutes=3)  # handling time while none was measured


@dataclass(frozen=True, slots=True)
class Place:
    """`number` 0: a line is taken for this call. Else the place in the queue, 1 being next, and the time to wait."""

    number: int
    wait: timedelta = timedelta(0)

    @property
    def minutes(self) -> int:
        """As told to the caller: rounded up, one at least."""
        return max(1, math.ceil(self.wait.total_seconds() / 60))


class Handovers:
    """`lines`: how many calls operators take at a time."""

    def __init__(self, db: Database, lines: int = 1) -> None:
        self._db = db
        self._lines = lines

    def ask(self, call_sid: str, now: datetime) -> Place:
        """A line for this call, or its place in the queue. Asked again, the call keeps its place, or its line."""
        with self._db.begin() as connection:
            # the counter's row is the lock: two calls never take the same line
            connection.execute(update(counter).where(counter.c.name == "handover").values(value=counter.c.value + 1))
            insert_once(connection, handover, {"call_sid": call_sid, "queued_at": now, "seen_at": now})
            mine = connection.execute(select(handover).where(handover.c.call_sid == call_sid)).one()
            again: dict[str, datetime | None] = {"seen_at": now}
            if mine.ended_at is not None:  # asks for a person a second time in one call
                again |= dict.fromkeys(("dialled_at", "answered_at", "ended_at", "outcome")) | {"queued_at": now}
            connection.execute(update(handover).where(handover.c.call_sid == call_sid).values(again))
            if mine.dialled_at is not None and mine.ended_at is None:
                return Place(0)
            queued_at = now if mine.ended_at is not None else mine.queued_at
            ahead = _ahead(connection, call_sid, queued_at, now)
            if ahead + _busy(connection, now) < self._lines:
                connection.execute(update(handover).where(handover.c.call_sid == call_sid).values(dialled_at=now))
                return Place(0)
            return Place(ahead + 1, _usual(connection) * math.ceil((ahead + 1) / self._lines))

    def free(self, now: datetime) -> bool:
        """Whether a line is free that nobody waits for."""
        with self._db.read() as connection:
            waiting = connection.execute(select(func.count()).where(*_waiting(now))).scalar_one()
            return waiting + _busy(connection, now) < self._lines

    def answered(self, call_sid: str, now: datetime) -> None:
        """An operator has taken the call."""
        self._mark(call_sid, handover.c.answered_at.is_(None), answered_at=now)

    def ended(self, call_sid: str, outcome: str, now: datetime) -> None:
        """The call takes no line and no place any more. The first end stays."""
        self._mark(call_sid, handover.c.ended_at.is_(None), ended_at=now, outcome=outcome[:12])

    def _mark(self, call_sid: str, once: Any, **values: Any) -> None:
        with self._db.begin() as connection:
            connection.execute(update(handover).where(handover.c.call_sid == call_sid, once).values(values))


def _waiting(now: datetime) -> tuple[Any, ...]:
    seen = handover.c.seen_at >= now - LEFT_AFTER
    return handover.c.ended_at.is_(None), handover.c.dialled_at.is_(None), seen


def _ahead(connection: Connection, call_sid: str, queued_at: datetime, now: datetime) -> int:
    earlier = (handover.c.queued_at < queued_at) | (
        (handover.c.queued_at == queued_at) & (handover.c.call_sid < call_sid)
    )
    others = handover.c.call_sid != call_sid
    return connection.execute(select(func.count()).where(*_waiting(now), earlier, others)).scalar_one()


def _busy(connection: Connection, now: datetime) -> int:
    taken = handover.c.ended_at.is_(None), handover.c.dialled_at >= now - LONGEST
    return connection.execute(select(func.count()).where(*taken)).scalar_one()


def _usual(connection: Connection) -> timedelta:
    """How long a line was taken by each of the last calls that were answered."""
    answered = select(handover.c.dialled_at, handover.c.ended_at).where(
        handover.c.ended_at.is_not(None), handover.c.answered_at.is_not(None)
    )
    rows = connection.execute(answered.order_by(handover.c.ended_at.desc()).limit(RECENT)).all()
    if not rows:
        return USUAL
    return sum((row.ended_at - row.dialled_at for row in rows), timedelta(0)) / len(rows)
