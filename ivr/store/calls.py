"""Calls and callers: who rang, where the conversation stands, what was said, what an operator should look at.

The dialogue's session is kept as the JSON text it was given; nothing here reads it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, update

from ivr.core import phone
from ivr.dialogue.commands import Disposition, Flag
from ivr.store.database import Database, insert_once
from ivr.store.schema import call, caller, flag, stream_token, turn
from ivr.store.secrets import Secrets

# Order of the operators' list: 1 is looked at first. A kind that is not here is looked at last.
FLAG_RANKS: Mapping[str, int] = {
    "emergency": 1,
    "operator": 2,
    "refused": 3,
    "no_match": 4,
    "silence": 5,
    "left_speaking": 5,
    "failed": 5,
    "disagreement": 6,
    "low_margin": 6,
    "place_unknown": 6,
    "feedback": 6,
    "abuse": 7,
}
_LAST_RANK = 8
STALE = timedelta(seconds=90)  # longer than any wait lasts but stories and messages


@dataclass(frozen=True, slots=True)
class CallerRow:
    """A caller without the number: `phone_hash` is the key, `last4` is for screens."""

    phone_hash: str
    last4: str
    language: str | None
    sms_capable: bool
    sms_stopped: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing said, played or decided. Times in recording milliseconds; `words` as [word, start_ms, end_ms,
    confidence]; `side` is caller, prompt or note; `reply_ms` from the end of speech to the first audio of the reply."""

    side: str
    start_ms: int
    end_ms: int | None = None
    prompt: str | None = None
    heard_ms: int | None = None
    text: str | None = None
    words: Sequence[Sequence[str | float]] | None = None
    nbest: Sequence[Mapping[str, Any]] | None = None
    free_pass: str | None = None
    service: str | None = None
    runner_up: str | None = None
    score: float | None = None
    margin: float | None = None
    decision: str | None = None
    asked: str | None = None
    band: str | None = None
    agreed: bool | None = None
    reply_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Waited:
    """How long the caller waited for the reply to the turn that began at `start_ms`; known when it is stored."""

    start_ms: int
    reply_ms: int


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call as shown to testers; the caller masked."""

    sid: str
    caller: str
    started_at: datetime
    ended_at: datetime | None
    language: str | None
    disposition: str | None
    waits: int
    turns: tuple[Turn, ...] = field(default=())
    consent_at: datetime | None = None


class Calls:
    """All reads and writes about calls. Every method is one transaction; times are aware."""

    def __init__(self, db: Database, secrets: Secrets) -> None:
        self._db = db
        self._secrets = secrets

    def begin(self, call_sid: str, number: str | None, now: datetime) -> bool:
        """Note that a call came in from the carrier's From field (None or a word when withheld). False when this
        call is known already: carriers repeat webhooks."""
        known = phone.parse(number)
        with self._db.begin() as connection:
            phone_hash = note_caller(connection, self._secrets, known, now) if known else None
            return insert_once(connection, call, {"sid": call_sid, "caller_hash": phone_hash, "started_at": now})

    def caller(self, call_sid: str) -> CallerRow | None:
        """Who rang; None when the number is withheld or the call unknown."""
        with self._db.read() as connection:
            return caller_of(connection, call_sid)

    def caller_language(self, call_sid: str) -> str | None:
        """The language that this caller chose the last time."""
        known = self.caller(call_sid)
        return known.language if known else None

    def session(self, call_sid: str) -> str | None:
        """The session at the last wait, as JSON; None before the first."""
        with self._db.read() as connection:
            return connection.execute(select(call.c.session).where(call.c.sid == call_sid)).scalar_one_or_none()

    def save_wait(
        self,
        call_sid: str,
        session_json: str,
        now: datetime,
        turns: Sequence[Turn | Waited] = (),
        language: str | None = None,
    ) -> None:
        """Keep the session and the turns since the last wait, both or neither. `language` once it is known."""
        with self._db.begin() as connection:
            kept: dict[str, Any] = {"session": session_json, "session_at": now, "waits": call.c.waits + 1}
            if language is not None:
                kept["language"] = language
                _remember_language(connection, call_sid, language)
            connection.execute(update(call).where(call.c.sid == call_sid).values(kept))
            _add_turns(connection, call_sid, turns)

    def add_turns(self, call_sid: str, turns: Sequence[Turn | Waited]) -> None:
        """Keep turns that end no wait."""
        with self._db.begin() as connection:
            _add_turns(connection, call_sid, turns)

    def add_flag(self, call_sid: str, mark: Flag, at_ms: int, end_ms: int | None = None) -> None:
        """Mark this span of the recording for an operator; the worst mark decides the call's place in the list."""
        rank = FLAG_RANKS.get(mark.kind, _LAST_RANK)
        row = {"at_ms": at_ms, "end_ms": end_ms, "kind": mark.kind, "rank": rank, "detail": mark.detail}
        worst = {"flag_state": 1, "flag_rank": rank, "flag_at_ms": at_ms, "flag_kind": mark.kind}
        with self._db.begin() as connection:
            connection.execute(flag.insert().values(call_sid=call_sid, **row))
            unflagged = func.coalesce(call.c.flag_rank, _LAST_RANK + 1) > rank
            connection.execute(update(call).where(call.c.sid == call_sid, unflagged).values(worst))

    def consent(self, call_sid: str, at: datetime | None) -> None:
        """The caller agreed to being recorded then; None: took it back."""
        with self._db.begin() as connection:
            connection.execute(update(call).where(call.c.sid == call_sid).values(consent_at=at))

    def describe(self, call_sid: str, *, district: str | None = None, service: str | None = None) -> None:
        """Note what the call is about, for lists and statistics."""
        known = {name: value for name, value in (("district", district), ("service", service)) if value is not None}
        if known:
            with self._db.begin() as connection:
                connection.execute(update(call).where(call.c.sid == call_sid).values(known))

    def end(self, call_sid: str, disposition: Disposition | None, now: datetime) -> None:
        """The call is over. Said twice (by us and by the carrier), the first time and the first disposition stay;
        the carrier knows none (None)."""
        value = str(disposition) if disposition is not None else None
        with self._db.begin() as connection:
            connection.execute(
                update(call)
                .where(call.c.sid == call_sid)
                .values(
                    ended_at=func.coalesce(call.c.ended_at, now), disposition=func.coalesce(call.c.disposition, value)
                )
            )

    def resume(
        self, call_sid: str, since: datetime, now: datetime, reopen: Callable[[str], str | None] = str
    ) -> str | None:
        """If this caller's last call broke off after `since` with work left, this call takes its session over.

        Gives the session's JSON, once: a second call at the same time begins afresh, and so does a call while the
        other still goes on (two people with one telephone). None when there is nothing to resume. `reopen` makes the
        session that goes on out of the one that broke off, or None where nothing in it is worth going on with.
        """
        with self._db.begin() as connection:
            found = connection.execute(_broken_off(call_sid, since, now)).first()
            session = reopen(found.session) if found is not None else None
            if found is None or session is None:
                return None
            claimed = connection.execute(
                update(call)
                .where(call.c.sid == found.sid, call.c.resumed_by.is_(None))
                .values(resumed_by=call_sid, ended_at=found.over_at, disposition=Disposition.CALLER_LEFT.value)
            )
            if claimed.rowcount != 1:
                return None
            taken = {"session": session, "session_at": now, "language": found.language}
            connection.execute(update(call).where(call.c.sid == call_sid).values(taken))
            return session

    def claim_stream_token(self, token_id: str, now: datetime) -> bool:
        """True the first time a token is shown, false ever after."""
        with self._db.begin() as connection:
            return insert_once(connection, stream_token, {"token_id": token_id, "used_at": now})

    def known(self, call_sid: str) -> bool:
        """Whether this call has begun."""
        with self._db.read() as connection:
            return connection.execute(select(call.c.sid).where(call.c.sid == call_sid)).first() is not None

    def show(self, call_sid: str) -> CallRow | None:
        """The call with its turns, for people."""
        with self._db.read() as connection:
            found = connection.execute(select(call).where(call.c.sid == call_sid)).first()
            if found is None:
                return None
            rows = connection.execute(select(turn).where(turn.c.call_sid == call_sid).order_by(turn.c.n))
            turns = tuple(_turn(row) for row in rows)
            who = caller_of(connection, call_sid)
        masked = phone.mask(who.last4) if who else ""
        seen = (found.sid, masked, found.started_at, found.ended_at, found.language, found.disposition, found.waits)
        return CallRow(*seen, turns, found.consent_at)


