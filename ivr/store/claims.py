"""Claims that a ticket is solved, each beside the citizen's answer to it. Rows.

Functions take the connection. An answer belongs to the newest claim; the first yes or no of a claim stays.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, or_, select, update

from ivr.store.schema_tickets import ticket_claim


@dataclass(frozen=True, slots=True)
class NewClaim:
    ticket_id: int
    event_id: int
    at: datetime
    officer_id: int | None
    actor: str
    note: str
    photo: str


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


def _newest(ticket_id: int) -> int:
    newest = select(func.max(ticket_claim.c.id)).where(ticket_claim.c.ticket_id == ticket_id)
    return newest.scalar_subquery()  # type: ignore[return-value]
