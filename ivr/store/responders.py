"""Who can bring help, and what they have. Rows; the desk has the rules. Functions take the connection."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select, update

from ivr.core.phone import mask
from ivr.store.database import insert_once
from ivr.store.schema import caller
from ivr.store.schema_relief import relief_offer, relief_request, responder, stock

KINDS = ("chemist", "retailer", "volunteer", "ngo", "donor")


@dataclass(frozen=True, slots=True)
class NewResponder:
    """`area`: PIN code, "" not known. `by_call`: asked by a call, else by SMS. `at_once`: requests in hand."""

    caller_hash: str
    kind: str
    district: str
    language: str
    registered_by: str
    name: str = ""
    area: str = ""
    by_call: bool = False
    at_once: int = 2


@dataclass(frozen=True, slots=True)
class ResponderRow:
    """A responder as shown to people; the number masked."""

    id: int
    caller_hash: str
    kind: str
    name: str
    district: str
    area: str
    language: str
    by_call: bool
    at_once: int
    state: str
    phone: str


def add(connection: Connection, new: NewResponder, now: datetime) -> ResponderRow:
    """The responder with this number, made or brought up to date. A name once given is kept where none is given."""
    values = {name: getattr(new, name) for name in NewResponder.__dataclass_fields__}
    values |= {"state": "active", "registered_at": now}
    if not insert_once(connection, responder, values):
        kept = {name: value for name, value in values.items() if name != "name" or value}
        connection.execute(update(responder).where(responder.c.caller_hash == new.caller_hash).values(kept))
    found = of_caller(connection, new.caller_hash)
    assert found is not None
    return found


def of_caller(connection: Connection, caller_hash: str) -> ResponderRow | None:
    row = connection.execute(_shown().where(responder.c.caller_hash == caller_hash)).first()
    return _row(row) if row is not None else None


def find(connection: Connection, responder_id: int) -> ResponderRow | None:
    row = connection.execute(_shown().where(responder.c.id == responder_id)).first()
    return _row(row) if row is not None else None


def listed(connection: Connection, district: str | None, limit: int = 100, after: int = 0) -> Sequence[ResponderRow]:
    """The responders of a district by area, or those of everywhere by id, from after that id on."""
    if district is None:
        query = _shown().where(responder.c.id > after).order_by(responder.c.id)
    else:
        query = _shown().where(responder.c.district == district).order_by(responder.c.area, responder.c.id)
    return [_row(row) for row in connection.execute(query.limit(limit))]


def pause(connection: Connection, responder_id: int, paused: bool) -> None:
    """Ask this responder no more, or again."""
    state = "paused" if paused else "active"
    connection.execute(update(responder).where(responder.c.id == responder_id).values(state=state))


def keep_stock(
    connection: Connection, responder_id: int, item: str, quantities: Mapping[str, int | None], now: datetime
) -> None:
    """What a responder has of an item now: detail -> quantity (None: no limit known). What is not named is gone."""
    mine = and_(stock.c.responder_id == responder_id, stock.c.item == item)
    connection.execute(stock.delete().where(mine))
    for detail, quantity in quantities.items():
        row = {"responder_id": responder_id, "item": item, "detail": detail, "quantity": quantity, "changed_at": now}
        connection.execute(stock.insert().values(row))


def keep_items(connection: Connection, responder_id: int, items: Collection[str]) -> None:
    """Of any other item nothing is left."""
    connection.execute(stock.delete().where(stock.c.responder_id == responder_id, stock.c.item.not_in(items)))


def stock_of(connection: Connection, responder_id: int) -> Mapping[tuple[str, str], int | None]:
    """(item, detail) -> quantity."""
    rows = connection.execute(select(stock).where(stock.c.responder_id == responder_id))
    return {(row.item, row.detail): row.quantity for row in rows}


def take(connection: Connection, responder_id: int, item: str, details: Sequence[str], quantity: int) -> str | None:
    """Take `quantity` from the first of `details` that has as much; the detail, None where none has (any more)."""
    for detail in details:
        mine = stock.c.responder_id == responder_id, stock.c.item == item, stock.c.detail == detail
        enough = or_(stock.c.quantity.is_(None), stock.c.quantity >= quantity)
        left = stock.c.quantity - quantity  # NULL stays NULL
        if connection.execute(update(stock).where(*mine, enough).values(quantity=left)).rowcount:
            return detail
    return None


def put_back(connection: Connection, responder_id: int, item: str, details: Sequence[str], quantity: int) -> None:
    """Give back what was taken for a request that came to nothing, where it is still kept."""
    for detail in details:
        mine = stock.c.responder_id == responder_id, stock.c.item == item, stock.c.detail == detail
        if connection.execute(update(stock).where(*mine).values(quantity=stock.c.quantity + quantity)).rowcount:
            return


def candidates(
    connection: Connection, item: str, districts: Collection[str], prefixes: Collection[str]
) -> Sequence[Row[Any]]:
    """Active responders who have the item, of these districts or with a PIN code that begins with one of `prefixes`;
    each row a stock line, the responders locked. `busy`: claims in hand and offers open."""
    open_offers = _count(relief_offer, relief_offer.c.state == "open")
    claims = _count(relief_request, relief_request.c.state == "claimed")
    begins = (responder.c.area.startswith(prefix, autoescape=True) for prefix in sorted(prefixes))
    near = or_(responder.c.district.in_(sorted(districts)), *begins)
    columns = (responder, stock.c.detail, stock.c.quantity, (open_offers + claims).label("busy"))
    joined = select(*columns).join(stock, stock.c.responder_id == responder.c.id)
    mine = near, responder.c.state == "active", stock.c.item == item
    query = joined.where(*mine).order_by(responder.c.id).with_for_update(of=responder, key_share=True)
    return connection.execute(query).all()


def _count(table: Any, state: Any) -> Any:
    query = select(func.count()).select_from(table).where(table.c.responder_id == responder.c.id, state)
    return query.correlate(responder).scalar_subquery()


def _shown() -> Any:
    return select(responder, caller.c.last4).join(caller, responder.c.caller_hash == caller.c.phone_hash)


def _row(row: Row[Any]) -> ResponderRow:
    names = [name for name in ResponderRow.__dataclass_fields__ if name != "phone"]
    return ResponderRow(**{name: getattr(row, name) for name in names}, phone=mask(row.last4))
