"""Databases as the store's tests have them, and a console over one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.store.database import Database
from tests.console.house import Desktop
from tests.store.conftest import (  # noqa: F401  fixtures
    backend,
    db,
    empty_url,
    postgres,
    postgres_tables,
    sqlite_pattern,
    url,
)


@pytest.fixture
def desktop(db: Database, tmp_path: Path) -> Desktop:  # noqa: F811
    """A console on each kind of database."""
    return Desktop(db, tmp_path)


@pytest.fixture
def lite(sqlite_pattern: Path, tmp_path: Path) -> Iterator[Desktop]:  # noqa: F811
    """A console where the kind of database does not matter."""
    (tmp_path / "lite.db").write_bytes(sqlite_pattern.read_bytes())
    database = Database(f"sqlite:///{tmp_path / 'lite.db'}")
    yield Desktop(database, tmp_path)
    database.dispose()
