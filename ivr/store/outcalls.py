"""Calls that we are to make: call backs that were promised, and answers to missed calls. Rows; the desk has the rules.

Functions take the connection, so that the row and the job that places the call are one transaction.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, select, update

from ivr.store.database import insert_once
from ivr.store.schema import caller, outcall


class Purpose(StrEnum):
    """`callback`: to be connected to a person. `missed`: the caller rang the number that is never answered. `offer`: a
    responder is asked whether they can bring help; `urgent`: the same at any hour. `received`: a citizen is asked
    whether help came. `confirm`: a citizen is asked whether a complaint is solved."""

    CALLBACK = "callback"
    MISSED = "missed"
    OFFER = "offer"
    URGENT = "urgent"
    RECEIVED = "received"
    CONFIRM = "confirm"


class OutcallState(StrEnum):
    WAITING = "waiting"
    RINGING = "ringing"
    ANSWERED = "answered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class OutcallRow:
    """A call to be made; whom to stands sealed in the caller's row."""

    id: int
    key: str
    caller_hash: str | None
    call_sid: str | None
    purpose: Purpose
    state: OutcallState
    tries: int
    carrier_sid: str | None
    asked_at: datetime


def add(
    connection: Connection, key: str, purpose: Purpose, caller_hash: str, call_sid: str | None, now: datetime
) -> int | None:
    """The id of a new row; None where this command has its row already."""
    row: dict[str, Any] = {"key": key, "purpose": purpose.value, "caller_hash": caller_hash, "call_sid": call_sid}
    row |= {"state": OutcallState.WAITING.value, "asked_at": now, "state_at": now}
    if not insert_once(connection, outcall, row):
        return None
    added: int = connection.execute(select(outcall.c.id).where(outcall.c.key == key)).scalar_one()
    return added


def find(connection: Connection, *, outcall_id: int | None = None, carrier_sid: str | None = None) -> OutcallRow | None:
    """One row, by its id or by the carrier's sid of its last try."""
    query = select(outcall)
    if outcall_id is not None:
        query = query.where(outcall.c.id == outcall_id)
    else:
        query = query.where(outcall.c.carrier_sid == carrier_sid)
    row = connection.execute(query).first()
    return _row(row) if row is not None else None


def ringing_to(connection: Connection, caller_hash: str) -> OutcallRow | None:
    """The call that rings a caller now."""
    query = select(outcall).where(outcall.c.caller_hash == caller_hash, outcall.c.state == OutcallState.RINGING.value)
    row = connection.execute(query.order_by(outcall.c.id.desc()).limit(1)).first()
    return _row(row) if row is not None else None


def asked_since(connection: Connection, caller_hash: str, purpose: Purpose, since: datetime) -> bool:
    """Whether a call of this kind was asked for lately."""
    mine = outcall.c.caller_hash == caller_hash, outcall.c.purpose == purpose.value
    query = select(outcall.c.id).where(*mine, outcall.c.asked_at > since).limit(1)
    return connection.execute(query).first() is not None


def receiver(connection: Connection, outcall_id: int) -> bytes | None:
    """The sealed number to ring."""
    joined = select(caller.c.phone_enc).join(outcall, outcall.c.caller_hash == caller.c.phone_hash)
    return connection.execute(joined.where(outcall.c.id == outcall_id)).scalar_one_or_none()


def move(connection: Connection, outcall_id: int, state: OutcallState, now: datetime, **more: Any) -> None:
    """Put the row in a state; `more` are `tries` and `carrier_sid`."""
    values = {"state": state.value, "state_at": now, **more}
    connection.execute(update(outcall).where(outcall.c.id == outcall_id).values(values))


def _row(row: Row[Any]) -> OutcallRow:
    names = [name for name in OutcallRow.__dataclass_fields__ if name not in {"purpose", "state"}]
    plain = {name: getattr(row, name) for name in names}
    return OutcallRow(**plain, purpose=Purpose(row.purpose), state=OutcallState(row.state))
