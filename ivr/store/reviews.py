"""Calls to be reviewed and what was made of them: the list, leases, corrections. Functions over an open transaction.

The list never counts beyond its cap and never reads turns. A correction is a new row; taking it back marks the row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, literal, or_, select, tuple_, update

from ivr.core.errors import StoreError
from ivr.store import proposals
from ivr.store.database import insert_once
from ivr.store.schema import call, caller, flag, recording, ticket, turn
from ivr.store.schema_review import correction, review_draft, review_lease

LEASE = timedelta(minutes=5)
TO_REVIEW, REVIEWED = 1, 2
_FLAGGED = call.c.flag_state == literal(TO_REVIEW, literal_execute=True)  # as the partial index says it


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list is narrowed to; "" and None: everything. `kind` is a flag's."""

    kind: str = ""
    language: str = ""
    district: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the list. `holder`: who has it open now."""

    sid: str
    rank: int
    kind: str
    at_ms: int
    started_at: datetime
    language: str | None
    district: str | None
    service: str | None
    holder: str | None


@dataclass(frozen=True, slots=True)
class Correction:
    id: int
    call_sid: str
    turn_n: int
    kind: str
    value: str
    note: str
    who: str
    at: datetime
    heard_ms: int
    undone_by: str | None


@dataclass(frozen=True, slots=True)
class NewCorrection:
    """`base`: the newest correction of this turn that was seen; 0: none."""

    call_sid: str
    turn_n: int
    kind: str
    value: str
    note: str
    who: str
    heard_ms: int
    base: int


class Overtaken(StoreError):
    """Somebody else has corrected the same turn meanwhile."""

    code = "correction_overtaken"

    def __init__(self, newer: Correction) -> None:
        super().__init__("this turn was corrected meanwhile; look at both and decide")
        self.newer = newer


def flagged(
    connection: Connection, wanted: Filter, now: datetime, limit: int, after: tuple[int, datetime, str] | None = None
) -> Sequence[Listed]:
    """The most urgent first, inside a rank the oldest; `after` is the last row of the page before."""
    held = and_(review_lease.c.call_sid == call.c.sid, review_lease.c.until > now)
    query = (
        select(
            call.c.sid,
            call.c.flag_rank,
            call.c.flag_kind,
            call.c.flag_at_ms,
            call.c.started_at,
            call.c.language,
            call.c.district,
            call.c.service,
            review_lease.c.who,
        )
        .select_from(call.outerjoin(review_lease, held))
        .where(*_conditions(wanted))
        .order_by(call.c.flag_rank, call.c.started_at, call.c.sid)
        .limit(limit)
    )
    if after is not None:
        rank, started, sid = after
        place = tuple_(call.c.flag_rank, call.c.started_at, call.c.sid)
        query = query.where(place > tuple_(literal(rank), literal(started, call.c.started_at.type), literal(sid)))
    return [Listed(*row) for row in connection.execute(query)]


def count(connection: Connection, wanted: Filter, cap: int) -> int:
    """How many there are, counted up to one more than `cap`."""
    some = select(call.c.sid).where(*_conditions(wanted)).limit(cap + 1).subquery()
    return int(connection.execute(select(func.count()).select_from(some)).scalar_one())


def _conditions(wanted: Filter) -> list[Any]:
    narrowed = [(call.c.flag_kind, wanted.kind), (call.c.language, wanted.language), (call.c.district, wanted.district)]
    return [_FLAGGED, *(column == value for column, value in narrowed if value)]


def neighbours(
    connection: Connection, wanted: Filter, sid: str, who: str, now: datetime
) -> tuple[str | None, str | None]:
    """The calls before and after this one in the list that nobody else has open; of a call that is not in the list
    any more, by the place it had."""
    row = connection.execute(select(call.c.flag_rank, call.c.started_at).where(call.c.sid == sid)).first()
    if row is None or row.flag_rank is None:
        return None, None
    here = tuple_(literal(row.flag_rank), literal(row.started_at, call.c.started_at.type), literal(sid))
    place = tuple_(call.c.flag_rank, call.c.started_at, call.c.sid)
    busy = select(review_lease.c.call_sid).where(review_lease.c.until > now, review_lease.c.who != who)
    free = select(call.c.sid).where(*_conditions(wanted), call.c.sid.not_in(busy)).limit(1)
    columns = (call.c.flag_rank, call.c.started_at, call.c.sid)
    after = connection.execute(free.where(place > here).order_by(*columns)).scalar_one_or_none()
    before = free.where(place < here).order_by(*(column.desc() for column in columns))
    return connection.execute(before).scalar_one_or_none(), after


def found(connection: Connection, sid: str) -> Row[Any] | None:
    """The call with its caller's last digits."""
    joined = call.outerjoin(caller, call.c.caller_hash == caller.c.phone_hash)
    return connection.execute(select(call, caller.c.last4).select_from(joined).where(call.c.sid == sid)).first()


def turns(connection: Connection, sid: str) -> Sequence[Row[Any]]:
    """All turns in the order of their time."""
    return connection.execute(select(turn).where(turn.c.call_sid == sid).order_by(turn.c.start_ms, turn.c.n)).all()


def one_turn(connection: Connection, sid: str, n: int) -> Row[Any] | None:
    return connection.execute(select(turn).where(turn.c.call_sid == sid, turn.c.n == n)).first()


def flags(connection: Connection, sid: str) -> Sequence[Row[Any]]:
    return connection.execute(select(flag).where(flag.c.call_sid == sid).order_by(flag.c.at_ms, flag.c.id)).all()


