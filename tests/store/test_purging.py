"""Recordings whose time is up are deleted, and nothing else."""

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from ivr.desk.proofs import PROOFS
from ivr.desk.purging import PURGE, Purged, Purging, next_run, purge, purge_proofs
from ivr.desk.rules.life import Deed
from ivr.desk.rules.states import Party
from ivr.speech.tape import Tape, peaks_path
from ivr.store.database import Database
from ivr.store.jobs import Job
from ivr.store.recordings import Recording, Recordings
from ivr.store.schema import job
from tests.store.house import NOW, NUMBER, House
from tests.store.office import DESK, Office


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


def photograph(folder: Path, name: str, age_days: float = 0) -> str:
    path = folder / PROOFS / name / "1.jpg"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\xff\xd8\xff")
    at = NOW.timestamp() - 86_400 * age_days
    os.utime(path, (at, at))
    return path.relative_to(folder).as_posix()


def test_photographs_go_a_year_after_the_complaint_is_closed(db: Database, tmp_path: Path) -> None:
    office = Office(db)
    closed, waits = office.opened("CA1:1"), office.opened("CA1:2")
    office.work()
    for row in (closed, waits):
        done = Deed("claim", Party.DESK, note="done", photo=photograph(tmp_path, row.number), photo_place="26.9,81.2")
        office.act(row.number, done, DESK)
    office.work(0.01)
    office.desk.sms_received("SMx", NUMBER, f"YES {closed.number}", office.clock.now())
    assert office.seen(closed.number).state == "closed"
    year = office.clock.now() + timedelta(days=366)
    assert purge_proofs(db, tmp_path, year - timedelta(days=3), 365) == 0
    assert purge_proofs(db, tmp_path, year, 365, dry_run=True) == 1
    assert purge_proofs(db, tmp_path, year, 365) == 1
    assert [path.parent.name for path in (tmp_path / PROOFS).glob("*/*")] == [waits.number]
    view = office.desk.grievances.ticket(closed.number, year)
    assert view is not None
    assert (view.claims[0].note, view.claims[0].photo, view.claims[0].photo_place) == ("done", "", None)


def test_a_photograph_that_no_claim_names_goes_after_a_day(db: Database, tmp_path: Path) -> None:
    old = photograph(tmp_path, "old", 2)
    photograph(tmp_path, "new", 0.5)
    assert purge_proofs(db, tmp_path, NOW, 365) == 1
    assert not (tmp_path / old).parent.exists()
    assert len(list((tmp_path / PROOFS).iterdir())) == 1
