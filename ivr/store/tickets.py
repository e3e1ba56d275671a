"""Tickets with their trail of events. Rules about states and deadlines are `ivr.desk.rules`; here they are rows.

Functions take the connection, so that a ticket, its event and the work it causes are one transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, func, or_, select, update

from ivr.core.ids import clean_digits, ticket_number
from ivr.core.phone import mask
from ivr.store.database import as_written, insert_new
from ivr.store.schema import caller, counter
from ivr.store.schema_tickets import officer, ticket, ticket_event

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
    place_path: str = ""
    search_text: str = ""


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A ticket; `caller` masked ("" where withheld), `officer` the post's role ("" where it is nobody's), `holder` who
    holds it. `words` are personal. `due_at` is the day told to the citizen, `late_at` when it is late by any promise,
    `next_escalation_at` when time moves it on. `version` grows with every change."""

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
    caller_hash: str | None
    version: int
    kind: str
    place_path: str
    officer_id: int | None
    solve_by: datetime | None
    level_at: datetime | None
    late_at: datetime | None
    next_escalation_at: datetime | None
    acknowledged_at: datetime | None
    answered_at: datetime | None
    claimed_at: datetime | None
    pause_until: datetime | None
    pause_reason: str | None
    paused_s: int
    repeated_at: datetime | None
    raised: int
    reopened: int
    rounds: int
    rating: int | None
    caller: str
    officer: str
    holder: str


@dataclass(frozen=True, slots=True)
class TicketEvent:
    """One line of the trail: who did what, the state and the version after it. `detail`: codes, days, levels, officers'
    ids. `undoes`: the event that this one takes back."""

    at: datetime
    actor: str
    kind: str
    state: str
    note: str
    version: int | None = None
    detail: Mapping[str, Any] | None = None
    undoes: int | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class NewEvent:
    """A line to be added. `before`: the columns an undo puts back."""

    event: TicketEvent
    key: str | None = None
    before: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class OpenedTicket:
    """What is known of a ticket when it is opened. `event_id`: the first line of its trail; 0 where it was opened
    before."""

    id: int
    number: str
    service: str
    language: str
    opened_at: datetime
    due_at: datetime | None
    event_id: int = 0


def open_once(
    connection: Connection, new: NewTicket, number_key: bytes, more: Mapping[str, Any] | None = None
) -> tuple[OpenedTicket, bool]:
    """The ticket of this command, and whether it was opened now. `more`: further columns of a new one. A command that
    comes again uses up a number."""
    # the counter's row is the lock: of two transactions with one key the second waits here, then finds the first's
    value = connection.execute(_NEXT_NUMBER).scalar_one()
    given = {name: getattr(new, name) for name in NewTicket.__dataclass_fields__}
    row = {**given, "number": ticket_number(value - 1, number_key), "state": "open", **(more or {})}
    ticket_id = insert_new(connection, ticket, row)
    if ticket_id is None:
        return OpenedTicket(**connection.execute(_BY_KEY, {"command": new.key}).one()._mapping), False
    event_id = add_event(
        connection, ticket_id, NewEvent(TicketEvent(new.opened_at, "citizen", "opened", "open", "", 1))
    )
    opened = OpenedTicket(ticket_id, row["number"], new.service, new.language, new.opened_at, new.due_at, event_id)
    return opened, True


def add_event(connection: Connection, ticket_id: int, new: NewEvent) -> int:
    """Add a line to the trail; lines are never changed. Gives its id."""
    row = {name: getattr(new.event, name) for name in _EVENT_COLUMNS}
    given = {**row, "ticket_id": ticket_id, "key": new.key, "before": new.before}
    event_id: int = connection.execute(_ADD_EVENT, given).scalar_one()
    return event_id


def write(connection: Connection, ticket_id: int, values: Mapping[str, Any]) -> None:
    """Write columns of a ticket whose row this transaction made or holds; the version stays."""
    connection.execute(update(ticket).where(ticket.c.id == ticket_id).values(**values))


def change(connection: Connection, ticket_id: int, version: int, values: Mapping[str, Any]) -> bool:
    """Write columns of a ticket that is still at `version`; it is at the next one then. False if it is not."""
    mine = ticket.c.id == ticket_id, ticket.c.version == version
    result = connection.execute(update(ticket).where(*mine).values(**values, version=version + 1))
    return result.rowcount == 1


