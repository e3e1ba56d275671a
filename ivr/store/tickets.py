"""Tickets with their trail of events. Rules about states and deadlines are the desk's; here they are rows.

Functions take the connection, so that a ticket, its event and the work it causes are one transaction.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, func, or_, select, update

from ivr.core.ids import clean_digits, ticket_number
from ivr.core.phone import mask
from ivr.store.schema import caller, counter, ticket, ticket_event

CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class NewTicket:
    """What a ticket is opened with. `key` names the command; the same key never opens two."""

    key: str
    call_sid: str | None
    caller_hash: str | None
    service: str
    department: str
    district: str | None
    language: str
    words: str
    opened_at: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A ticket; `caller` masked ("" where withheld). `words` are personal."""

    id: int
    number: str
    service: str
    department: str
    district: str | None
    language: str
    words: str
    state: str
    level: int
    opened_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    call_sid: str | None
    caller: str


@dataclass(frozen=True, slots=True)
class TicketEvent:
    """One line of the trail: who did what, and the state after it."""

    at: datetime
    actor: str
    kind: str
    state: str
    note: str


def open_once(connection: Connection, new: NewTicket, number_key: bytes) -> tuple[TicketRow, bool]:
    """The ticket of this command, and whether it was opened now."""
    known = find(connection, key=new.key)
    if known is not None:
        return known, False
    # the counter's row is the lock: of two transactions with one key the second waits here, then sees the first's
    value = connection.execute(
        update(counter).where(counter.c.name == "ticket").values(value=counter.c.value + 1).returning(counter.c.value)
    ).scalar_one()
    known = find(connection, key=new.key)
    if known is not None:
        return known, False
    row = {**asdict(new), "number": ticket_number(value - 1, number_key), "state": "open"}
    ticket_id = connection.execute(ticket.insert().values(row)).inserted_primary_key[0]  # type: ignore[index]
    add_event(connection, ticket_id, TicketEvent(new.opened_at, "citizen", "opened", "open", ""))
    opened = find(connection, ticket_id=ticket_id)
    assert opened is not None
    return opened, True


def add_event(connection: Connection, ticket_id: int, event: TicketEvent) -> None:
    """Add a line to the trail; lines are never changed."""
    connection.execute(ticket_event.insert().values(ticket_id=ticket_id, **asdict(event)))


def find(
    connection: Connection, *, key: str | None = None, number: str | None = None, ticket_id: int | None = None
) -> TicketRow | None:
    """One ticket, by the key of its command, its number (however written) or its id."""
    query = _shown()
    if key is not None:
        query = query.where(ticket.c.key == key)
    elif number is not None:
        query = query.where(ticket.c.number == clean_digits(number))
    else:
        query = query.where(ticket.c.id == ticket_id)
    row = connection.execute(query).first()
    return _row(row) if row is not None else None


def of_caller(connection: Connection, caller_hash: str, closed_since: datetime, limit: int = 5) -> Sequence[TicketRow]:
    """A caller's tickets, newest first: the open ones and those closed after `closed_since`."""
    recent = or_(ticket.c.state != CLOSED, ticket.c.closed_at >= closed_since)
    query = _shown().where(ticket.c.caller_hash == caller_hash, recent)
    rows = connection.execute(query.order_by(ticket.c.opened_at.desc(), ticket.c.id.desc()).limit(limit))
    return [_row(row) for row in rows]


def shared(connection: Connection, caller_hash: str) -> bool:
    """Whether several people use this number: it is marked so, or its tickets are in more than one language."""
    marked = select(caller.c.shared).where(caller.c.phone_hash == caller_hash)
    if connection.execute(marked).scalar_one_or_none():
        return True
    spoken = select(func.count(ticket.c.language.distinct())).where(ticket.c.caller_hash == caller_hash)
    return connection.execute(spoken).scalar_one() > 1


def mark_shared(connection: Connection, ticket_id: int, value: bool) -> bool:
    """Mark the number behind a ticket as used by several people. False where it was withheld."""
    who = select(ticket.c.caller_hash).where(ticket.c.id == ticket_id).scalar_subquery()
    result = connection.execute(update(caller).where(caller.c.phone_hash == who).values(shared=value))
    return result.rowcount == 1


def listed(
    connection: Connection, *, open_only: bool = True, district: str | None = None, limit: int = 50
) -> Sequence[TicketRow]:
    """Tickets by due time, the late ones first; those without deadline last."""
    query = _shown()
    if open_only:
        query = query.where(ticket.c.state != _closed())
    if district is not None:
        query = query.where(ticket.c.district == district)
    rows = connection.execute(query.order_by(ticket.c.due_at.nulls_last(), ticket.c.id).limit(limit))
    return [_row(row) for row in rows]


def _closed() -> BindParameter[str]:
    """The word "closed" as a literal: the planner uses the partial indexes only where it can read it."""
    return bindparam(None, CLOSED, literal_execute=True)


def trail(connection: Connection, ticket_id: int) -> Sequence[TicketEvent]:
    """The ticket's events, oldest first."""
    query = select(ticket_event).where(ticket_event.c.ticket_id == ticket_id).order_by(ticket_event.c.id)
    return [TicketEvent(row.at, row.actor, row.kind, row.state, row.note) for row in connection.execute(query)]


def count_open(connection: Connection) -> int:
    """How many tickets are not closed."""
    return connection.execute(select(func.count()).where(ticket.c.state != _closed())).scalar_one()


def _shown() -> Any:
    return select(ticket, caller.c.last4).join_from(
        ticket, caller, ticket.c.caller_hash == caller.c.phone_hash, isouter=True
    )


def _row(row: Row[Any]) -> TicketRow:
    names = [name for name in TicketRow.__dataclass_fields__ if name != "caller"]
    return TicketRow(**{name: getattr(row, name) for name in names}, caller=mask(row.last4 or ""))
