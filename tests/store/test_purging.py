"""Recordings whose time is up are deleted, and nothing else."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from ivr.desk.purging import PURGE, Purged, Purging, next_run, purge
from ivr.speech.tape import Tape, peaks_path
from ivr.store.database import Database
from ivr.store.jobs import Job
from ivr.store.recordings import Recording, Recordings
from ivr.store.schema import job
from tests.store.house import NOW, House


def keep(db: Database, data: Path, name: str, days: int, path: str = "") -> Path:
    place = path or f"recordings/{name}.wav"
    if not path:
        tape = Tape(data / place)
        tape.write(b"\xff" * 8_000, b"\xff" * 8_000)
        tape.close()
    shape = {"codec": "mulaw", "rate_hz": 8000, "channels": 2, "bytes": 1, "duration_ms": 1000}
    until = NOW + timedelta(days=days)
    Recordings(db).add(Recording("CA1", "call", place, made_at=NOW, purge_at=until, **shape))  # type: ignore[arg-type]
    return data / place


def test_what_is_overdue_goes_with_its_peaks(db: Database, tmp_path: Path) -> None:
    House(db).call("CA1")
    old, gone, new = (keep(db, tmp_path, *given) for given in (("old", -1), ("gone", -2), ("new", 1)))
    gone.unlink()
    keep(db, tmp_path, "", -3, "https://carrier.example/RE1")
    recordings = Recordings(db)
    assert purge(recordings, tmp_path, NOW, dry_run=True) == Purged(2, 1, 0)
    assert old.exists()
    assert purge(recordings, tmp_path, NOW) == Purged(2, 1, 0)
    assert not old.exists()
    assert not peaks_path(old).exists()
    assert new.exists()
    assert {one.path for one in recordings.of_call("CA1")} == {"recordings/new.wav", "https://carrier.example/RE1"}


def test_what_the_disk_refuses_is_told_and_tried_again(db: Database, tmp_path: Path) -> None:
    House(db).call("CA1")
    keep(db, tmp_path, "old", -1)
    stuck = keep(db, tmp_path, "stuck", -1)
    stuck.unlink()
    stuck.mkdir()
    assert purge(Recordings(db), tmp_path, NOW) == Purged(1, 0, 1)
    assert [one.path for one in Recordings(db).of_call("CA1")] == ["recordings/stuck.wav"]


def test_every_run_queues_the_next_night_once(db: Database, tmp_path: Path) -> None:
    house = House(db)
    purging = Purging(db, house.desk.jobs, tmp_path, house.clock)
    purging.begin()
    purging.begin()
    settle = asyncio.run(purging.run(Job(1, PURGE, {}, 1, 5)))
    assert settle is not None
    house.clock.advance(86_400)
    with db.begin() as connection:
        settle(connection)
        found = connection.execute(select(job.c.key, job.c.claimable_at).where(job.c.kind == PURGE)).all()
    assert [row.key for row in found] == ["purge:2026-11-23", "purge:2026-11-24"]


@pytest.mark.parametrize(
    ("now", "due"), [("2026-11-21T21:00", "2026-11-21T21:30"), ("2026-11-21T21:30", "2026-11-22T21:30")]
)
def test_the_night_is_indias(now: str, due: str) -> None:
    at, then = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (now, due))
    assert next_run(at) == then
