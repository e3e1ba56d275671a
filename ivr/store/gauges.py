"""How much work stands where, for who watches over a helpline: counts only, each behind an index. Nobody's name, number
or place is in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, FromClause, func, select

from ivr.store.database import as_written
from ivr.store.outbox import SmsState
from ivr.store.schema import job, sms
from ivr.store.schema_tickets import ticket, ticket_event
from ivr.store.tickets import closed

LATELY = timedelta(days=1)
RAISE = "raise"


@dataclass(frozen=True, slots=True)
class DeskNumbers:
    """`open` by (level, state). `overdue`: late by any promise. `raised`, `closed` (only a citizen's yes does that) and
    `sms` by state are of the last day; SMS that are queued are all. `waiting`: jobs that are due, `oldest_s` how long
    the first of them has been; `working`: under a lease; `later`: not due yet; `dead`: dead letters."""

    open: Mapping[tuple[int, str], int]
    overdue: int
    raised: int
    closed: int
    sms: Mapping[str, int]
    waiting: int
    oldest_s: float
    working: int
    later: int
    dead: int


def count(connection: Connection, now: datetime) -> DeskNumbers:
    """All of it as it stands now."""
    since = now - LATELY
    waits = job.c.claimable_at.is_not(None)
    due = waits, job.c.state == "ready", job.c.claimable_at <= now
    oldest = connection.execute(select(func.min(job.c.claimable_at)).where(*due)).scalar_one()
    unclosed = ticket.c.state != closed()
    levels = (
        select(ticket.c.level, ticket.c.state, func.count()).where(unclosed).group_by(ticket.c.level, ticket.c.state)
    )

    def number(table: FromClause, *where: ColumnElement[bool]) -> int:
        return connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one()

    return DeskNumbers(
        open={(row.level, row.state): row[2] for row in connection.execute(levels)},
        overdue=number(ticket, unclosed, ticket.c.late_at < now),
        raised=number(ticket_event, ticket_event.c.kind == as_written(RAISE), ticket_event.c.at >= since),
        closed=number(ticket, ticket.c.state == closed(), ticket.c.closed_at >= since),
        sms={state.value: number(sms, sms.c.state == state.value, *_lately(state, since)) for state in SmsState},
        waiting=number(job, *due),
        oldest_s=max(0.0, (now - oldest).total_seconds()) if oldest is not None else 0.0,
        working=number(job, waits, job.c.state == "running"),
        later=number(job, waits, job.c.state == "ready", job.c.claimable_at > now),
        dead=number(job, job.c.state == "dead"),
    )


def _lately(state: SmsState, since: datetime) -> tuple[ColumnElement[bool], ...]:
    return () if state is SmsState.QUEUED else (sms.c.state_at >= since,)
