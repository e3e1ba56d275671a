"""What is known of recordings: which file, what is in it, until when it may be kept. The files are others' work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from ivr.store.database import Database, insert_once
from ivr.store.schema import recording


@dataclass(frozen=True, slots=True)
class Recording:
    """`path` is below the data folder; `kind` is call or voicemail; `purge_at` is when it must be gone."""

    call_sid: str
    kind: str
    path: str
    codec: str
    rate_hz: int
    channels: int
    bytes: int
    duration_ms: int
    made_at: datetime
    purge_at: datetime


class Recordings:
    """Reads and writes, one transaction each."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, new: Recording) -> bool:
        """False if the path is known already."""
        with self._db.begin() as connection:
            return insert_once(connection, recording, _values(new))

    def finish(self, path: str, size: int, duration_ms: int) -> None:
        """The file is complete: its bytes, header included, and its length."""
        with self._db.begin() as connection:
            known = update(recording).where(recording.c.path == path)
            connection.execute(known.values(bytes=size, duration_ms=duration_ms))

    def of_call(self, call_sid: str) -> Sequence[Recording]:
        """A call's recordings, oldest first."""
        query = select(recording).where(recording.c.call_sid == call_sid).order_by(recording.c.id)
        with self._db.read() as connection:
            return _rows(connection, query)

    def overdue(self, now: datetime, limit: int = 500) -> Sequence[Recording]:
        """Those whose time is up, the longest overdue first."""
        query = select(recording).where(recording.c.purge_at <= now).order_by(recording.c.purge_at).limit(limit)
        with self._db.read() as connection:
            return _rows(connection, query)

    def forget(self, path: str) -> None:
        """Remove the row, after its file is gone."""
        with self._db.begin() as connection:
            connection.execute(delete(recording).where(recording.c.path == path))


def _values(new: Recording) -> dict[str, object]:
    return {name: getattr(new, name) for name in Recording.__dataclass_fields__}


def _rows(connection: Connection, query: object) -> Sequence[Recording]:
    names = tuple(Recording.__dataclass_fields__)
    return [Recording(**{name: getattr(row, name) for name in names}) for row in connection.execute(query)]  # type: ignore[call-overload]
