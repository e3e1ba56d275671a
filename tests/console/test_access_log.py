"""The chain of the access log: a line altered, taken out or cut off is told."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from ivr.store.access import AccessLog, Entry, newest
from ivr.store.database import Database
from ivr.store.schema_console import access_log
from tests.console.house import NOW

KEY = b"k" * 32


@pytest.fixture
def log(db: Database) -> AccessLog:
    made = AccessLog(KEY)
    for n in range(5):
        with db.begin() as connection:
            made.write(connection, Entry(NOW + timedelta(seconds=n), "lakshmi", "number_shown", f"ticket {n}"))
    return made


def first_break(db: Database, log: AccessLog) -> int | None:
    with db.read() as connection:
        return log.first_break(connection)


def test_an_untouched_chain_holds(db: Database, log: AccessLog) -> None:
    assert first_break(db, log) is None
    with db.read() as connection:
        assert [line.entry.object for line in newest(connection, limit=2)] == ["ticket 4", "ticket 3"]
        assert [line.n for line in newest(connection, before=3, who="lakshmi")] == [2, 1]
        assert [line.n for line in newest(connection, about="ticket 1")] == [2]


@pytest.mark.parametrize("n", [1, 3, 5])
def test_an_altered_line_is_told(db: Database, log: AccessLog, n: int) -> None:
    with db.begin() as connection:
        connection.execute(update(access_log).where(access_log.c.n == n).values(who="somebody else"))
    assert first_break(db, log) == n


@pytest.mark.parametrize("n", [1, 3, 5])
def test_a_missing_line_is_told_even_the_last(db: Database, log: AccessLog, n: int) -> None:
    with db.begin() as connection:
        connection.execute(delete(access_log).where(access_log.c.n == n))
    assert first_break(db, log) == n


def test_a_chain_made_anew_without_the_key_does_not_hold(db: Database, log: AccessLog) -> None:
    assert first_break(db, AccessLog(b"x" * 32)) == 1


def test_writers_at_the_same_time_make_one_chain(db: Database) -> None:
    log = AccessLog(KEY)

    def write(name: str) -> None:
        for _ in range(5):
            with db.begin() as connection:
                log.write(connection, Entry(NOW, name, "call_opened"))

    threads = [threading.Thread(target=write, args=(f"user{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert first_break(db, log) is None
