"""What several commands need of the house: its settings, its database at this version, its desk."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import typer

from ivr.core.settings import Settings
from ivr.desk.build import open_desk
from ivr.desk.desk import Desk
from ivr.store.database import Database
from ivr.store.upgrade import require_newest


@dataclass(frozen=True, slots=True)
class Opened:
    settings: Settings
    db: Database
    desk: Desk


@contextmanager
def opened() -> Iterator[Opened]:
    """The house of the settings; closed at the end."""
    settings = Settings.load()
    db = Database(settings.database_url)
    try:
        require_newest(db)
        yield Opened(settings, db, open_desk(settings, db))
    finally:
        db.dispose()


def print_json(values: Any) -> None:
    """One JSON object on a line of stdout."""
    typer.echo(json.dumps(values, ensure_ascii=False, default=_plain))


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
