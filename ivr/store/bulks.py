"""Acts on many tickets: which were frozen at the preview, what became of each. Rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from ivr.store.schema_tickets import ticket_bulk, ticket_bulk_item


@dataclass(frozen=True, slots=True)
class BulkRow:
    """`state`: preview, running or done. `waiting`: tickets still to be done; `results`: "ok" or a code -> how many."""

    id: int
    actor: str
    state: str
    made_at: datetime
    ended_at: datetime | None
    waiting: int
    results: Mapping[str, int]


def add(connection: Connection, actor: str, officer_id: int | None, plain: Mapping[str, Any], now: datetime) -> int:
    """A preview; gives its id."""
    row = {"actor": actor, "officer_id": officer_id, "deed": dict(plain), "state": "preview", "made_at": now}
    added = connection.execute(ticket_bulk.insert().values(row).returning(ticket_bulk.c.id))
    bulk_id: int = added.scalar_one()
    return bulk_id


def add_items(connection: Connection, bulk_id: int, items: Sequence[tuple[int, int, str | None]]) -> None:
    """(ticket, version, why it cannot be done or None)."""
    rows = [{"bulk_id": bulk_id, "ticket_id": one, "version": version, "result": why} for one, version, why in items]
    if rows:
        connection.execute(ticket_bulk_item.insert(), rows)


def begin(connection: Connection, bulk_id: int, now: datetime) -> bool:
    """True for whoever starts it first."""
    waits = ticket_bulk.c.id == bulk_id, ticket_bulk.c.state == "preview"
    return connection.execute(update(ticket_bulk).where(*waits).values(state="running", begun_at=now)).rowcount == 1


def end(connection: Connection, bulk_id: int, now: datetime) -> None:
    connection.execute(update(ticket_bulk).where(ticket_bulk.c.id == bulk_id).values(state="done", ended_at=now))


def deed(connection: Connection, bulk_id: int) -> dict[str, Any]:
    """What is done and by whom, as it was given to `add`."""
    query = select(ticket_bulk.c.deed).where(ticket_bulk.c.id == bulk_id)
    plain: dict[str, Any] = connection.execute(query).scalar_one()
    return plain


def todo(connection: Connection, bulk_id: int, limit: int) -> list[tuple[int, int, int]]:
    """(item, ticket, version) still to be done."""
    item = ticket_bulk_item.c
    query = select(item.id, item.ticket_id, item.version).where(item.bulk_id == bulk_id, item.result.is_(None))
    return [(row.id, row.ticket_id, row.version) for row in connection.execute(query.order_by(item.id).limit(limit))]


def result(connection: Connection, item_id: int, said: str) -> None:
    connection.execute(update(ticket_bulk_item).where(ticket_bulk_item.c.id == item_id).values(result=said))


def find(connection: Connection, bulk_id: int) -> BulkRow:
    """NoResultFound where there is none."""
    row = connection.execute(select(ticket_bulk).where(ticket_bulk.c.id == bulk_id)).one()
    item = ticket_bulk_item.c
    counted = select(item.result, func.count()).where(item.bulk_id == bulk_id).group_by(item.result)
    found: dict[str | None, int] = {one[0]: one[1] for one in connection.execute(counted)}
    waiting = found.pop(None, 0)
    results = {said: count for said, count in found.items() if said is not None}
    return BulkRow(row.id, row.actor, row.state, row.made_at, row.ended_at, waiting, results)
