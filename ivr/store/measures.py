"""The figures by which a district is looked at, as data: what is counted, of what, on which day, where.

A measure adds up: over days and districts its parts and its wholes are summed, then divided. So every figure can be
kept per day, and the rows behind it can be listed by the same conditions.

- contained: of calls that ended, those that no person had to take up and that were not broken off; true_contained
  leaves out those whose caller rang again within 24 hours, and is known a day later.
- success: of calls that ended, those that did not end by the caller leaving.
- first_answer, solved, reopened, escalated: of the tickets opened on the day, as they stand now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Text, and_, case, cast, exists, extract, func, literal, or_, select, text

from ivr.dialogue.commands import Disposition
from ivr.store.columns import Utc
from ivr.store.schema import call, flag, sms, turn
from ivr.store.schema_relief import relief_request
from ivr.store.schema_tickets import ticket, ticket_event

SLOW_MS = 1500
REPEATED = timedelta(hours=24)
_ALONE = (Disposition.ANSWERED, Disposition.SMS_SENT, Disposition.TICKET_OPENED, Disposition.STATUS_TOLD)
_SMS_ENDS = ("sent", "delivered", "undelivered", "failed")
_FIRST_ANSWERS = ("answer", "claim")
HOUR_S = 3600.0


class Unit(StrEnum):
    COUNT = "count"
    SHARE = "share"
    HOURS = "hours"


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure. `rows`: what is listed behind it, calls or tickets. `better`: 1 more is better, -1 less is, 0
    neither. `settles`: how long after the end of a day its figure is known."""

    id: str
    unit: Unit
    rows: str
    better: int = 0
    settles: timedelta = timedelta(0)


MEASURES: Mapping[str, Measure] = {
    one.id: one
    for one in (
        Measure("calls", Unit.COUNT, "call"),
        Measure("telugu", Unit.SHARE, "call"),
        Measure("contained", Unit.SHARE, "call", 1),
        Measure("true_contained", Unit.SHARE, "call", 1, REPEATED),
        Measure("success", Unit.SHARE, "call", 1),
        Measure("first_answer", Unit.HOURS, "ticket", -1),
        Measure("solved", Unit.SHARE, "ticket", 1),
        Measure("reopened", Unit.SHARE, "ticket", -1),
        Measure("escalated", Unit.SHARE, "ticket", -1),
        Measure("relief", Unit.SHARE, "ticket", 1),
        Measure("sms_failed", Unit.SHARE, "call", -1),
        Measure("no_match", Unit.SHARE, "call", -1),
        Measure("slow_replies", Unit.SHARE, "call", -1),
    )
}


@dataclass(frozen=True, slots=True)
class Counted:
    """Where a measure is counted: `at` decides the day; `part` and `whole` are summed. `chosen`: what makes a row of
    the whole one of the part; None where every row is. `key`: of the row listed behind it, where it is not the
    table's own."""

    source: Any
    at: Any
    district: Any
    where: Any
    part: Any
    whole: Any
    chosen: Any = None
    key: Any = None


def counted(measure: str, sqlite: bool) -> Counted:
    """How a measure is counted on this kind of database."""
    if MEASURES[measure].rows == "call":
        return _of_calls(measure, sqlite)
    return _of_tickets(measure, sqlite)


def _one(condition: Any) -> Any:
    return func.sum(case((condition, 1), else_=0))


def _of_calls(measure: str, sqlite: bool) -> Counted:
    every = Counted(call, call.c.started_at, call.c.district, literal(True), func.count(), func.count())
    ended = call.c.ended_at.is_not(None)
    match measure:
        case "calls":
            return every
        case "telugu":
            return _with(every, call.c.language.is_not(None), call.c.language == "te")
        case "contained":
            return _with(every, ended, _alone())
        case "true_contained":
            return _with(every, ended, and_(_alone(), ~_rang_again(sqlite)))
        case "success":
            return _with(every, ended, and_(call.c.disposition.is_not(None), call.c.disposition != _left()))
        case "no_match":
            return _with(every, literal(True), exists().where(flag.c.call_sid == call.c.sid, flag.c.kind == "no_match"))
        case "sms_failed":
            source = sms.join(call, sms.c.call_sid == call.c.sid)
            made = Counted(source, sms.c.queued_at, call.c.district, None, None, func.count())
            return _with(made, sms.c.state.in_(_SMS_ENDS), sms.c.state.in_(("undelivered", "failed")))
        case _:
            source = turn.join(call, turn.c.call_sid == call.c.sid)
            made = Counted(source, call.c.started_at, call.c.district, None, None, func.count())
            return _with(made, turn.c.reply_ms.is_not(None), turn.c.reply_ms > SLOW_MS)


