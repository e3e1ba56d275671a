"""Signing in and out, passwords, second factors, users. Every change and its line in the access log is one transaction.

Sessions are found by the SHA-256 of a random token that only the cookie holds. Failed sign-ins slow the next one down,
by name and by address, whether or not the name exists.
"""

import hashlib
import secrets as chance
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ivr.console import passwords
from ivr.console.roles import BOUND_TO_A_PLACE, Role
from ivr.core.errors import ConsoleError
from ivr.store import users
from ivr.store.access import AccessLog, Entry
from ivr.store.database import Database
from ivr.store.secrets import Secrets
from ivr.store.users import SessionRow, UserRow

IDLE = timedelta(minutes=45)
LONGEST = timedelta(hours=12)  # one working day
FORGOTTEN = timedelta(hours=1)  # failures older than this do not count
FREE_FAILURES = {"name": 4, "address": 40}  # an office shares an address
LONGEST_WAIT = timedelta(minutes=15)
_NAME_SIGNS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._-")
_NAME_LONGEST = 32
_TOTP_PURPOSE = "totp"


class SignedIn(StrEnum):
    """How an attempt went."""

    IN = "in"
    CODE = "code"  # the password was right, the second factor is awaited
    NO = "no"
    WAIT = "wait"  # too many failures; the password was not looked at


@dataclass(frozen=True, slots=True)
class Attempt:
    """`token` for the cookie where a session has begun; `wait_s` until the next attempt is looked at."""

    outcome: SignedIn
    token: str = ""
    wait_s: int = 0


@dataclass(frozen=True, slots=True)
class NewUser:
    name: str
    role: Role
    place: str | None = None
    language: str | None = None


