"""Transactions, their errors, and secrets."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from ivr.core.errors import ConfigurationError, StoreError
from ivr.store.database import Database, write_ahead
from ivr.store.recordings import Recording, Recordings
from ivr.store.schema import call, counter
from ivr.store.secrets import Secrets

NOW = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)


@pytest.mark.parametrize("url", ["mysql://x/y", "nonsense", "sqlite://", "sqlite:///:memory:"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(ConfigurationError):
        Database(url)


def test_a_database_that_is_away_can_be_tried_again(tmp_path: Path) -> None:
    db = Database("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(StoreError) as caught, db.read() as connection:
        connection.execute(text("SELECT 1"))
    assert caught.value.retryable
    assert "nobody" not in str(caught.value)


def test_a_refused_row_is_told_without_its_values(db: Database) -> None:
    with pytest.raises(StoreError) as caught, db.begin() as connection:
        connection.execute(counter.insert().values(name="ticket", value=987654))
    assert caught.value.code == "integrity"
    assert "987654" not in str(caught.value)
    assert "987654" not in str(caught.value.__cause__)


def test_a_row_points_only_to_what_is_there(db: Database) -> None:
    with pytest.raises(StoreError), db.begin() as connection:
        connection.execute(call.insert().values(sid="CA1", caller_hash="nobody", started_at=NOW))


def test_times_need_a_zone_and_come_back_in_utc(db: Database) -> None:
    with pytest.raises(StoreError), db.begin() as connection:
        connection.execute(call.insert().values(sid="CA1", started_at=NOW.replace(tzinfo=None)))
    with db.begin() as connection:
        connection.execute(call.insert().values(sid="CA1", started_at=NOW))
    with db.read() as connection:
        assert connection.execute(select(call.c.started_at)).scalar_one() == NOW


def test_sqlite_waits_for_other_writers_and_keeps_what_was_committed(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'x.db'}")
    with db.read() as connection:
        pragma = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in PRAGMAS}
    db.dispose()
    assert pragma == PRAGMAS


PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}


def test_two_that_open_a_new_file_wait_for_each_other(tmp_path: Path) -> None:
    with (
        closing(sqlite3.connect(tmp_path / "x.db", isolation_level=None)) as other,
        closing(sqlite3.connect(tmp_path / "x.db")) as mine,
    ):
        other.execute("BEGIN IMMEDIATE")
        waited: list[float] = []

        def wait(seconds: float) -> None:
            waited.append(seconds)
            other.rollback()

        write_ahead(mine, wait)
        assert waited
        assert mine.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_recordings_are_known_until_they_are_forgotten(db: Database) -> None:
    with db.begin() as connection:
        connection.execute(call.insert().values(sid="CA1", started_at=NOW))
    kept = Recordings(db)
    new = Recording("CA1", "voicemail", "recordings/CA1.wav", "mulaw", 8000, 1, 16044, 2000, NOW, NOW)
    assert kept.add(new)
    assert not kept.add(new)
    assert kept.of_call("CA1") == [new]
    assert kept.overdue(NOW) == [new]
    kept.forget(new.path)
    assert kept.of_call("CA1") == []


@given(st.text(max_size=40))
def test_what_is_sealed_opens_with_the_same_secret_only(plain: str) -> None:
    sealed = Secrets("a" * 32).seal(plain)
    assert Secrets("a" * 32).open(sealed) == plain
    assert Secrets("a" * 32).seal(plain) != sealed
    for other, purpose in ((Secrets("b" * 32), "phone"), (Secrets("a" * 32), "words")):
        with pytest.raises(StoreError):
            other.open(sealed, purpose)
    with pytest.raises(StoreError):
        Secrets("a" * 32).open(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    with pytest.raises(StoreError):
        Secrets("a" * 32).open(b"")


def test_hashes_depend_on_the_secret_and_keys_on_their_purpose() -> None:
    one, other = Secrets("a" * 32), Secrets("b" * 32)
    assert one.phone_hash("+919415550123") != other.phone_hash("+919415550123")
    assert len(one.phone_hash("+919415550123")) == 32
    assert one.key("x") != one.key("y") != other.key("y")
    with pytest.raises(ConfigurationError):
        Secrets("")


@pytest.mark.parametrize("backend", ["postgres"])
def test_a_connection_that_died_while_it_lay_idle_is_replaced(db: Database) -> None:
    with db.read() as connection:
        lay_idle = connection.connection._connection_record
        assert lay_idle is not None
        backend_id = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    killer = Database(db.engine.url.render_as_string(hide_password=False))
    with killer.begin() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:id)"), {"id": backend_id})
    killer.dispose()
    lay_idle.info["ivr_idle_since"] = float("-inf")
    with db.read() as connection:
        assert connection.execute(text("SELECT pg_backend_pid()")).scalar_one() != backend_id