def event_by_key(connection: Connection, key: str) -> tuple[int, int] | None:
    """(ticket, event) of the command with this key, if it was carried out."""
    query = select(ticket_event.c.ticket_id, ticket_event.c.id).where(ticket_event.c.key == key)
    row = connection.execute(query).first()
    return (row.ticket_id, row.id) if row is not None else None


def event(connection: Connection, event_id: int) -> Row[Any] | None:
    """The row of an event with all its columns."""
    return connection.execute(select(ticket_event).where(ticket_event.c.id == event_id)).first()


def undone(connection: Connection, event_id: int) -> bool:
    """Whether an event was taken back."""
    query = select(ticket_event.c.id).where(ticket_event.c.undoes.is_not(None), ticket_event.c.undoes == event_id)
    return connection.execute(query.limit(1)).first() is not None


def lock(connection: Connection, ticket_id: int) -> None:
    """Hold the ticket till the transaction ends, so that two who act at once act one after the other."""
    connection.execute(select(ticket.c.id).where(ticket.c.id == ticket_id).with_for_update())


def find(
    connection: Connection, *, key: str | None = None, number: str | None = None, ticket_id: int | None = None
) -> TicketRow | None:
    """One ticket, by the key of its command, its number (however written) or its id."""
    query = shown()
    if key is not None:
        query = query.where(ticket.c.key == key)
    elif number is not None:
        query = query.where(ticket.c.number == clean_digits(number))
    else:
        query = query.where(ticket.c.id == ticket_id)
    row = connection.execute(query).first()
    return row_of(row) if row is not None else None


def of_caller(connection: Connection, caller_hash: str, closed_since: datetime, limit: int = 5) -> Sequence[TicketRow]:
    """A caller's tickets, newest first: the open ones and those closed after `closed_since`."""
    recent = or_(ticket.c.state != CLOSED, ticket.c.closed_at >= closed_since)
    query = shown().where(ticket.c.caller_hash == caller_hash, recent)
    rows = connection.execute(query.order_by(ticket.c.opened_at.desc(), ticket.c.id.desc()).limit(limit))
    return [row_of(row) for row in rows]


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
    """Tickets by the time they are late at, the late ones first."""
    query = shown()
    if open_only:
        query = query.where(ticket.c.state != closed())
    if district is not None:
        query = query.where(ticket.c.district == district)
    rows = connection.execute(query.order_by(ticket.c.late_at, ticket.c.id).limit(limit))
    return [row_of(row) for row in rows]


# Built once: to build a statement costs more than to run it.
_EVENT_COLUMNS = tuple(name for name in TicketEvent.__dataclass_fields__ if name != "id")
_ADD_EVENT = ticket_event.insert().returning(ticket_event.c.id)
_NEXT_NUMBER = (
    update(counter).where(counter.c.name == "ticket").values(value=counter.c.value + 1).returning(counter.c.value)
)
_BY_KEY = select(*(ticket.c[name] for name in OpenedTicket.__dataclass_fields__ if name != "event_id")).where(
    ticket.c.key == bindparam("command")
)


def closed() -> BindParameter[str]:
    """The word "closed", for the partial indexes."""
    return as_written(CLOSED)


def trail(connection: Connection, ticket_id: int) -> Sequence[TicketEvent]:
    """The ticket's events, oldest first."""
    query = select(ticket_event).where(ticket_event.c.ticket_id == ticket_id).order_by(ticket_event.c.id)
    return [event_of(row) for row in connection.execute(query)]


def event_of(row: Row[Any]) -> TicketEvent:
    return TicketEvent(**{name: getattr(row, name) for name in TicketEvent.__dataclass_fields__})


def count_open(connection: Connection) -> int:
    """How many tickets are not closed."""
    return connection.execute(select(func.count()).where(ticket.c.state != closed())).scalar_one()


def shown() -> Any:
    """Tickets with caller and officer beside them; `row_of` reads its rows."""
    joined = ticket.outerjoin(caller, ticket.c.caller_hash == caller.c.phone_hash)
    joined = joined.outerjoin(officer, ticket.c.officer_id == officer.c.id)
    beside = caller.c.last4, officer.c.role.label("officer"), officer.c.name.label("holder")
    return select(ticket, *beside).select_from(joined)


def row_of(row: Row[Any]) -> TicketRow:
    plain = {name: getattr(row, name) for name in TicketRow.__dataclass_fields__ if name != "caller"}
    beside = {"officer": row.officer or "", "holder": row.holder or "", "caller": mask(row.last4 or "")}
    return TicketRow(**plain | beside)
