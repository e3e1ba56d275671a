"""The database: SQLite in WAL mode or PostgreSQL, behind the same transactions.

Owns engine, transactions and the translation of driver errors into StoreError. Knows no table.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from psycopg import Error as PsycopgError
from sqlalchemy import BindParameter, Connection, Engine, Table, bindparam, create_engine, event, exc, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL

from ivr.core.errors import ConfigurationError, StoreError

_BUSY_S = 5  # longer than the longest write transaction, shorter than a caller's patience with silence
_WRITE = "ivr_write"
_IDLE_SINCE = "ivr_idle_since"
_TRUSTED_S = 2.0
_ASKED_AGAIN_S = 0.01


class Database:
    """Give every read and write a transaction of its own; close with `dispose`. Safe to share between threads."""

    def __init__(self, url: str) -> None:
        """`url`: sqlite:///path or postgresql://...; ConfigurationError when it is neither."""
        parsed = _parse(url)
        self.sqlite = parsed.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(parsed) if self.sqlite else _postgres_engine(parsed)
        self._writing = self.engine.execution_options(**{_WRITE: True})

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A write transaction: all or nothing. On SQLite writers wait for each other from the start (BEGIN IMMEDIATE),
        so that none fails half-way."""
        with _told(), self._writing.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view; nothing is written."""
        with _told(), self.engine.connect() as connection, connection.begin():
            yield connection

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def insert_once(connection: Connection, table: Table, values: dict[str, Any]) -> bool:
    """Insert unless a row with the same unique key is there; true if it was inserted."""
    return insert_new(connection, table, values) is not None


def insert_new(connection: Connection, table: Table, values: dict[str, Any]) -> Any:
    """As `insert_once`; the new row's (first) primary key, None where it was there."""
    return connection.execute(_insert_once(connection.dialect.name, table), values).scalar()


def as_written(word: str) -> BindParameter[str]:
    """The word as a literal: the planner uses a partial index only where it can read the word in the statement."""
    return bindparam(None, word, literal_execute=True)


@lru_cache(maxsize=256)
def _insert_once(dialect: str, table: Table) -> Any:
    """Built once: to build a statement costs more than to run it."""
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return insert(table).on_conflict_do_nothing().returning(next(iter(table.primary_key)))


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except exc.ArgumentError:
        raise ConfigurationError(
            "IVR_DATABASE_URL must look like sqlite:///path or postgresql://user@host/name"
        ) from None
    if parsed.drivername in {"postgres", "postgresql"}:
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername in {"sqlite", "postgresql+psycopg"}:
        return parsed
    raise ConfigurationError(f"databases of kind {parsed.drivername} are not supported; use sqlite or postgresql")


def _sqlite_engine(url: URL) -> Engine:
    if url.database in {None, "", ":memory:"}:
        raise ConfigurationError("the database must be a file, for the worker and the server share it")
    folder = Path(str(url.database)).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"cannot make the database's folder {folder} ({error.strerror})") from None
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": _BUSY_S})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _postgres_engine(url: URL) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=5,
        max_overflow=15,
        connect_args={"connect_timeout": 5, "application_name": "janvaani"},
    )
    event.listen(engine, "checkin", _rested)
    event.listen(engine, "checkout", _awake)
    return engine


def _rested(_connection: Any, record: Any) -> None:
    record.info[_IDLE_SINCE] = monotonic()


def _awake(connection: Any, record: Any, _proxy: Any) -> None:
    """A connection that has lain idle may be dead; to ask before every transaction would cost a round trip each."""
    since = record.info.get(_IDLE_SINCE)
    if since is None or monotonic() - since < _TRUSTED_S:
        return
    try:
        connection.autocommit = True
        connection.execute("SELECT 1")
        connection.autocommit = False
    except PsycopgError as error:
        raise exc.DisconnectionError from error  # the pool throws it away and opens another


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late and is never IMMEDIATE
    write_ahead(connection)
    for pragma in ("synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_BUSY_S * 1000}"):
        connection.execute(f"PRAGMA {pragma}").close()


def write_ahead(connection: sqlite3.Connection, wait: Callable[[float], object] = sleep) -> None:
    """WAL mode from now on. A new file that another process writes to at this moment refuses the change at once,
    whatever the connection's patience is; so it is asked again."""
    until = monotonic() + _BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
            return
        except sqlite3.OperationalError:
            if monotonic() > until:
                raise
            wait(_ASKED_AGAIN_S)


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get(_WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def _told() -> Iterator[None]:
    """Driver errors as StoreError. Their own text may hold values of the statement, so it is not passed on."""
    try:
        yield
    except exc.IntegrityError as error:
        raise StoreError(f"the database refused a row ({type(error.orig).__name__})", code="integrity") from error
    except (exc.OperationalError, exc.InterfaceError, exc.TimeoutError) as error:
        reason = type(getattr(error, "orig", error)).__name__
        raise StoreError(f"the database is busy or away ({reason})", code="store_away", retryable=True) from error
    except exc.SQLAlchemyError as error:
        raise StoreError(f"the database failed ({type(error).__name__})", code="store") from error
