"""Users of the console and their sessions, as rows. Who may do what is the console's; passwords arrive hashed.

Functions take the connection, so that a change and its line in the access log are one transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update

from ivr.store.database import insert_once
from ivr.store.schema_console import console_session, console_user, sign_in_failure


@dataclass(frozen=True, slots=True)
class UserRow:
    """A user. `place` None: all districts. `totp`: a second factor is set up."""

    name: str
    role: str
    place: str | None
    language: str | None
    keys_off: bool
    must_change: bool
    totp: bool
    made_at: datetime
    seen_at: datetime | None
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a sign-in is checked against."""

    password_hash: str
    totp_enc: bytes | None
    totp_step: int | None


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session of a user. `passed` False: the second factor is awaited. `flash`: JSON for the next page."""

    token_hash: str
    user: UserRow
    begun_at: datetime
    seen_at: datetime
    passed: bool
    flash: str | None


def add(connection: Connection, new: UserRow, password_hash: str) -> bool:
    """False when the name is taken."""
    row = {name: getattr(new, name) for name in UserRow.__dataclass_fields__ if name != "totp"}
    return insert_once(connection, console_user, {**row, "password_hash": password_hash, "password_at": new.made_at})


def find(connection: Connection, name: str) -> UserRow | None:
    """A user by name, disabled or not."""
    row = connection.execute(select(console_user).where(console_user.c.name == name)).first()
    return _user(row) if row is not None else None


def listed(connection: Connection) -> Sequence[UserRow]:
    """All users by name."""
    return [_user(row) for row in connection.execute(select(console_user).order_by(console_user.c.name))]


def count_enabled(connection: Connection, role: str) -> int:
    """How many users of a role may sign in."""
    query = select(func.count()).select_from(console_user)
    return connection.execute(
        query.where(console_user.c.role == role, console_user.c.disabled_at.is_(None))
    ).scalar_one()


def credentials(connection: Connection, name: str) -> Credentials | None:
    """Of a user who may sign in; None for one unknown or disabled."""
    query = select(console_user).where(console_user.c.name == name, console_user.c.disabled_at.is_(None))
    row = connection.execute(query).first()
    return Credentials(row.password_hash, row.totp_enc, row.totp_step) if row is not None else None


def change(connection: Connection, name: str, **values: Any) -> bool:
    """Set columns of a user; False when there is none of this name."""
    result = connection.execute(update(console_user).where(console_user.c.name == name).values(values))
    return result.rowcount == 1


def take_totp_step(connection: Connection, name: str, step: int) -> bool:
    """Note that the code of this step was used; False when it or a later one was before."""
    result = connection.execute(
        update(console_user)
        .where(console_user.c.name == name, func.coalesce(console_user.c.totp_step, -1) < step)
        .values(totp_step=step)
    )
    return result.rowcount == 1


def begin_session(connection: Connection, token_hash: str, name: str, now: datetime, passed: bool) -> None:
    row = {"token_hash": token_hash, "user_name": name, "begun_at": now, "seen_at": now, "passed": passed}
    connection.execute(console_session.insert().values(row))
    if passed:
        change(connection, name, seen_at=now)


def session(connection: Connection, token_hash: str) -> SessionRow | None:
    """A session with its user; None when it is over or the user may no longer sign in."""
    joined = select(console_session, console_user).join_from(
        console_session, console_user, console_session.c.user_name == console_user.c.name
    )
    row = connection.execute(
        joined.where(console_session.c.token_hash == token_hash, console_user.c.disabled_at.is_(None))
    ).first()
    if row is None:
        return None
    c = console_session.c
    got = row._mapping
    return SessionRow(token_hash, _user(row), got[c.begun_at], got[c.seen_at], got[c.passed], got[c.flash])


def touch_session(connection: Connection, token_hash: str, now: datetime, flash: str | None) -> None:
    """The session is in use; `flash` is what the next page tells."""
    values = {"seen_at": now, "flash": flash}
    connection.execute(update(console_session).where(console_session.c.token_hash == token_hash).values(values))


def end_session(connection: Connection, token_hash: str) -> None:
    connection.execute(delete(console_session).where(console_session.c.token_hash == token_hash))


def end_sessions_of(connection: Connection, name: str, but: str = "") -> int:
    """End a user's sessions (but one); how many there were."""
    mine = console_session.c.user_name == name
    return connection.execute(delete(console_session).where(mine, console_session.c.token_hash != but)).rowcount


def forget_sessions(connection: Connection, seen_before: datetime, begun_before: datetime) -> None:
    """Remove the sessions that are over by time."""
    old = (console_session.c.seen_at < seen_before) | (console_session.c.begun_at < begun_before)
    connection.execute(delete(console_session).where(old))


def open_sessions(connection: Connection) -> Sequence[tuple[str, datetime, datetime]]:
    """(user, begun, last seen), the latest seen first."""
    c = console_session.c
    rows = connection.execute(select(c.user_name, c.begun_at, c.seen_at).where(c.passed).order_by(c.seen_at.desc()))
    return [(row.user_name, row.begun_at, row.seen_at) for row in rows]


def failures(connection: Connection, key: str) -> tuple[int, datetime | None]:
    """How often signing in failed under `key` of late, and when last."""
    row = connection.execute(select(sign_in_failure).where(sign_in_failure.c.key == key)).first()
    return (row.failures, row.last_at) if row is not None else (0, None)


def failed(connection: Connection, key: str, now: datetime, forgotten_before: datetime) -> None:
    """One more failure under `key`; those last seen before `forgotten_before` are forgotten."""
    connection.execute(delete(sign_in_failure).where(sign_in_failure.c.last_at < forgotten_before))
    if not insert_once(connection, sign_in_failure, {"key": key, "failures": 1, "last_at": now}):
        more = {"failures": sign_in_failure.c.failures + 1, "last_at": now}
        connection.execute(update(sign_in_failure).where(sign_in_failure.c.key == key).values(more))


def forget_failures(connection: Connection, key: str) -> None:
    connection.execute(delete(sign_in_failure).where(sign_in_failure.c.key == key))


def _user(row: Row[Any]) -> UserRow:
    got = row._mapping
    c = console_user.c
    names = [name for name in UserRow.__dataclass_fields__ if name not in {"totp"}]
    return UserRow(**{name: got[c[name]] for name in names}, totp=got[c.totp_enc] is not None)
