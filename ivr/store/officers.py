"""The officers' directory: posts with whoever holds them now. Rows; who gets a ticket is `ivr.desk.rules.assignment`.

Functions take the connection. An officer's telephone is kept as a caller's is: sealed, found by keyed hash.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, update

from ivr.core.phone import mask
from ivr.store.database import insert_once
from ivr.store.schema import caller
from ivr.store.schema_tickets import officer, ticket


@dataclass(frozen=True, slots=True)
class NewPost:
    """A line of the imported directory. `caller_hash`: the holder's telephone, None where there is none."""

    key: str
    level: int
    role: str
    department: str
    place_path: str
    name: str
    caller_hash: str | None
    language: str | None
    user_name: str | None


@dataclass(frozen=True, slots=True)
class OfficerRow:
    """A post; `phone` masked, "" where none is known. `name` "" where the post is vacant."""

    id: int
    key: str
    level: int
    role: str
    department: str
    place_path: str
    name: str
    caller_hash: str | None
    language: str | None
    user_name: str | None
    active: bool
    phone: str


def put(connection: Connection, new: NewPost, now: datetime) -> str:
    """Write a post down: "added", "changed" or "same"."""
    values: dict[str, Any] = {name: getattr(new, name) for name in NewPost.__dataclass_fields__}
    if insert_once(connection, officer, {**values, "active": True, "changed_at": now}):
        return "added"
    known = connection.execute(select(officer).where(officer.c.key == new.key)).one()
    if known.active and all(getattr(known, name) == value for name, value in values.items()):
        return "same"
    mine = officer.c.key == new.key
    connection.execute(update(officer).where(mine).values(**values, active=True, changed_at=now))
    return "changed"


def retire_others(connection: Connection, keys: Sequence[str], now: datetime) -> int:
    """Posts that a whole new directory does not name get no more tickets; theirs climb by the clock."""
    gone = officer.c.active, officer.c.key.not_in(keys)
    return connection.execute(update(officer).where(*gone).values(active=False, changed_at=now)).rowcount


def find(connection: Connection, officer_id: int) -> OfficerRow | None:
    row = connection.execute(_shown().where(officer.c.id == officer_id)).first()
    return _row(row) if row is not None else None


def by_key(connection: Connection, key: str) -> OfficerRow | None:
    """An active post by its key, capitals or not."""
    mine = func.lower(officer.c.key) == key.lower(), officer.c.active
    row = connection.execute(_shown().where(*mine)).first()
    return _row(row) if row is not None else None


def listed(connection: Connection, place: str = "", active: bool = True) -> Sequence[OfficerRow]:
    """All posts, by level and place; those of `place` and below it where it is given."""
    query = _shown().order_by(officer.c.level, officer.c.place_path, officer.c.department, officer.c.id)
    if active:
        query = query.where(officer.c.active)
    if place:
        query = query.where(below(officer.c.place_path, place))
    return [_row(row) for row in connection.execute(query)]


def of_caller(connection: Connection, caller_hash: str) -> Sequence[OfficerRow]:
    """The posts whose holder has this telephone."""
    mine = officer.c.caller_hash == caller_hash, officer.c.active
    return [_row(row) for row in connection.execute(_shown().where(*mine).order_by(officer.c.id))]


def of_user(connection: Connection, user_name: str) -> Sequence[OfficerRow]:
    """The posts of a user of the console."""
    mine = officer.c.user_name == user_name, officer.c.active
    return [_row(row) for row in connection.execute(_shown().where(*mine).order_by(officer.c.id))]


def fitting(connection: Connection, department: str, places: Sequence[str]) -> Sequence[Row[Any]]:
    """Posts that may get a ticket of `department` at one of `places` (the ticket's and all above), each with `load`,
    its open tickets."""
    values = {"departments": ["", department], "places": list(places)}
    return connection.execute(_FITTING, values).all()


# Built once: to build a statement costs more than to run it.
_LOAD = select(func.count()).where(ticket.c.officer_id == officer.c.id, ticket.c.state != "closed").scalar_subquery()
_FITTING = select(officer, _LOAD.label("load")).where(
    officer.c.department.in_(bindparam("departments", expanding=True)),
    officer.c.place_path.in_(bindparam("places", expanding=True)),
    officer.c.active,
)


def below(column: Any, place: str) -> Any:
    """`column` is `place` or below it, as a range that an index serves."""
    return (column == place) | ((column >= f"{place}.") & (column < f"{place}/"))


def _shown() -> Any:
    return select(officer, caller.c.last4).join_from(
        officer, caller, officer.c.caller_hash == caller.c.phone_hash, isouter=True
    )


def _row(row: Row[Any]) -> OfficerRow:
    plain = {name: getattr(row, name) for name in OfficerRow.__dataclass_fields__ if name != "phone"}
    return OfficerRow(**plain, phone=mask(row.last4 or ""))