def note_caller(connection: Connection, secrets: Secrets, known: phone.Phone, now: datetime) -> str:
    """The hash of a number, its caller's row made or brought up to date."""
    phone_hash = secrets.phone_hash(known.e164)
    row = {
        "phone_hash": phone_hash,
        "phone_enc": secrets.seal(known.e164),
        "last4": known.e164[-4:],
        "sms_capable": known.reach is phone.Reach.MOBILE,
        "first_at": now,
        "last_at": now,
    }
    if not insert_once(connection, caller, row):
        connection.execute(_SEEN, {"who": phone_hash, "last_at": now})
    return phone_hash


# Built once: to build a statement costs more than to run it.
_SEEN = update(caller).where(caller.c.phone_hash == bindparam("who"))
_CALLER_OF_CALL = (
    select(caller)
    .select_from(call.outerjoin(caller, call.c.caller_hash == caller.c.phone_hash))
    .where(call.c.sid == bindparam("call_sid"))
)


def call_and_caller(connection: Connection, call_sid: str) -> tuple[bool, CallerRow | None]:
    """Whether the call is known, and its caller; None when withheld."""
    row = connection.execute(_CALLER_OF_CALL, {"call_sid": call_sid}).first()
    return row is not None, _caller(row) if row is not None and row.phone_hash is not None else None


