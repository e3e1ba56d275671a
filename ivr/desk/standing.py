"""Between a ticket's row and what the rules see of it."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from ivr.desk.rules.life import Standing
from ivr.store.tickets import TicketRow

_COLUMN = {"next_at": "next_escalation_at"}
_SAME = tuple(field.name for field in fields(Standing) if field.name not in ("paused", "next_at"))


def standing(row: TicketRow) -> Standing:
    """The ticket as the rules see it. Rows of before deadlines are taken as due at once."""
    plain: dict[str, Any] = {name: getattr(row, name) for name in _SAME}
    for name in ("solve_by", "level_at", "late_at"):
        plain[name] = plain[name] or row.opened_at
    return Standing(**plain, paused=timedelta(seconds=row.paused_s), next_at=row.next_escalation_at)


def columns(ticket: Standing) -> dict[str, Any]:
    """The columns that hold it."""
    plain = {name: getattr(ticket, name) for name in _SAME if name != "opened_at"}
    return {**plain, "paused_s": round(ticket.paused.total_seconds()), "next_escalation_at": ticket.next_at}


def kept(row: TicketRow, names: frozenset[str]) -> dict[str, Any]:
    """Columns of a row as JSON, for an undo."""
    values = {name: getattr(row, name) for name in sorted(names)}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def restored(before: Mapping[str, Any]) -> dict[str, Any]:
    """What `kept` made, as columns again."""
    return {
        name: datetime.fromisoformat(value) if value is not None and _is_time(name) else value
        for name, value in before.items()
    }


def _is_time(name: str) -> bool:
    return name.endswith("_at") or name in ("solve_by", "pause_until")
