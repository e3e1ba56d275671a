"""Lists of tickets, a page at a time: late first whatever the filter, by keyset, so that page 400 costs what page 1
costs. Closed ones are listed newest first. Rows; who may see what is the console's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, literal, literal_column, select, tuple_

from ivr.core.ids import clean_digits, valid_ticket_number
from ivr.store import tickets
from ivr.store.columns import Serial, Utc
from ivr.store.officers import below
from ivr.store.schema_tickets import ticket
from ivr.store.tickets import TicketRow

VIEWS = ("open", "late", "today", "unanswered", "said_no", "waiting", "not_reached", "unassigned", "human", "closed")
COUNT_TO = 1000
_WORK = ("open", "acknowledged", "answered", "human")
_WAITING = ("claimed", "unconfirmed")


@dataclass(frozen=True, slots=True)
class Filter:
    """What is listed. `view` is one of VIEWS; `place`: a path, with all below it; `officer_id`: whose; `keys`: folded
    words that all must be in the ticket; `today_ends`: for the view of today."""

    view: str = "open"
    district: str | None = None
    place: str | None = None
    officer_id: int | None = None
    department: str | None = None
    service: str | None = None
    level: int | None = None
    language: str | None = None
    caller_hash: str | None = None
    keys: tuple[str, ...] = ()
    today_ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row of a page: the next begins after it."""

    at: datetime
    id: int

    def __str__(self) -> str:
        """For a link: "<ISO time>_<id>"."""
        return f"{self.at.isoformat()}_{self.id}"

    @classmethod
    def read(cls, text: str) -> "Cursor":
        """ValueError where `text` is none."""
        at, _, number = text.rpartition("_")
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise ValueError("a cursor's time needs a zone")
        return cls(moment, int(number))


@dataclass(frozen=True, slots=True)
class Page:
    """`after` leads on; None at the end."""

    rows: tuple[TicketRow, ...]
    after: Cursor | None


def page(connection: Connection, wanted: Filter, now: datetime, after: Cursor | None = None, limit: int = 50) -> Page:
    """One page. Of a view of the open ones: by the time they are late at; of `closed`: the newest first."""
    shut = wanted.view == tickets.CLOSED
    moment = ticket.c.closed_at if shut else ticket.c.late_at
    query = tickets.shown().where(*_where(wanted, now))
    if after is not None:
        here, there = tuple_(moment, ticket.c.id), _key(after.at, after.id)
        query = query.where(here < there if shut else here > there)
    order = (moment.desc(), ticket.c.id.desc()) if shut else (moment, ticket.c.id)
    found = [tickets.row_of(row) for row in connection.execute(query.order_by(*order).limit(limit + 1))]
    rows = tuple(found[:limit])
    more = len(found) > limit and rows
    return Page(rows, _cursor(rows[-1], shut) if more else None)


def count(connection: Connection, wanted: Filter, now: datetime, most: int = COUNT_TO) -> int:
    """How many there are; `most` means that many or more, so that no list waits for its count."""
    some = select(ticket.c.id).where(*_where(wanted, now)).limit(most).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one()


def counts(connection: Connection, wanted: Filter, now: datetime, views: Sequence[str] = VIEWS) -> dict[str, int]:
    """View -> how many, each as `count`."""
    return {view: count(connection, replace(wanted, view=view), now) for view in views}


def due_for_escalation(
    connection: Connection, now: datetime, after: tuple[datetime, int] | None, limit: int
) -> list[tuple[datetime, int]]:
    """A page of (time, ticket) whose time has come, earliest first, beginning after `after`."""
    here = tuple_(ticket.c.next_escalation_at, ticket.c.id)
    query = select(ticket.c.next_escalation_at, ticket.c.id).where(
        ticket.c.next_escalation_at.is_not(None), ticket.c.next_escalation_at <= now
    )
    if after is not None:
        query = query.where(here > _key(*after))
    query = query.order_by(ticket.c.next_escalation_at, ticket.c.id).limit(limit)
    return [(row.next_escalation_at, row.id) for row in connection.execute(query)]


def ids(connection: Connection, wanted: Filter, now: datetime, limit: int) -> list[tuple[int, int, str]]:
    """(ticket, version, state) of a whole view, for an act on many."""
    query = select(ticket.c.id, ticket.c.version, ticket.c.state).where(*_where(wanted, now))
    rows = connection.execute(query.order_by(ticket.c.late_at, ticket.c.id).limit(limit))
    return [(row.id, row.version, row.state) for row in rows]


def by_shape(connection: Connection, text: str, phone_hash: str | None) -> list[TicketRow] | None:
    """What a search text names at once: a ticket's number, or a caller; None where it is words."""
    if valid_ticket_number(text):
        found = tickets.find(connection, number=clean_digits(text))
        return [found] if found else []
    if phone_hash is not None:
        query = tickets.shown().where(ticket.c.caller_hash == phone_hash).order_by(ticket.c.opened_at.desc())
        return [tickets.row_of(row) for row in connection.execute(query.limit(COUNT_TO))]
    return None


def _where(wanted: Filter, now: datetime) -> list[Any]:
    # the planner uses the partial indexes only where it can read their predicate word by word
    word = tickets.closed()
    clauses: list[Any] = [ticket.c.state == word if wanted.view == tickets.CLOSED else ticket.c.state != word]
    clauses += _view(wanted, now)
    named = ("district", "officer_id", "department", "service", "level", "language", "caller_hash")
    clauses += [ticket.c[name] == getattr(wanted, name) for name in named if getattr(wanted, name) is not None]
    if wanted.place:
        clauses.append(below(ticket.c.place_path, wanted.place))
    clauses += [ticket.c.search_text.contains(key, autoescape=True) for key in wanted.keys]
    return clauses


def _view(wanted: Filter, now: datetime) -> list[Any]:
    working = ticket.c.state.in_(_WORK)
    match wanted.view:
        case "late":
            return [ticket.c.late_at <= now, working]
        case "today":
            return [ticket.c.late_at > now, ticket.c.late_at <= (wanted.today_ends or now), working]
        case "unanswered":
            return [ticket.c.state.in_(("open", "acknowledged"))]
        case "said_no":
            # "> 0" to the letter as in the partial index; NOT IN, for IN would lead SQLite to another one
            return [ticket.c.reopened > literal_column("0"), ticket.c.state.not_in(_WAITING)]
        case "waiting":
            return [ticket.c.state.in_(_WAITING)]
        case "not_reached":
            return [ticket.c.state == "unconfirmed"]
        case "unassigned":
            return [ticket.c.officer_id.is_(None), working]
        case "human":
            return [ticket.c.state == "human"]
        case "open" | "closed":
            return []
        case _:
            raise ValueError(f"no view {wanted.view}; there are {', '.join(VIEWS)}")


def _key(at: datetime, row_id: int) -> Any:
    return tuple_(literal(at, Utc), literal(row_id, Serial))


def _cursor(row: TicketRow, shut: bool) -> Cursor:
    at = row.closed_at if shut else row.late_at
    assert at is not None
    return Cursor(at, row.id)
