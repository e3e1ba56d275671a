"""What citizens think of calls and tickets: one to five stars. Functions take the connection."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from ivr.store.database import insert_once
from ivr.store.schema_feedback import rating


@dataclass(frozen=True, slots=True)
class NewRating:
    """`key` names what is rated: rated once for each. `channel`: call or sms."""

    key: str
    stars: int
    channel: str
    call_sid: str | None = None
    ticket_id: int | None = None
    service: str | None = None
    department: str | None = None
    district: str | None = None


@dataclass(frozen=True, slots=True)
class Stars:
    """`average` of `count` ratings."""

    count: int
    average: float


def add_once(connection: Connection, new: NewRating, now: datetime) -> bool:
    """Keep a rating; false where this was rated before."""
    row: dict[str, Any] = {name: getattr(new, name) for name in NewRating.__dataclass_fields__}
    return insert_once(connection, rating, {**row, "at": now})


def by_department(connection: Connection, since: datetime, until: datetime) -> Mapping[str, Stars]:
    """Department ("" where none was concerned) -> its ratings."""
    name = func.coalesce(rating.c.department, "")
    within = rating.c.at >= since, rating.c.at < until
    query = select(name.label("department"), func.count().label("count"), func.avg(rating.c.stars).label("average"))
    rows = connection.execute(query.where(*within).group_by(name))
    return {row.department: Stars(row[1], float(row.average)) for row in rows}
