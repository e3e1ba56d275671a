"""Daily figures: rolled up, and read with the days that are not yet counted live. Rows; charts are the console's."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, case, delete, func, select

from ivr.core.clock import INDIA
from ivr.store import measures
from ivr.store.measures import MEASURES
from ivr.store.schema_daily import daily
from ivr.store.schema_relief import relief_request

AGAIN_DAYS = 40  # a ticket's day changes while the ticket lives
LIVE_DAYS = 3  # so many days at most are counted while somebody waits


@dataclass(frozen=True, slots=True)
class Figure:
    """Part and whole of a measure; `value` None where nothing was counted."""

    part: float = 0.0
    whole: float = 0.0

    @property
    def value(self) -> float | None:
        return self.part / self.whole if self.whole else None

    def __add__(self, other: "Figure") -> "Figure":
        return Figure(self.part + other.part, self.whole + other.whole)


Table = Mapping[str, Mapping[str, Figure]]


def midnight(day: date) -> datetime:
    """When a day begins in India."""
    return datetime.combine(day, time(0), INDIA)


def roll_up(connection: Connection, first: date, last: date) -> int:
    """Count the days from `first` to `last` anew; how many figures there are."""
    between = daily.c.day >= first.isoformat(), daily.c.day <= last.isoformat()
    connection.execute(delete(daily).where(*between))
    rows = [
        {"day": day, "district": district, "measure": name, "part": part, "whole": whole}
        for name in MEASURES
        for day, district, part, whole in measures.per_day(
            connection, name, midnight(first), midnight(last + timedelta(days=1))
        )
    ]
    if rows:
        connection.execute(daily.insert(), rows)
    return len(rows)


def newest(connection: Connection) -> date | None:
    """The last day that was rolled up."""
    found = connection.execute(select(func.max(daily.c.day))).scalar_one_or_none()
    return date.fromisoformat(found) if found else None


def by_day(connection: Connection, days: Sequence[date], district: str | None, now: datetime) -> Table:
    """Measure -> day -> figure over `days` (in order, whole), of a district or of all. The newest days that are not
    rolled up are counted now; measures that settle later have no figure until they do."""
    found: dict[str, dict[str, Figure]] = {name: {} for name in MEASURES}
    for name, day, _, figure in _all(connection, days, district, now):
        found[name][day] = found[name].get(day, Figure()) + figure
    return found


def by_district(connection: Connection, days: Sequence[date], now: datetime) -> Table:
    """District -> measure -> figure over `days`."""
    found: dict[str, dict[str, Figure]] = defaultdict(dict)
    for name, _, district, figure in _all(connection, days, None, now):
        found[district][name] = found[district].get(name, Figure()) + figure
    return found


def _all(
    connection: Connection, days: Sequence[date], district: str | None, now: datetime
) -> list[tuple[str, str, str, Figure]]:
    rolled = newest(connection)
    live = [day for day in days[-LIVE_DAYS:] if rolled is None or day > rolled or day >= now.astimezone(INDIA).date()]
    kept = [day for day in days if day not in live]
    rows = _kept(connection, kept, district) if kept else []
    if live:
        rows += _live(connection, live, district)
    return [row for row in rows if _settled(row[0], row[1], now)]


def _kept(connection: Connection, days: Sequence[date], district: str | None) -> list[tuple[str, str, str, Figure]]:
    query = select(daily).where(daily.c.day >= days[0].isoformat(), daily.c.day <= days[-1].isoformat())
    if district is not None:
        query = query.where(daily.c.district == district)
    rows = connection.execute(query)
    return [(r.measure, r.day, r.district, Figure(r.part, r.whole)) for r in rows if r.measure in MEASURES]


def _live(connection: Connection, days: Sequence[date], district: str | None) -> list[tuple[str, str, str, Figure]]:
    since, until = midnight(days[0]), midnight(days[-1] + timedelta(days=1))
    return [
        (name, day, place, Figure(part, whole))
        for name in MEASURES
        for day, place, part, whole in measures.per_day(connection, name, since, until)
        if district is None or place == district
    ]


def _settled(name: str, day: str, now: datetime) -> bool:
    ends = midnight(date.fromisoformat(day) + timedelta(days=1))
    return not MEASURES[name].settles or ends + MEASURES[name].settles <= now


def relief_spread(connection: Connection, days: Sequence[date], district: str | None) -> float | None:
    """How evenly relief reached the areas that asked: Jain's index of the share served (1: all alike, 1/n: one area
    has it all; Jain, Chiu and Hawe 1984). None where nothing was asked."""
    r = relief_request.c
    served = func.sum(case((r.state.in_(("delivered", "confirmed")), 1), else_=0))
    ends = midnight(days[-1] + timedelta(days=1))
    query = select(r.district, r.area, served, func.count())
    query = query.where(r.opened_at >= midnight(days[0]), r.opened_at < ends, r.state != "cancelled")
    if district is not None:
        query = query.where(r.district == district)
    shares = [row[2] / row[3] for row in connection.execute(query.group_by(r.district, r.area))]
    squares = sum(share * share for share in shares)
    return sum(shares) ** 2 / (len(shares) * squares) if squares else (None if not shares else 0.0)
