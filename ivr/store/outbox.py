"""The SMS outbox: one row for every SMS that was wanted, sent or not, with what became of it.

Functions take the connection, so that the row and the job that sends it are one transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, select, update

from ivr.core.phone import mask
from ivr.store.database import insert_once
from ivr.store.schema import caller, sms


class SmsState(StrEnum):
    """Where an SMS is. `sent`: the carrier has taken it; `skipped`: not sent on purpose, the row says why."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    SKIPPED = "skipped"


# Reports come twice and out of order; a state only gives way to a later one.
_ORDER = {SmsState.QUEUED: 0, SmsState.SENT: 1}
_FINAL = 2


@dataclass(frozen=True, slots=True)
class NewSms:
    """An SMS to be sent. `key` names the command; the same key never makes two. `skipped`: why it is not sent."""

    key: str
    call_sid: str | None
    ticket_id: int | None
    caller_hash: str | None
    to_enc: bytes | None
    template: str
    language: str
    body: str
    segments: int
    skipped: str | None = None


@dataclass(frozen=True, slots=True)
class SmsRow:
    """An SMS as shown to people: the receiver masked, the body personal."""

    id: int
    to: str
    template: str
    language: str
    body: str
    segments: int
    state: SmsState
    reason: str | None
    carrier_sid: str | None
    attempts: int
    queued_at: datetime
    sent_at: datetime | None


def add_once(connection: Connection, new: NewSms, now: datetime) -> tuple[SmsRow, bool]:
    """The row of this command, and whether it was added now."""
    state = SmsState.SKIPPED if new.skipped else SmsState.QUEUED
    row = {name: getattr(new, name) for name in NewSms.__dataclass_fields__ if name != "skipped"}
    added = insert_once(
        connection, sms, {**row, "state": state.value, "reason": new.skipped, "queued_at": now, "state_at": now}
    )
    found = connection.execute(_shown().where(sms.c.key == new.key)).one()
    return _row(found), added


def find(connection: Connection, *, sms_id: int | None = None, key: str | None = None) -> SmsRow | None:
    """One SMS by its id or the key of its command."""
    query = _shown().where(sms.c.id == sms_id if sms_id is not None else sms.c.key == key)
    row = connection.execute(query).first()
    return _row(row) if row is not None else None


def receiver(connection: Connection, sms_id: int) -> bytes | None:
    """The sealed number that an SMS goes to."""
    return connection.execute(select(sms.c.to_enc).where(sms.c.id == sms_id)).scalar_one_or_none()


def attempted(connection: Connection, sms_id: int) -> None:
    """Count an attempt, before the carrier is asked."""
    connection.execute(update(sms).where(sms.c.id == sms_id).values(attempts=sms.c.attempts + 1))


def sent(connection: Connection, sms_id: int, carrier_sid: str, now: datetime) -> None:
    """The carrier has taken the SMS under this sid."""
    kept = {"state": SmsState.SENT.value, "carrier_sid": carrier_sid, "sent_at": now, "state_at": now, "reason": None}
    connection.execute(update(sms).where(sms.c.id == sms_id).values(kept))


def failed(connection: Connection, sms_id: int, reason: str, now: datetime) -> None:
    """The SMS will not be sent; `reason` is an error's code."""
    kept = {"state": SmsState.FAILED.value, "reason": reason, "state_at": now}
    connection.execute(update(sms).where(sms.c.id == sms_id).values(kept))


def reported(connection: Connection, carrier_sid: str, state: SmsState, reason: str | None, now: datetime) -> bool:
    """The carrier's report on an SMS. False if no SMS has this sid (yet)."""
    row = connection.execute(select(sms.c.id, sms.c.state).where(sms.c.carrier_sid == carrier_sid)).first()
    if row is None:
        return False
    if _ORDER.get(state, _FINAL) > _ORDER.get(SmsState(row.state), _FINAL):
        kept = {"state": state.value, "reason": reason, "state_at": now}
        connection.execute(update(sms).where(sms.c.id == row.id).values(kept))
    return True


def newest(connection: Connection, limit: int = 50) -> Sequence[SmsRow]:
    """The last SMS, newest first."""
    return [_row(row) for row in connection.execute(_shown().order_by(sms.c.id.desc()).limit(limit))]


def of_ticket(connection: Connection, ticket_id: int) -> Sequence[SmsRow]:
    """The SMS about a ticket, oldest first."""
    query = _shown().where(sms.c.ticket_id == ticket_id).order_by(sms.c.id)
    return [_row(row) for row in connection.execute(query)]


def _shown() -> Any:
    return select(sms, caller.c.last4).join_from(sms, caller, sms.c.caller_hash == caller.c.phone_hash, isouter=True)


def _row(row: Row[Any]) -> SmsRow:
    names = [name for name in SmsRow.__dataclass_fields__ if name not in {"to", "state"}]
    plain = {name: getattr(row, name) for name in names}
    return SmsRow(**plain, to=mask(row.last4 or ""), state=SmsState(row.state))
