"""The tables and the steps that make them."""

import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from ivr.core.errors import ConfigurationError
from ivr.store.database import Database
from ivr.store.schema import metadata
from ivr.store.upgrade import newest, require_newest, revision, upgrade


def test_the_steps_give_exactly_the_tables_of_the_schema(db: Database) -> None:
    with db.read() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": not db.sqlite}
        )
        assert compare_metadata(context, metadata) == []


def test_upgrading_twice_changes_nothing(empty_url: str) -> None:
    db = Database(empty_url)
    assert revision(db) is None
    assert upgrade(db) == (None, newest())
    assert upgrade(db) == (newest(), newest())
    require_newest(db)
    db.dispose()


def test_two_servers_that_start_together_upgrade_one_after_the_other(empty_url: str) -> None:
    first, second = Database(empty_url), Database(empty_url)
    found: list[str | None] = []
    threads = [threading.Thread(target=lambda d=d: found.append(upgrade(d)[0])) for d in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found, key=str) == sorted([None, newest()], key=str)
    first.dispose()
    second.dispose()


def test_a_database_without_tables_is_refused_with_the_remedy(empty_url: str) -> None:
    db = Database(empty_url)
    with pytest.raises(ConfigurationError, match="ivr db upgrade"):
        require_newest(db)
    db.dispose()


def test_a_database_of_a_newer_version_is_refused(db: Database) -> None:
    with db.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigurationError, match="newer version"):
        require_newest(db)
    with pytest.raises(ConfigurationError, match="newer version"):
        upgrade(db)