def sound(connection: Connection, sid: str) -> Row[Any] | None:
    """The recording of the call itself, not of a message left."""
    mine = select(recording).where(recording.c.call_sid == sid, recording.c.kind == "call")
    return connection.execute(mine.order_by(recording.c.id).limit(1)).first()


def ticket_numbers(connection: Connection, sid: str) -> Sequence[str]:
    return (
        connection.execute(select(ticket.c.number).where(ticket.c.call_sid == sid).order_by(ticket.c.id))
        .scalars()
        .all()
    )


def lease(connection: Connection, sid: str, who: str, now: datetime) -> str:
    """Take or renew the call for `LEASE`; gives the name of who has it, who may be somebody else."""
    values = {"call_sid": sid, "who": who, "until": now + LEASE}
    if insert_once(connection, review_lease, values):
        return who
    mine_or_over = or_(review_lease.c.who == who, review_lease.c.until <= now)
    taken = update(review_lease).where(review_lease.c.call_sid == sid, mine_or_over)
    if connection.execute(taken.values(who=who, until=now + LEASE)).rowcount:
        return who
    return str(connection.execute(select(review_lease.c.who).where(review_lease.c.call_sid == sid)).scalar_one())


def hold(connection: Connection, sid: str, who: str, now: datetime) -> str:
    """Take the call that somebody opens, if it is free, and let go of what they had open before; who has it."""
    connection.execute(delete(review_lease).where(review_lease.c.who == who, review_lease.c.call_sid != sid))
    return lease(connection, sid, who, now)


def holder(connection: Connection, sid: str, now: datetime) -> str | None:
    """Who has the call open."""
    held = select(review_lease.c.who).where(review_lease.c.call_sid == sid, review_lease.c.until > now)
    name: str | None = connection.execute(held).scalar_one_or_none()
    return name


def corrections(connection: Connection, sid: str) -> Sequence[Correction]:
    """All of a call, oldest first, those taken back too."""
    query = select(*_CORRECTION).where(correction.c.call_sid == sid).order_by(correction.c.id)
    return [Correction(*row) for row in connection.execute(query)]


def one_correction(connection: Connection, correction_id: int) -> Correction | None:
    row = connection.execute(select(*_CORRECTION).where(correction.c.id == correction_id)).first()
    return Correction(*row) if row is not None else None


def correct(connection: Connection, new: NewCorrection, now: datetime) -> int:
    """Add a correction; its call counts as reviewed. Raises Overtaken where another was saved since `base`."""
    # the call's row is locked first, so that of two at the same moment the second sees the first
    connection.execute(update(call).where(call.c.sid == new.call_sid).values(flag_state=REVIEWED))
    valid = correction.c.undone_at.is_(None)
    newest = select(*_CORRECTION).where(correction.c.call_sid == new.call_sid, correction.c.turn_n == new.turn_n, valid)
    last = connection.execute(newest.order_by(correction.c.id.desc()).limit(1)).first()
    if last is not None and last.id > new.base and last.who != new.who:
        raise Overtaken(Correction(*last))
    values = {name: getattr(new, name) for name in NewCorrection.__dataclass_fields__ if name != "base"}
    inserted = connection.execute(correction.insert().values(**values, at=now).returning(correction.c.id))
    own_draft = (review_draft.c.call_sid == new.call_sid) & (review_draft.c.who == new.who)
    connection.execute(delete(review_draft).where(own_draft, review_draft.c.turn_n == new.turn_n))
    return int(inserted.scalar_one())


def undo(connection: Connection, correction_id: int, who: str, now: datetime) -> Correction | None:
    """Take back one's own correction; None where it is not there, somebody else's or taken back already. A call
    without any that holds is to be reviewed again."""
    mine = (correction.c.id == correction_id) & (correction.c.who == who) & correction.c.undone_at.is_(None)
    changed = connection.execute(update(correction).where(mine).values(undone_by=who, undone_at=now))
    taken_back = one_correction(connection, correction_id)
    if not changed.rowcount or taken_back is None:
        return None
    proposals.withdraw(connection, correction_id)
    valid = select(correction.c.id).where(
        correction.c.call_sid == taken_back.call_sid, correction.c.undone_at.is_(None)
    )
    if connection.execute(valid.limit(1)).first() is None:
        again = update(call).where(call.c.sid == taken_back.call_sid, call.c.flag_rank.is_not(None))
        connection.execute(again.values(flag_state=TO_REVIEW))
    return taken_back


def last_of(connection: Connection, who: str) -> Correction | None:
    """A user's newest correction that holds."""
    query = select(*_CORRECTION).where(correction.c.who == who, correction.c.undone_at.is_(None))
    row = connection.execute(query.order_by(correction.c.id.desc()).limit(1)).first()
    return Correction(*row) if row is not None else None


def keep_draft(connection: Connection, sid: str, turn_n: int, who: str, text: str, now: datetime) -> None:
    """Words that are being written, so that nothing is lost with the page."""
    key = {"call_sid": sid, "turn_n": turn_n, "who": who}
    if not insert_once(connection, review_draft, {**key, "text": text, "at": now}):
        same = and_(*(review_draft.c[name] == value for name, value in key.items()))
        connection.execute(update(review_draft).where(same).values(text=text, at=now))


def drafts(connection: Connection, sid: str, who: str) -> dict[int, str]:
    """Turn -> what this user has begun to write."""
    mine = select(review_draft.c.turn_n, review_draft.c.text).where(review_draft.c.call_sid == sid)
    return {row.turn_n: row.text for row in connection.execute(mine.where(review_draft.c.who == who))}


_CORRECTION = tuple(correction.c[name] for name in Correction.__dataclass_fields__)