class Accounts:
    """Users of the console. `places`: the districts that exist."""

    def __init__(self, db: Database, secrets: Secrets, log: AccessLog, places: frozenset[str]) -> None:
        self._db = db
        self._secrets = secrets
        self._log = log
        self._places = places

    def sign_in(self, name: str, password: str, address: str, now: datetime) -> Attempt:
        """Check a password. The answer takes as long for unknown names."""
        name = name.strip().lower()[:_NAME_LONGEST]
        keys = {"name": _key("name", name), "address": _key("address", address)}
        with self._db.read() as connection:
            waits = [wait(kind, *users.failures(connection, key), now) for kind, key in keys.items()]
            known = users.credentials(connection, name)
        if max(waits) > timedelta(0):
            return Attempt(SignedIn.WAIT, wait_s=int(max(waits).total_seconds()) + 1)
        if not passwords.right(known.password_hash if known else None, password):
            self._failed(keys, name if known else "", now)
            return Attempt(SignedIn.NO)
        assert known is not None
        return self._begin(name, keys["name"], known.totp_enc is None, now)

    def _begin(self, name: str, key: str, passed: bool, now: datetime) -> Attempt:
        token = chance.token_urlsafe(32)
        with self._db.begin() as connection:
            users.forget_sessions(connection, now - IDLE, now - LONGEST)
            users.begin_session(connection, _hash(token), name, now, passed)
            if passed:
                users.forget_failures(connection, key)
                self._log.write(connection, Entry(now, name, "sign_in"))
        return Attempt(SignedIn.IN if passed else SignedIn.CODE, token)

    def second_factor(self, token: str, code: str, now: datetime) -> Attempt:
        """Check the code that follows the password. A new token, as the session has become another."""
        with self._db.read() as connection:
            held = users.session(connection, _hash(token))
            known = users.credentials(connection, held.user.name) if held else None
            key = _key("name", held.user.name) if held else ""
            pause = wait("name", *users.failures(connection, key), now)
        if held is None or known is None or known.totp_enc is None:
            return Attempt(SignedIn.NO)
        if pause > timedelta(0):
            return Attempt(SignedIn.WAIT, wait_s=int(pause.total_seconds()) + 1)
        step = passwords.totp_step(self._totp(known.totp_enc), code, now)
        if step is None or not self._take_step(held, step):
            self._failed({"name": key}, held.user.name, now)
            return Attempt(SignedIn.NO)
        return self._begin(held.user.name, key, True, now)

    def _take_step(self, held: SessionRow, step: int) -> bool:
        with self._db.begin() as connection:
            taken = users.take_totp_step(connection, held.user.name, step)
            if taken:
                users.end_session(connection, held.token_hash)
            return taken

    def _failed(self, keys: dict[str, str], name: str, now: datetime) -> None:
        with self._db.begin() as connection:
            for key in keys.values():
                users.failed(connection, key, now, now - FORGOTTEN)
            self._log.write(connection, Entry(now, name or "nobody", "sign_in_failed"))

    def session(self, token: str, now: datetime) -> SessionRow | None:
        """The session of a cookie; None when there is none or its time is over."""
        if not token:
            return None
        with self._db.read() as connection:
            found = users.session(connection, _hash(token))
        if found is None or now - found.seen_at > IDLE or now - found.begun_at > LONGEST:
            return None
        return found

    def sign_out(self, held: SessionRow, now: datetime) -> None:
        with self._db.begin() as connection:
            users.end_session(connection, held.token_hash)
            self._log.write(connection, Entry(now, held.user.name, "sign_out"))

    def add(self, new: NewUser, by: str, now: datetime) -> str:
        """Make a user; gives a password for the first sign-in, at which it must be changed. ConsoleError."""
        self._check(new)
        password = passwords.one_time()
        row = UserRow(new.name, new.role, new.place, new.language, False, True, False, now, None, None)
        with self._db.begin() as connection:
            if not users.add(connection, row, passwords.hashed(password)):
                raise ConsoleError(f"there is a user {new.name} already", code="user_exists")
            self._log.write(connection, Entry(now, by, "user_added", f"user {new.name}", _described(new)))
        return password

    def _check(self, new: NewUser) -> None:
        if not (0 < len(new.name) <= _NAME_LONGEST) or set(new.name) - _NAME_SIGNS:
            raise ConsoleError("a name has 1 to 32 of a-z 0-9 . _ -", code="user_name")
        if new.place is not None and new.place not in self._places:
            raise ConsoleError(f"no district {new.place} in grammars/places.yaml", code="user_place")
        if new.role in BOUND_TO_A_PLACE and new.place is None:
            raise ConsoleError(f"an {new.role} needs a place: --place DISTRICT", code="user_place")

    def reset(self, name: str, by: str, now: datetime) -> str:
        """A new one-time password; the second factor is taken away and sessions end. ConsoleError."""
        password = passwords.one_time()
        values = {"password_hash": passwords.hashed(password), "password_at": now, "must_change": True}
        with self._db.begin() as connection:
            if not users.change(connection, name, **values, totp_enc=None, totp_step=None):
                raise _unknown(name)
            users.end_sessions_of(connection, name)
            users.forget_failures(connection, _key("name", name))
            self._log.write(connection, Entry(now, by, "password_reset", f"user {name}"))
        return password

    def enable(self, name: str, enabled: bool, by: str, now: datetime) -> None:
        """Let a user sign in, or no more: their sessions end. The last administrator stays. ConsoleError."""
        with self._db.begin() as connection:
            found = users.find(connection, name)
            if found is None:
                raise _unknown(name)
            last = found.role == Role.ADMINISTRATOR and users.count_enabled(connection, Role.ADMINISTRATOR) == 1
            if not enabled and found.disabled_at is None and last:
                raise ConsoleError("this is the last administrator; add another first", code="last_administrator")
            users.change(connection, name, disabled_at=None if enabled else now)
            users.end_sessions_of(connection, name)
            act = "user_enabled" if enabled else "user_disabled"
            self._log.write(connection, Entry(now, by, act, f"user {name}"))

    def change_password(self, held: SessionRow, old: str, new: str, now: datetime) -> str | None:
        """The user's own change; other sessions end. Gives the text key of what is wrong, None when it is done."""
        name = held.user.name
        with self._db.read() as connection:
            known = users.credentials(connection, name)
        if known is None or not passwords.right(known.password_hash, old):
            return "account.password_wrong"
        if problem := ("account.password_same" if old == new else passwords.weakness(new, name)):
            return problem
        values = {"password_hash": passwords.hashed(new), "password_at": now, "must_change": False}
        with self._db.begin() as connection:
            users.change(connection, name, **values)
            users.end_sessions_of(connection, name, but=held.token_hash)
            self._log.write(connection, Entry(now, name, "password_changed"))
        return None

    def set_totp(self, held: SessionRow, secret: bytes, code: str, now: datetime) -> bool:
        """Turn the second factor on, once a code shows that the app has the secret."""
        step = passwords.totp_step(secret, code, now)
        if step is None:
            return False
        with self._db.begin() as connection:
            sealed = self._secrets.seal(secret.hex(), _TOTP_PURPOSE)
            users.change(connection, held.user.name, totp_enc=sealed, totp_step=step)
            self._log.write(connection, Entry(now, held.user.name, "second_factor_on"))
        return True

    def prefer(self, name: str, **values: str | bool) -> None:
        """The user's own language or keys."""
        with self._db.begin() as connection:
            users.change(connection, name, **values)

    def _totp(self, sealed: bytes) -> bytes:
        return bytes.fromhex(self._secrets.open(sealed, _TOTP_PURPOSE))


def wait(kind: str, failures: int, last_at: datetime | None, now: datetime) -> timedelta:
    """How long the next attempt must wait: nothing for the first failures, then 2, 4, 8 ... s up to 15 min."""
    over = failures - FREE_FAILURES[kind]
    if over <= 0 or last_at is None or now - last_at > FORGOTTEN:
        return timedelta(0)
    pause = min(timedelta(seconds=2 ** min(over, 12)), LONGEST_WAIT)
    return max(last_at + pause - now, timedelta(0))


def _unknown(name: str) -> ConsoleError:
    return ConsoleError(f"there is no user {name}", code="user_unknown")


def _described(new: NewUser) -> str:
    return f"{new.role}, {new.place or 'all districts'}"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _key(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()
