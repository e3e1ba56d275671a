"""Requests for relief, the offers made for them, and the trail of each. Rows; the desk has the rules.

Functions take the connection, so that a request, its offers and the work they cause are one transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from ivr.store.database import as_written, insert_once
from ivr.store.schema import caller, ticket
from ivr.store.schema_relief import relief_event, relief_offer, relief_request


class ReliefState(StrEnum):
    """`desk`: no responder was found, the district's desk has it."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    DELIVERED = "delivered"
    CONFIRMED = "confirmed"
    DESK = "desk"
    CANCELLED = "cancelled"


class OfferState(StrEnum):
    OPEN = "open"
    CLAIMED = "claimed"
    DECLINED = "declined"
    UNANSWERED = "unanswered"
    WITHDRAWN = "withdrawn"
    GIVEN_BACK = "given_back"


@dataclass(frozen=True, slots=True)
class NewRequest:
    """`code_hash` and `code_enc`: the code that the citizen holds."""

    ticket_id: int
    caller_hash: str | None
    item: str
    detail: str
    quantity: int
    district: str
    area: str
    language: str
    ring: int
    code_hash: str
    code_enc: bytes


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request with its ticket's number. The codes stay with the desk."""

    id: int
    number: str
    ticket_id: int
    caller_hash: str | None
    item: str
    detail: str
    quantity: int
    district: str
    area: str
    language: str
    state: ReliefState
    ring: int
    ring_at: datetime
    opened_at: datetime
    turn_at: datetime | None
    responder_id: int | None
    claimed_at: datetime | None
    delivered_at: datetime | None
    ended_at: datetime | None
    code_hash: str
    code_enc: bytes
    code_tries: int


@dataclass(frozen=True, slots=True)
class NewOffer:
    """`key`: the one that claims it; `ring`: how far the responder is."""

    request_id: int
    responder_id: int
    ring: int
    key: int


@dataclass(frozen=True, slots=True)
class OfferRow:
    id: int
    request_id: int
    responder_id: int
    key: int
    ring: int
    state: OfferState
    offered_at: datetime


@dataclass(frozen=True, slots=True)
class ReliefEvent:
    """One line of a request's trail."""

    at: datetime
    actor: str
    kind: str
    note: str = ""


def open_once(connection: Connection, new: NewRequest, now: datetime) -> tuple[RequestRow, bool]:
    """The request of this ticket, and whether it was opened now."""
    row = {name: getattr(new, name) for name in NewRequest.__dataclass_fields__}
    row |= {"state": ReliefState.WAITING.value, "ring_at": now, "opened_at": now}
    added = insert_once(connection, relief_request, row)
    found = connection.execute(_shown().where(relief_request.c.ticket_id == new.ticket_id)).one()
    if added:
        note(connection, found.id, ReliefEvent(now, "citizen", "opened"))
    return _row(found), added


def find(connection: Connection, request_id: int, *, lock: bool = False) -> RequestRow | None:
    """One request; `lock` holds it against others until the transaction ends."""
    query = _shown().where(relief_request.c.id == request_id)
    row = connection.execute(query.with_for_update(of=relief_request) if lock else query).first()
    return _row(row) if row is not None else None


def by_number(connection: Connection, number: str) -> RequestRow | None:
    """The request of the ticket with this number (digits only)."""
    row = connection.execute(_shown().where(ticket.c.number == number)).first()
    return _row(row) if row is not None else None


def waiting(connection: Connection, district: str, item: str, limit: int = 500) -> Sequence[RequestRow]:
    """The requests for an item that wait in a district, oldest first, locked."""
    mine = relief_request.c.district == district, relief_request.c.item == item
    query = _shown().where(*mine, relief_request.c.state == as_written(ReliefState.WAITING.value))
    query = query.order_by(relief_request.c.opened_at, relief_request.c.id).limit(limit)
    return [_row(row) for row in connection.execute(query.with_for_update(of=relief_request))]


def in_state(connection: Connection, district: str, state: ReliefState, limit: int) -> Sequence[RequestRow]:
    """A district's requests in a state, oldest first."""
    mine = relief_request.c.district == district, relief_request.c.state == as_written(state.value)
    query = _shown().where(*mine).order_by(relief_request.c.opened_at, relief_request.c.id).limit(limit)
    return [_row(row) for row in connection.execute(query)]


def turns(connection: Connection, district: str, item: str) -> Mapping[str, datetime]:
    """Area -> when it had its last turn."""
    mine = relief_request.c.district == district, relief_request.c.item == item
    last = func.max(relief_request.c.turn_at, type_=relief_request.c.turn_at.type)
    query = select(relief_request.c.area, last.label("last")).where(*mine, relief_request.c.turn_at.is_not(None))
    return {row.area: row.last for row in connection.execute(query.group_by(relief_request.c.area))}


def claim(connection: Connection, request_id: int, responder_id: int, now: datetime) -> bool:
    """Give a waiting request to a responder: true for exactly one of all who ask."""
    free = relief_request.c.id == request_id, relief_request.c.state == ReliefState.WAITING.value
    taken = {"state": ReliefState.CLAIMED.value, "responder_id": responder_id, "claimed_at": now, "code_tries": 0}
    return connection.execute(update(relief_request).where(*free).values(taken)).rowcount == 1


