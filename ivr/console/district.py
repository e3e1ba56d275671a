"""The district at a glance: figures over time as small charts, a table of the same, a file of it, the rows behind each.

Place and range stand in the address; an officer's place is bound. Closed days come from the roll-up, today is counted.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from ivr.console.charts import Chart, chart
from ivr.console.page import Page, Section
from ivr.console.roles import Right
from ivr.console.times import grouped
from ivr.console.visit import Refused, Visit
from ivr.core.clock import india_today
from ivr.store import daily, measures
from ivr.store.daily import Figure
from ivr.store.measures import MEASURES, Behind, Measure, Unit
from ivr.store.queues import Filter

RANGES = (7, 30, 90)
PAGE = 100
COUNTED = ("late", "waiting", "said_no", "human")


@dataclass(frozen=True, slots=True)
class Tile:
    """One measure: its figure over the range, how it changed, its chart, the address of its rows."""

    measure: Measure
    value: str
    change: str
    worse: bool
    chart: Chart
    address: str
    days: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Range:
    """`days`: those shown, in order; `before`: as many before them."""

    length: int
    days: tuple[date, ...]
    before: tuple[date, ...]


def at_a_glance(visit: Visit) -> Response:
    """GET /district."""
    place, span = _place(visit), _range(visit)
    with visit.parts.db.read() as connection:
        now_by_day = daily.by_day(connection, span.days, place, visit.now)
        then_by_day = daily.by_day(connection, span.before, place, visit.now)
        places = {} if place else daily.by_district(connection, span.days, visit.now)
        spread = daily.relief_spread(connection, span.days, place)
        rolled = daily.newest(connection)
    tiles = [_tile(visit, one, span, now_by_day[one.id], then_by_day[one.id], place) for one in MEASURES.values()]
    counts = visit.parts.desk.grievances.counts(Filter(district=place), visit.now, COUNTED)
    return visit.page(
        "district.html",
        tiles=tiles,
        place=place,
        span=span,
        ranges=RANGES,
        counts=counts,
        spread=spread,
        rolled=rolled,
        table=_table(visit, places, span) if not place else (),
        measures=list(MEASURES.values()),
        keys=(),
    )


def _place(visit: Visit) -> str | None:
    wanted = visit.place or visit.query("place")
    if wanted and wanted not in visit.parts.places:
        raise Refused(404, "frame.not_found")
    return wanted or None


def _range(visit: Visit) -> Range:
    length = visit.number("days") or 30
    if length not in RANGES:
        raise Refused(404, "frame.not_found")
    today = india_today(visit.now)
    both = [today - timedelta(days=back) for back in range(2 * length - 1, -1, -1)]
    return Range(length, tuple(both[length:]), tuple(both[:length]))


def _tile(
    visit: Visit, one: Measure, span: Range, now: Mapping[str, Figure], then: Mapping[str, Figure], place: str | None
) -> Tile:
    total, earlier = sum(now.values(), Figure()), sum(then.values(), Figure())
    values = [_value(one, now.get(day.isoformat())) for day in span.days]
    drawn = chart(values, [_value(one, then.get(day.isoformat())) for day in span.before])
    change, worse = _change(one, total, earlier)
    days = [(day.isoformat(), told(one, now.get(day.isoformat()))) for day in span.days]
    return Tile(one, told(one, total), change, worse, drawn, behind_address(one, span.days, place), days)


def _value(one: Measure, figure: Figure | None) -> float | None:
    if figure is None:
        return None
    return figure.whole if one.unit is Unit.COUNT else figure.value


def told(one: Measure, figure: Figure | None) -> str:
    """A figure as people read it."""
    value = _value(one, figure)
    if value is None:
        return "-"
    match one.unit:
        case Unit.COUNT:
            return grouped(value)
        case Unit.SHARE:
            return f"{100 * value:.1f} %" if value < 0.1 else f"{100 * value:.0f} %"
        case Unit.HOURS:
            return f"{value:.1f} h"


def _change(one: Measure, now: Figure, then: Figure) -> tuple[str, bool]:
    """Against the period before: in percent for counts and hours, in points for shares. And whether it got worse."""
    a, b = _value(one, now), _value(one, then)
    if a is None or not b:
        return "", False
    change = 100 * (a - b) if one.unit is Unit.SHARE else 100 * (a - b) / b
    return f"{change:+.1f}" if abs(change) < 10 else f"{change:+.0f}", one.better * change < -1


def behind_address(one: Measure, days: Sequence[date], place: str | None, *, part: bool = True) -> str:
    """Where the rows of a figure are listed."""
    fields = {"since": days[0].isoformat(), "until": days[-1].isoformat(), "place": place or "", "part": int(part)}
    return f"/console/figures/{one.id}?{urlencode({name: value for name, value in fields.items() if value != ''})}"


def _table(visit: Visit, places: daily.Table, span: Range) -> list[dict[str, Any]]:
    """A row for each district that has figures, sorted by the column of the address, the worst or most first."""
    by = visit.query("sort") if visit.query("sort") in MEASURES else "calls"
    rows = []
    for name, of in places.items():
        cells = [(told(m, of.get(m.id)), behind_address(m, span.days, name or None)) for m in MEASURES.values()]
        shown = visit.parts.places.name(name or None, visit.words.lang)
        rows.append({"name": shown, "place": name, "cells": cells, "order": _value(MEASURES[by], of.get(by))})
    falling = MEASURES[by].better <= 0
    return sorted(rows, key=lambda row: (row["order"] is None, (-1 if falling else 1) * (row["order"] or 0)))


def as_file(visit: Visit) -> Response:
    """GET /district.csv: day, district, measure, part, whole. UTF-8 with a byte order mark, which Excel needs."""
    place, span = _place(visit), _range(visit)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["day", "district", "measure", "part", "whole", "value"])
    with visit.parts.db.read() as connection:
        found = daily.by_day(connection, span.days, place, visit.now)
        writer.writerows(_line(day, place or "all", name, days[day]) for name, days in found.items() for day in days)
        if place is None:
            by_district = daily.by_district(connection, span.days, visit.now)
            writer.writerows(
                _line("range", _cell(where), name, one) for where, of in by_district.items() for name, one in of.items()
            )
    return visit.file(text.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8", f"janvaani-{span.days[-1]}.csv")


def _line(day: str, district: str, name: str, figure: Figure) -> list[str | float]:
    value = "" if figure.value is None else round(figure.value, 4)
    return [day, district, name, round(figure.part, 3), round(figure.whole, 3), value]


def _cell(text: str) -> str:
    """A spreadsheet takes a cell that begins so for a formula."""
    return f"'{text}" if text[:1] in "=+-@" and text else text


def behind(visit: Visit) -> Response:
    """GET /figures/{measure}: the calls or tickets that make a figure up."""
    one = MEASURES.get(visit.request.path_params["measure"])
    since, until = _day(visit.query("since")), _day(visit.query("until"))
    if one is None or since is None or until is None:
        raise Refused(404, "frame.not_found")
    ends = daily.midnight(until + timedelta(days=1))
    wanted = Behind(one.id, daily.midnight(since), ends, _place(visit), visit.query("part") == "1")
    with visit.parts.db.read() as connection:
        rows = measures.rows_behind(connection, wanted, _after(visit, one), PAGE)
    last = rows[-1] if len(rows) == PAGE else None
    moment = (last.started_at if one.rows == "call" else last.opened_at) if last is not None else None
    key = (last.sid if one.rows == "call" else last.id) if last is not None else None
    older = visit.address(after=f"{moment.isoformat()}_{key}") if moment is not None else ""
    shown: dict[str, Any] = {
        "measure": one,
        "rows": rows,
        "older": older,
        "wanted": wanted,
        "share": one.unit is Unit.SHARE,
    }
    return visit.page("figures.html", **shown, keys=("lists",))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _after(visit: Visit, one: Measure) -> tuple[datetime, Any] | None:
    at, _, key = visit.query("after").partition("_")
    if not at:
        return None
    try:
        moment = datetime.fromisoformat(at)
        return (moment, key if one.rows == "call" else int(key)) if moment.tzinfo else None
    except ValueError:
        raise Refused(404, "frame.not_found") from None


SECTION = Section("/district", "district.section", Right.DISTRICT)
PAGES = (
    Page("/district", at_a_glance, Right.DISTRICT),
    Page("/district.csv", as_file, Right.DISTRICT),
    Page("/figures/{measure:str}", behind, Right.DISTRICT),
)