def caller_of(connection: Connection, call_sid: str) -> CallerRow | None:
    """The caller of a call; None when withheld."""
    return call_and_caller(connection, call_sid)[1]


def _caller(row: Row[Any]) -> CallerRow:
    return CallerRow(row.phone_hash, row.last4, row.language, row.sms_capable, row.sms_stopped_at is not None)


def _remember_language(connection: Connection, call_sid: str, language: str) -> None:
    who = select(call.c.caller_hash).where(call.c.sid == call_sid).scalar_subquery()
    connection.execute(update(caller).where(caller.c.phone_hash == who).values(language=language))


def _add_turns(connection: Connection, call_sid: str, turns: Sequence[Turn | Waited]) -> None:
    rows = [asdict(said) for said in turns if isinstance(said, Turn)]
    if rows:
        last = select(func.coalesce(func.max(turn.c.n), 0)).where(turn.c.call_sid == call_sid)
        begin = connection.execute(last).scalar_one()
        connection.execute(
            turn.insert(), [{"call_sid": call_sid, "n": begin + n, **row} for n, row in enumerate(rows, 1)]
        )
    for waited in (one for one in turns if isinstance(one, Waited)):
        spoken = (turn.c.call_sid == call_sid) & (turn.c.side == "caller") & (turn.c.start_ms == waited.start_ms)
        connection.execute(update(turn).where(spoken).values(reply_ms=waited.reply_ms))


def _turn(row: Row[Any]) -> Turn:
    return Turn(**{name: getattr(row, name) for name in Turn.__dataclass_fields__})


def _broken_off(call_sid: str, since: datetime, now: datetime) -> Any:
    """The last call of this call's caller, if it broke off after `since` with work left. One of which nothing
    came for `STALE` has broken off with the process that led it."""
    mine = select(call.c.caller_hash).where(call.c.sid == call_sid).scalar_subquery()
    over = func.coalesce(call.c.ended_at, call.c.session_at)
    gone = call.c.ended_at.is_not(None) | (call.c.session_at <= now - STALE)
    ended = select(call, over.label("over_at")).where(call.c.caller_hash == mine, call.c.sid != call_sid, gone)
    last = ended.order_by(over.desc(), call.c.sid).limit(1).subquery()
    return select(last).where(
        last.c.over_at >= since,
        last.c.session.is_not(None),
        last.c.resumed_by.is_(None),
        func.coalesce(last.c.disposition, Disposition.CALLER_LEFT.value) == Disposition.CALLER_LEFT.value,
    )