def _of_tickets(measure: str, sqlite: bool) -> Counted:
    every = Counted(ticket, ticket.c.opened_at, ticket.c.district, None, None, func.count())
    match measure:
        case "first_answer":
            first = _first_answer()
            source = ticket.join(first, first.c.ticket_id == ticket.c.id)
            waited = func.sum(_seconds(sqlite, ticket.c.opened_at, first.c.at)) / HOUR_S
            return Counted(source, ticket.c.opened_at, ticket.c.district, literal(True), waited, func.count())
        case "solved":
            return _with(every, literal(True), ticket.c.state == "closed")
        case "reopened":
            return _with(every, literal(True), ticket.c.reopened > 0)
        case "escalated":
            return _with(every, literal(True), ticket.c.raised > 0)
        case _:
            r = relief_request.c
            made = Counted(relief_request, r.opened_at, r.district, None, None, func.count(), key=r.ticket_id)
            return _with(made, r.state != "cancelled", r.state.in_(("delivered", "confirmed")))


def _with(made: Counted, where: Any, part: Any) -> Counted:
    return Counted(made.source, made.at, made.district, where, _one(part), made.whole, part, made.key)


def _alone() -> Any:
    return call.c.disposition.in_([str(one) for one in _ALONE])


def _left() -> str:
    return str(Disposition.CALLER_LEFT)


def _rang_again(sqlite: bool) -> Any:
    later = call.alias("later")
    gap = _seconds(sqlite, call.c.started_at, later.c.started_at)
    same = later.c.caller_hash == call.c.caller_hash, later.c.started_at > call.c.started_at
    return exists().where(*same, gap <= REPEATED.total_seconds())


def _first_answer() -> Any:
    e = ticket_event.c
    chosen = select(e.ticket_id, func.min(e.at).label("at")).where(e.kind.in_(_FIRST_ANSWERS))
    return chosen.group_by(e.ticket_id).subquery()


def _seconds(sqlite: bool, begin: Any, end: Any) -> Any:
    if sqlite:
        return (func.julianday(end) - func.julianday(begin)) * 86_400
    return extract("epoch", end - begin)


def india_day(sqlite: bool, at: Any) -> Any:
    """The day in India, as text."""
    if sqlite:
        return func.date(cast(at, Text), "+330 minutes")
    return func.to_char(func.timezone("Asia/Kolkata", at), text("'YYYY-MM-DD'"))


def per_day(
    connection: Connection, measure: str, since: datetime, until: datetime
) -> Sequence[tuple[str, str, float, float]]:
    """(day, district or "", part, whole) of [since, until), counted now."""
    sqlite = connection.dialect.name == "sqlite"
    made = counted(measure, sqlite)
    day, district = india_day(sqlite, made.at), func.coalesce(made.district, "")
    query = select(day, district, made.part, made.whole).select_from(made.source)
    query = query.where(made.at >= _at(since), made.at < _at(until), made.where).group_by(day, district)
    return [(row[0], row[1], float(row[2] or 0), float(row[3] or 0)) for row in connection.execute(query)]


def _at(moment: datetime) -> Any:
    return literal(moment, Utc)


@dataclass(frozen=True, slots=True)
class Behind:
    """Which rows make a figure up: of its part only, of one district (None: all), of [since, until)."""

    measure: str
    since: datetime
    until: datetime
    district: str | None = None
    part: bool = False


def rows_behind(connection: Connection, wanted: Behind, after: tuple[datetime, Any] | None, limit: int) -> list[Any]:
    """Rows of calls or tickets behind a figure, newest first, after (time, key) of the page before."""
    sqlite = connection.dialect.name == "sqlite"
    made = counted(wanted.measure, sqlite)
    table, key = (call, call.c.sid) if MEASURES[wanted.measure].rows == "call" else (ticket, ticket.c.id)
    began = table.c.started_at if table is call else table.c.opened_at
    ids = select(key if made.key is None else made.key).select_from(made.source)
    ids = ids.where(made.at >= _at(wanted.since), made.at < _at(wanted.until), made.where)
    if wanted.district is not None:
        ids = ids.where(made.district == wanted.district)
    if wanted.part and made.chosen is not None:
        ids = ids.where(made.chosen)
    query = select(table).where(key.in_(ids))
    if after is not None:
        moment, last = after
        query = query.where(or_(began < _at(moment), and_(began == _at(moment), key < last)))
    return list(connection.execute(query.order_by(began.desc(), key.desc()).limit(limit)))
