"""How relief stands in a district: who waits, who brings, how evenly help is spread, where a donor should go.

Reads only. Functions with a connection are for transactions of others; `Board` is for pages.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, func, select

from ivr.desk.relief_rules import evenness
from ivr.store import relief, responders
from ivr.store.database import Database
from ivr.store.relief import ReliefEvent, ReliefState, RequestRow
from ivr.store.responders import ResponderRow
from ivr.store.schema_relief import relief_request

_HELPED = (ReliefState.CLAIMED, ReliefState.DELIVERED, ReliefState.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Area:
    """A ward (PIN code; "" where none was given): requests by state since the period began."""

    area: str
    waiting: int
    claimed: int
    delivered: int
    confirmed: int
    desk: int

    @property
    def requested(self) -> int:
        return self.waiting + self.claimed + self.delivered + self.confirmed + self.desk

    @property
    def share(self) -> float:
        """The part of its requests that somebody has taken on."""
        return (self.claimed + self.delivered + self.confirmed) / self.requested if self.requested else 0.0


@dataclass(frozen=True, slots=True)
class Spread:
    """A district by its areas. `even`: 1 where every area gets the same part of what it asked for (Jain's index)."""

    areas: tuple[Area, ...]
    even: float


@dataclass(frozen=True, slots=True)
class Need:
    """Where most wait for something."""

    item: str
    district: str
    area: str
    waiting: int


class Board:
    """A district's relief for a page of the console. Blocking."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def spread(self, district: str, since: datetime, item: str | None = None) -> Spread:
        """Areas by name, and how evenly they are helped."""
        with self._db.read() as connection:
            areas = _areas(connection, district, since, item)
        return Spread(areas, evenness([one.share for one in areas]))

    def requests(self, district: str, state: ReliefState, limit: int = 100) -> tuple[RequestRow, ...]:
        """Requests in a state, oldest first."""
        with self._db.read() as connection:
            return tuple(relief.in_state(connection, district, state, limit))

    def request(self, number: str) -> tuple[RequestRow, tuple[ReliefEvent, ...]] | None:
        """The request of a ticket with its trail."""
        with self._db.read() as connection:
            row = relief.by_number(connection, number)
            return (row, tuple(relief.trail(connection, row.id))) if row is not None else None

    def responders(self, district: str, limit: int = 100) -> tuple[ResponderRow, ...]:
        """Who can bring help, by area."""
        with self._db.read() as connection:
            return tuple(responders.listed(connection, district, limit))


def steer(connection: Connection, district: str, item: str) -> Need | None:
    """Where what somebody can give is needed most: in the district the area where most wait for it, those that went to
    the desk included; where nobody waits for it, for anything else. None where nobody waits at all."""
    return _most(connection, district, item) or _most(connection, district, None)


def _most(connection: Connection, district: str, item: str | None) -> Need | None:
    open_ones = relief_request.c.state.in_([ReliefState.WAITING.value, ReliefState.DESK.value])
    mine = [relief_request.c.district == district, open_ones]
    if item is not None:
        mine.append(relief_request.c.item == item)
    count, oldest = func.count().label("count"), func.min(relief_request.c.opened_at)
    query = select(relief_request.c.item, relief_request.c.area, count).where(*mine)
    grouped = query.group_by(relief_request.c.item, relief_request.c.area)
    row = connection.execute(grouped.order_by(count.desc(), oldest, relief_request.c.area).limit(1)).first()
    return Need(row.item, district, row.area, row[2]) if row is not None else None


def _areas(connection: Connection, district: str, since: datetime, item: str | None) -> tuple[Area, ...]:
    def counted(state: ReliefState) -> object:
        return func.sum(case((relief_request.c.state == state.value, 1), else_=0)).label(state.value)

    states = (ReliefState.WAITING, *_HELPED, ReliefState.DESK)
    columns = [counted(state) for state in states]
    query = select(relief_request.c.area, *columns).where(
        relief_request.c.district == district, relief_request.c.opened_at >= since
    )
    if item is not None:
        query = query.where(relief_request.c.item == item)
    rows = connection.execute(query.group_by(relief_request.c.area).order_by(relief_request.c.area))
    return tuple(Area(row.area, *(int(getattr(row, state.value)) for state in states)) for row in rows)
