"""Databases as the store's tests have them, and a console over one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.store.database import Database
from tests.console.house import SINCE, Desktop, add_users
from tests.store.conftest import (  # noqa: F401  fixtures
    anew,
    backend,
    db,
    empty_url,
    opened,
    postgres,
    postgres_tables,
    sqlite_pattern,
    sqlite_place,
    url,
)


@pytest.fixture
def desktop(db: Database, tmp_path: Path) -> Desktop:  # noqa: F811
    """A console on each kind of database."""
    return Desktop(db, tmp_path)


@pytest.fixture(scope="session")
def lite_pattern(sqlite_pattern: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: F811
    """A SQLite file with tables and the users, to copy."""
    path = tmp_path_factory.mktemp("lite") / "lite.db"
    anew(path, sqlite_pattern)
    database = Database(f"sqlite:///{path}")
    add_users(database, SINCE)
    database.dispose()
    return path


@pytest.fixture
def lite(lite_pattern: Path, tmp_path: Path) -> Iterator[Desktop]:
    """A console where the kind of database does not matter."""
    place = lite_pattern.with_name("used.db")
    anew(place, lite_pattern)
    database = opened(f"sqlite:///{place}")
    yield Desktop(database, tmp_path, with_users=True)
    database.dispose()
