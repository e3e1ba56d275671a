"""Calls that go on, told by the processes that hold them to the consoles that show them; what operators ask of them.

Functions over an open transaction. A process publishes only while somebody watches. What is published holds callers'
words and is thrown away with the watch.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from ivr.store.database import Database, insert_once
from ivr.store.schema import call, handover, job, turn
from ivr.store.schema_review import live_board, live_listener, live_watch, take_over
from ivr.store.secrets import Secrets

WATCHED_FOR = timedelta(seconds=15)  # after the last time a console asked
STALE = timedelta(seconds=5)  # a board that old is shown as such
REPLIES = 2_000  # of which the 95th in a hundred is told
GONE = timedelta(seconds=60)  # and one that old belongs to a process that died


@dataclass(frozen=True, slots=True)
class Board:
    """What one process told last."""

    process: str
    at: datetime
    calls: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Waiting:
    """The queue for a person: how many, since when the first, how many are connected."""

    count: int
    since: datetime | None
    connected: int


@dataclass(frozen=True, slots=True)
class Lately:
    """The last hour. `reply_p95_ms` of the newest `replies`, None where there was none; `cut_off`: calls that ended
    without a result; `given_up`: work that waits for a person."""

    reply_p95_ms: int | None
    replies: int
    cut_off: int
    given_up: int


def lately(connection: Connection, now: datetime) -> Lately:
    """How well calls are served."""
    since = call.c.started_at > now - timedelta(hours=1)
    newest = select(turn.c.reply_ms).join(call, turn.c.call_sid == call.c.sid)
    newest = newest.where(since, turn.c.reply_ms.is_not(None)).order_by(call.c.started_at.desc()).limit(REPLIES)
    waits = sorted(connection.execute(newest).scalars())
    lost = select(func.count()).select_from(call)
    lost = lost.where(since, call.c.ended_at.is_not(None), call.c.disposition.is_(None))
    dead = select(func.count()).select_from(job).where(job.c.state == "dead")
    p95 = waits[-(-95 * len(waits) // 100) - 1] if waits else None  # nearest rank
    return Lately(p95, len(waits), connection.execute(lost).scalar_one(), connection.execute(dead).scalar_one())


def watch(connection: Connection, who: str, now: datetime) -> None:
    """Somebody looks: processes are to publish."""
    if not insert_once(connection, live_watch, {"who": who, "until": now + WATCHED_FOR}):
        connection.execute(update(live_watch).where(live_watch.c.who == who).values(until=now + WATCHED_FOR))


def watched(connection: Connection, now: datetime) -> bool:
    return connection.execute(select(live_watch.c.who).where(live_watch.c.until > now).limit(1)).first() is not None


def publish(connection: Connection, process: str, now: datetime, calls: Sequence[Mapping[str, Any]]) -> None:
    """This process's calls as they are now, instead of what it told before."""
    row = {"process": process, "at": now, "calls": list(calls)}
    if not insert_once(connection, live_board, row):
        connection.execute(update(live_board).where(live_board.c.process == process).values(row))


def withdraw(connection: Connection, process: str) -> None:
    connection.execute(delete(live_board).where(live_board.c.process == process))


def boards(connection: Connection, now: datetime) -> Sequence[Board]:
    """What all processes told; those that died a while ago are left out."""
    rows = connection.execute(select(live_board).where(live_board.c.at > now - GONE).order_by(live_board.c.process))
    return [Board(row.process, row.at, row.calls) for row in rows]


def waiting(connection: Connection, now: datetime) -> Waiting:
    open_ = handover.c.ended_at.is_(None) & (handover.c.seen_at > now - timedelta(hours=1))
    queue = select(func.count(), func.min(handover.c.queued_at)).where(open_, handover.c.dialled_at.is_(None))
    count, since = connection.execute(queue.where(handover.c.seen_at > now - timedelta(seconds=90))).one()
    busy = select(func.count()).where(open_, handover.c.dialled_at.is_not(None))
    return Waiting(count, since, connection.execute(busy).scalar_one())


def ask_to_take_over(connection: Connection, sid: str, who: str, number: bytes, now: datetime) -> bool:
    """Have this call connected to the sealed `number`; false where somebody has asked before."""
    return insert_once(connection, take_over, {"call_sid": sid, "who": who, "number_enc": number, "asked_at": now})


def asked(connection: Connection, sids: Collection[str], now: datetime) -> Sequence[str]:
    """Of these calls, those to be taken over now; each is told once."""
    if not sids:
        return []
    wanted = take_over.c.call_sid.in_(sids) & take_over.c.begun_at.is_(None)
    found = connection.execute(select(take_over.c.call_sid).where(wanted)).scalars().all()
    if found:
        connection.execute(update(take_over).where(take_over.c.call_sid.in_(found)).values(begun_at=now))
    return found


def taker(connection: Connection, sid: str) -> bytes | None:
    """The sealed number of the operator who takes this call over."""
    number: bytes | None = connection.execute(
        select(take_over.c.number_enc).where(take_over.c.call_sid == sid)
    ).scalar_one_or_none()
    return number


def last_number(connection: Connection, who: str) -> bytes | None:
    """The sealed number that this operator gave the last time."""
    query = select(take_over.c.number_enc).where(take_over.c.who == who).order_by(take_over.c.asked_at.desc())
    number: bytes | None = connection.execute(query.limit(1)).scalar_one_or_none()
    return number


def listen(connection: Connection, sid: str, who: str, reason: str, now: datetime) -> bool:
    """Note why somebody listens in; false where it is noted already."""
    row = {"call_sid": sid, "who": who, "reason": reason, "at": now}
    return insert_once(connection, live_listener, row)


def listens(connection: Connection, sid: str, who: str) -> bool:
    """Whether this user said why they listen to this call."""
    mine = (live_listener.c.call_sid == sid) & (live_listener.c.who == who)
    return connection.execute(select(live_listener.c.who).where(mine)).first() is not None


@dataclass(frozen=True, slots=True)
class Takers:
    """Which telephone rings for a call that was taken over."""

    db: Database
    secrets: Secrets

    def __call__(self, call_sid: str) -> str | None:
        with self.db.read() as connection:
            sealed = taker(connection, call_sid)
        return self.secrets.open(sealed) if sealed is not None else None
