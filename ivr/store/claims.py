"""Claims that a ticket is solved, each beside the citizen's answer to it. Rows.

Functions take the connection. An answer belongs to the newest claim; the first yes or no of a claim stays.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, func, or_, select, update

from ivr.store.schema_tickets import ticket, ticket_claim


@dataclass(frozen=True, slots=True)
class NewClaim:
    ticket_id: int
    event_id: int
    at: datetime
    officer_id: int | None
    actor: str
    note: str
    photo: str
    photo_at: datetime | None = None
    photo_place: str | None = None


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """`answer`: yes, no, none (not reached), None while the citizen is being asked. `tries`: calls made. `words` are
    personal. `photo_at`, `photo_place`: what the camera wrote into the picture."""

    id: int
    at: datetime
    officer_id: int | None
    actor: str
    note: str
    photo: str
    photo_at: datetime | None
    photo_place: str | None
    answer: str | None
    answered_at: datetime | None
    via: str | None
    call_sid: str | None
    words: str
    tries: int


def add(connection: Connection, new: NewClaim) -> None:
    connection.execute(ticket_claim.insert().values(asdict(new)))


def forget(connection: Connection, event_id: int) -> None:
    """A claim that was taken back at once."""
    connection.execute(delete(ticket_claim).where(ticket_claim.c.event_id == event_id))


def answered(connection: Connection, ticket_id: int, answer: str, words: str, now: datetime) -> None:
    """The citizen's answer to the newest claim; "none" gives way to a later yes or no."""
    newest = _newest(ticket_id)
    open_still = or_(ticket_claim.c.answer.is_(None), ticket_claim.c.answer == "none")
    values = {"answer": answer, "answered_at": now} | ({"words": words} if words else {})
    connection.execute(update(ticket_claim).where(ticket_claim.c.id == newest, open_still).values(values))


def note_via(connection: Connection, ticket_id: int, via: str, call_sid: str | None) -> None:
    """How the newest answer came."""
    values = {"via": via} | ({"call_sid": call_sid} if call_sid else {})
    connection.execute(update(ticket_claim).where(ticket_claim.c.id == _newest(ticket_id)).values(values))


def tried(connection: Connection, ticket_id: int) -> None:
    """One more call to the citizen."""
    mine = ticket_claim.c.id == _newest(ticket_id)
    connection.execute(update(ticket_claim).where(mine).values(tries=ticket_claim.c.tries + 1))


def of_ticket(connection: Connection, ticket_id: int) -> Sequence[ClaimRow]:
    """Oldest first."""
    query = select(ticket_claim).where(ticket_claim.c.ticket_id == ticket_id).order_by(ticket_claim.c.id)
    names = tuple(ClaimRow.__dataclass_fields__)
    return [ClaimRow(**{name: getattr(row, name) for name in names}) for row in connection.execute(query)]


def old_photos(connection: Connection, closed_before: datetime, folder: str) -> Sequence[str]:
    """Photographs below `folder` of complaints that were closed before then."""
    joined = select(ticket_claim.c.photo).join(ticket, ticket.c.id == ticket_claim.c.ticket_id)
    closed = ticket.c.state == "closed", ticket.c.closed_at < closed_before
    return connection.execute(joined.where(*closed, _below(folder)).order_by(ticket_claim.c.id)).scalars().all()


def all_photos(connection: Connection, folder: str) -> frozenset[str]:
    return frozenset(connection.execute(select(ticket_claim.c.photo).where(_below(folder))).scalars())


def forget_photo(connection: Connection, path: str) -> None:
    """The photograph is gone, and with it where and when it was made."""
    gone = {"photo": "", "photo_at": None, "photo_place": None}
    connection.execute(update(ticket_claim).where(ticket_claim.c.photo == path).values(gone))


def _below(folder: str) -> ColumnElement[bool]:
    return ticket_claim.c.photo.startswith(f"{folder}/", autoescape=True)


def _newest(ticket_id: int) -> int:
    newest = select(func.max(ticket_claim.c.id)).where(ticket_claim.c.ticket_id == ticket_id)
    return newest.scalar_subquery()  # type: ignore[return-value]