def move(connection: Connection, request_id: int, state: ReliefState, **more: Any) -> None:
    """Put a request in a state, with whatever else changes."""
    connection.execute(update(relief_request).where(relief_request.c.id == request_id).values(state=state, **more))


def change(connection: Connection, request_id: int, **values: Any) -> None:
    """Change ring, turn or tries of a request."""
    connection.execute(update(relief_request).where(relief_request.c.id == request_id).values(values))


def of_responder(connection: Connection, responder_id: int, state: ReliefState) -> Sequence[RequestRow]:
    """A responder's requests in a state, oldest first."""
    mine = relief_request.c.responder_id == responder_id, relief_request.c.state == state.value
    return [_row(row) for row in connection.execute(_shown().where(*mine).order_by(relief_request.c.id))]


def of_citizen(connection: Connection, caller_hash: str, state: ReliefState) -> Sequence[RequestRow]:
    """A citizen's requests in a state, newest first."""
    mine = relief_request.c.caller_hash == caller_hash, relief_request.c.state == state.value
    return [_row(row) for row in connection.execute(_shown().where(*mine).order_by(relief_request.c.opened_at.desc()))]


def offers(connection: Connection, request_ids: Sequence[int]) -> Sequence[OfferRow]:
    """Every offer made for these requests."""
    query = select(relief_offer).where(relief_offer.c.request_id.in_(request_ids)).order_by(relief_offer.c.id)
    return [_offer(row) for row in connection.execute(query)]


def open_offers(connection: Connection, responder_id: int) -> Sequence[OfferRow]:
    """What a responder may answer now, oldest first."""
    mine = relief_offer.c.responder_id == responder_id, relief_offer.c.state == OfferState.OPEN.value
    return [_offer(row) for row in connection.execute(select(relief_offer).where(*mine).order_by(relief_offer.c.id))]


def find_offer(connection: Connection, offer_id: int) -> OfferRow | None:
    row = connection.execute(select(relief_offer).where(relief_offer.c.id == offer_id)).first()
    return _offer(row) if row is not None else None


def last_offer(connection: Connection, responder_id: int, key: int) -> OfferRow | None:
    """The last offer that had this key for this responder, open or not."""
    mine = relief_offer.c.responder_id == responder_id, relief_offer.c.key == key
    row = connection.execute(select(relief_offer).where(*mine).order_by(relief_offer.c.id.desc()).limit(1)).first()
    return _offer(row) if row is not None else None


def offer(connection: Connection, new: NewOffer, now: datetime) -> int:
    """Write down that a responder is asked, or is asked again after the offer was withdrawn; the offer's id."""
    row: dict[str, Any] = {name: getattr(new, name) for name in NewOffer.__dataclass_fields__}
    row |= {"state": OfferState.OPEN.value, "offered_at": now, "state_at": now}
    same = relief_offer.c.request_id == new.request_id, relief_offer.c.responder_id == new.responder_id
    if not insert_once(connection, relief_offer, row):
        connection.execute(update(relief_offer).where(*same).values(row))
    made: int = connection.execute(select(relief_offer.c.id).where(*same)).scalar_one()
    return made


def move_offers(connection: Connection, where: Any, state: OfferState, now: datetime) -> int:
    """Put offers in a state; how many."""
    return connection.execute(update(relief_offer).where(where).values(state=state.value, state_at=now)).rowcount


def note(connection: Connection, request_id: int, event: ReliefEvent) -> None:
    """Add a line to the trail; lines are never changed."""
    row = {"at": event.at, "actor": event.actor, "kind": event.kind, "note": event.note[:200]}
    connection.execute(relief_event.insert().values(request_id=request_id, **row))


def trail(connection: Connection, request_id: int) -> Sequence[ReliefEvent]:
    """A request's events, oldest first."""
    query = select(relief_event).where(relief_event.c.request_id == request_id).order_by(relief_event.c.id)
    return [ReliefEvent(row.at, row.actor, row.kind, row.note) for row in connection.execute(query)]


def count_kind(connection: Connection, request_id: int, kind: str) -> int:
    """How often something happened to a request."""
    mine = relief_event.c.request_id == request_id, relief_event.c.kind == kind
    return connection.execute(select(func.count()).where(*mine)).scalar_one()


def number_of(connection: Connection, caller_hash: str) -> bytes | None:
    """The sealed number of a citizen or responder."""
    return connection.execute(select(caller.c.phone_enc).where(caller.c.phone_hash == caller_hash)).scalar_one_or_none()


def _shown() -> Any:
    return select(relief_request, ticket.c.number).join(ticket, relief_request.c.ticket_id == ticket.c.id)


def _row(row: Row[Any]) -> RequestRow:
    plain = {name: getattr(row, name) for name in RequestRow.__dataclass_fields__ if name != "state"}
    return RequestRow(**plain, state=ReliefState(row.state))


def _offer(row: Row[Any]) -> OfferRow:
    plain = {name: getattr(row, name) for name in OfferRow.__dataclass_fields__ if name != "state"}
    return OfferRow(**plain, state=OfferState(row.state))
