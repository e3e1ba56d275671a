"""Brings a database's tables to what this version needs, and tells when they are not."""

import warnings
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from ivr.core.errors import ConfigurationError
from ivr.store.database import Database

_LOCK = 4_827_316  # PostgreSQL advisory lock: two servers that start together upgrade one after the other


def upgrade(db: Database) -> tuple[str | None, str]:
    """Run the missing steps, all or none. Gives revision before (None: empty database) and after."""
    config = _config()
    with db.begin() as connection:
        if not db.sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        before = _revision(connection)
        _refuse_newer(before)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return before, newest()


def newest() -> str:
    """The revision this version of the package needs."""
    return _steps()[0]


def revision(db: Database) -> str | None:
    """The database's revision; None when it has no tables of ours."""
    with db.read() as connection:
        return _revision(connection)


def require_newest(db: Database) -> None:
    """ConfigurationError unless the tables are those of this version."""
    found = revision(db)
    _refuse_newer(found)
    if found != newest():
        raise ConfigurationError(
            f"the database is at {found or 'nothing'}, this version needs {newest()}; run: ivr db upgrade",
            code="schema",
        )


def _refuse_newer(found: str | None) -> None:
    if found is not None and found not in _steps():
        raise ConfigurationError(
            f"the database is at {found}, which a newer version of this program made; install that version",
            code="schema",
        )


@cache
def _steps() -> tuple[str, ...]:
    """The revisions this version knows, the newest first. The files of a running process do not change; reading them
    takes longer than all else that is done to open a database."""
    return tuple(step.revision for step in ScriptDirectory.from_config(_config()).walk_revisions())


def _revision(connection: Connection) -> str | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("path_separator", "os")
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config
