"""Short links of SMS: a code that leads to a service's or a ticket's page until it expires."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from ivr.store.database import insert_once
from ivr.store.schema import link


@dataclass(frozen=True, slots=True)
class Link:
    """Where a code leads: a service, a ticket, or both."""

    code: str
    service: str | None
    ticket_id: int | None
    call_sid: str | None
    language: str
    expires_at: datetime


def add(connection: Connection, new: Link, now: datetime) -> bool:
    """False when the code is taken."""
    row = {name: getattr(new, name) for name in Link.__dataclass_fields__}
    return insert_once(connection, link, {**row, "made_at": now})


def follow(connection: Connection, code: str, now: datetime) -> Link | None:
    """The link, counted as opened; None when there is no such code. It may have expired."""
    row = connection.execute(select(link).where(link.c.code == code)).first()
    if row is None:
        return None
    opened = {"opened": link.c.opened + 1, "first_opened_at": func.coalesce(link.c.first_opened_at, now)}
    connection.execute(update(link).where(link.c.code == code).values(opened))
    return Link(**{name: getattr(row, name) for name in Link.__dataclass_fields__})
