"""Rumours that were asked about: what was heard, and which entry of the list it was. Functions take the connection."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from ivr.store.database import insert_once
from ivr.store.schema_feedback import rumour_report


@dataclass(frozen=True, slots=True)
class NewReport:
    """`rumour` None: not in the list. `words` are the citizen's."""

    key: str
    call_sid: str | None
    rumour: str | None
    words: str
    language: str
    district: str | None


@dataclass(frozen=True, slots=True)
class ReportRow:
    words: str
    language: str
    district: str | None
    at: datetime


def add_once(connection: Connection, new: NewReport, now: datetime) -> bool:
    """Keep a report; false where it was kept before."""
    row: dict[str, Any] = {name: getattr(new, name) for name in NewReport.__dataclass_fields__}
    return insert_once(connection, rumour_report, {**row, "at": now})


def counts(connection: Connection, since: datetime) -> Mapping[str, int]:
    """Rumour ("" for those not in the list) -> how often it was asked about."""
    name = func.coalesce(rumour_report.c.rumour, "")
    query = select(name.label("rumour"), func.count().label("count")).where(rumour_report.c.at >= since)
    return {row.rumour: row[1] for row in connection.execute(query.group_by(name))}


def unknown(connection: Connection, since: datetime, limit: int = 50) -> Sequence[ReportRow]:
    """What was heard that the list does not have yet, newest first: work for the fact desk."""
    new = rumour_report.c.at >= since, rumour_report.c.rumour.is_(None)
    query = select(rumour_report).where(*new).order_by(rumour_report.c.at.desc()).limit(limit)
    return [ReportRow(row.words, row.language, row.district, row.at) for row in connection.execute(query)]
