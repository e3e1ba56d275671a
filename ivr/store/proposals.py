"""Phrases that corrections suggest for the grammars, until a supervisor accepts or declines them.

Functions over an open transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update

from ivr.store.database import insert_once
from ivr.store.schema import turn
from ivr.store.schema_review import correction, proposal

OPEN, ACCEPTED, DECLINED = "open", "accepted", "declined"


@dataclass(frozen=True, slots=True)
class Proposal:
    """`phrase` as heard or written by the operator; `decided_phrase` as accepted. `call_sid` None: the call is gone."""

    id: int
    language: str
    service: str
    phrase: str
    state: str
    made_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decided_phrase: str | None
    call_sid: str | None
    who: str | None


def add(
    connection: Connection, language: str, service: str, phrase: str, correction_id: int | None, now: datetime
) -> bool:
    """False where the same was proposed before, whatever became of it."""
    values = {"language": language, "service": service, "phrase": phrase, "correction_id": correction_id}
    return insert_once(connection, proposal, {**values, "made_at": now, "state": OPEN})


def listed(
    connection: Connection, state: str, limit: int, before: int | None = None, district: str | None = None
) -> Sequence[Proposal]:
    """The newest first, before the one with id `before`."""
    query = _SELECT.where(proposal.c.state == state).order_by(proposal.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(proposal.c.id < before)
    return [Proposal(*row) for row in connection.execute(query)]


def one(connection: Connection, proposal_id: int) -> Proposal | None:
    row = connection.execute(_SELECT.where(proposal.c.id == proposal_id)).first()
    return Proposal(*row) if row is not None else None


def count(connection: Connection, cap: int) -> int:
    """How many wait, counted up to one more than `cap`."""
    some = select(proposal.c.id).where(proposal.c.state == OPEN).limit(cap + 1).subquery()
    return int(connection.execute(select(func.count()).select_from(some)).scalar_one())


def decide(connection: Connection, proposal_id: int, state: str, phrase: str | None, who: str, now: datetime) -> bool:
    """Accept (with the phrase as it shall stand) or decline; false where it was decided before."""
    waiting = (proposal.c.id == proposal_id) & (proposal.c.state == OPEN)
    decided = {"state": state, "decided_by": who, "decided_at": now, "decided_phrase": phrase}
    return connection.execute(update(proposal).where(waiting).values(decided)).rowcount == 1


def reopen(connection: Connection, proposal_id: int, who: str) -> bool:
    """Take one's own decision back."""
    mine = (proposal.c.id == proposal_id) & (proposal.c.state != OPEN) & (proposal.c.decided_by == who)
    cleared = {"state": OPEN, "decided_by": None, "decided_at": None, "decided_phrase": None}
    return connection.execute(update(proposal).where(mine).values(cleared)).rowcount == 1


def withdraw(connection: Connection, correction_id: int) -> None:
    """The correction was taken back: what it suggested and nobody has decided goes with it."""
    waiting = (proposal.c.correction_id == correction_id) & (proposal.c.state == OPEN)
    connection.execute(delete(proposal).where(waiting))


def accepted(connection: Connection) -> Sequence[tuple[str, str, str]]:
    """Language, service and phrase of all that were accepted, in the order of acceptance."""
    query = select(proposal.c.language, proposal.c.service, proposal.c.decided_phrase)
    rows = connection.execute(query.where(proposal.c.state == ACCEPTED).order_by(proposal.c.decided_at, proposal.c.id))
    return [(row.language, row.service, row.decided_phrase) for row in rows]


def state_of(connection: Connection) -> tuple[int, datetime | None]:
    """Changes whenever what is accepted changes: how many, and when the newest was."""
    query = select(func.count(), func.max(proposal.c.decided_at)).where(proposal.c.state == ACCEPTED)
    count, newest = connection.execute(query).one()
    return count, newest


def known_requests(connection: Connection) -> Sequence[tuple[str, str, str]]:
    """Language, words and service of every corrected request: what was really said, as far as an operator wrote it
    down, and what was meant. The newest correction of a turn holds."""
    valid = select(correction, turn.c.text, turn.c.nbest).join(
        turn, (turn.c.call_sid == correction.c.call_sid) & (turn.c.n == correction.c.turn_n)
    )
    written: dict[tuple[str, int], str] = {}
    meant: dict[tuple[str, int], tuple[str, str, str]] = {}
    for row in connection.execute(valid.where(correction.c.undone_at.is_(None)).order_by(correction.c.id)):
        key = (row.call_sid, row.turn_n)
        if row.kind == "words":
            written[key] = row.value
        elif row.kind in ("service", "not_speech") and row.text and row.nbest:
            meant[key] = (row.nbest[0]["lang"], row.text, row.value)  # not_speech: no service at all
    return [(lang, written.get(key, text), service) for key, (lang, text, service) in meant.items()]


_SELECT = select(
    *(proposal.c[name] for name in Proposal.__dataclass_fields__ if name in proposal.c),
    correction.c.call_sid,
    correction.c.who,
).select_from(proposal.outerjoin(correction, proposal.c.correction_id == correction.c.id))
