"""Changes of responders by the desk, with what each was before, and taking the last of them back. Rows.

Functions take the connection. A batch is what one command did, however many responders it touched.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, exists, select, update

from ivr.store import responders
from ivr.store.responders import ResponderRow
from ivr.store.schema_enrolment import responder_change
from ivr.store.schema_relief import relief_offer, responder, stock

_KEPT = ("kind", "name", "district", "area", "language", "by_call", "at_once", "state", "registered_by")


@dataclass(frozen=True, slots=True)
class Undone:
    """How many responders are as they were before, and how many could only be stopped, for they were asked already."""

    restored: int
    removed: int
    stopped: int


def before(connection: Connection, caller_hash: str) -> dict[str, Any] | None:
    """A responder as they stand, for `note`; None where there is none."""
    row = connection.execute(select(responder).where(responder.c.caller_hash == caller_hash)).first()
    if row is None:
        return None
    has = [[item, detail, count] for (item, detail), count in responders.stock_of(connection, row.id).items()]
    return {**{name: getattr(row, name) for name in _KEPT}, "stock": has}


def note(connection: Connection, batch: str, one: ResponderRow, was: dict[str, Any] | None, now: datetime) -> None:
    """Remember what `one` was before this change."""
    connection.execute(responder_change.insert().values(batch=batch, responder_id=one.id, at=now, before=was))


def undo_last(connection: Connection, now: datetime) -> Undone | None:
    """Take the newest batch back, newest change first; None where nothing is left to take back."""
    c = responder_change.c
    newest = select(c.batch).where(c.undone_at.is_(None)).order_by(c.id.desc()).limit(1)
    batch = connection.execute(newest).scalar_one_or_none()
    if batch is None:
        return None
    counted = {"restored": 0, "removed": 0, "stopped": 0}
    changes = select(responder_change).where(c.batch == batch, c.undone_at.is_(None)).order_by(c.id.desc())
    for row in connection.execute(changes).all():
        connection.execute(update(responder_change).where(c.id == row.id).values(undone_at=now))
        counted[_taken_back(connection, row.responder_id, row.before, now)] += 1
    return Undone(**counted)


def _taken_back(connection: Connection, responder_id: int, was: dict[str, Any] | None, now: datetime) -> str:
    if was is None:
        asked = exists().where(relief_offer.c.responder_id == responder_id)
        if connection.execute(delete(responder).where(responder.c.id == responder_id, ~asked)).rowcount:
            return "removed"
        responders.pause(connection, responder_id, paused=True)
        return "stopped"
    values = {name: was[name] for name in _KEPT}
    connection.execute(update(responder).where(responder.c.id == responder_id).values(values))
    connection.execute(delete(stock).where(stock.c.responder_id == responder_id))
    for item, detail, quantity in was["stock"]:
        line = {"responder_id": responder_id, "item": item, "detail": detail, "quantity": quantity}
        connection.execute(stock.insert().values(**line, changed_at=now))
    return "restored"
