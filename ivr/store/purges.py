"""Removes what has been kept long enough, a batch at a time, so that no call waits for it. Rows only; files are the
desk's. Which days are kept is given.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, or_, select, update

from ivr.store.schema import call, caller, job, link, outcall, sms, stream_token, turn
from ivr.store.schema_alerts import no_alerts
from ivr.store.schema_relief import responder
from ivr.store.schema_tickets import officer, ticket, ticket_claim, ticket_event

Purge = Callable[[Connection, datetime, int], int]
"""Removes at most so many of what is older than the time; gives how many."""

EMPTY_SESSION = None


def call_words(connection: Connection, before: datetime, limit: int) -> int:
    """Turns and sessions of old calls; the call stays as a row to be counted."""
    spoken = exists().where(turn.c.call_sid == call.c.sid)
    old = select(call.c.sid).where(call.c.started_at < before, or_(call.c.session.is_not(None), spoken)).limit(limit)
    sids = [row.sid for row in connection.execute(old)]
    if sids:
        connection.execute(delete(turn).where(turn.c.call_sid.in_(sids)))
        connection.execute(update(call).where(call.c.sid.in_(sids)).values(session=EMPTY_SESSION))
    return len(sids)


def ticket_words(connection: Connection, before: datetime, limit: int) -> int:
    """Words of complaints closed long ago: in the ticket, its trail and the citizen's answers."""
    kept = or_(ticket.c.words != "", ticket.c.search_text != "")
    old = select(ticket.c.id).where(ticket.c.state == "closed", ticket.c.closed_at < before, kept).limit(limit)
    ids = [row.id for row in connection.execute(old)]
    if ids:
        connection.execute(update(ticket).where(ticket.c.id.in_(ids)).values(words="", search_text=""))
        connection.execute(update(ticket_event).where(ticket_event.c.ticket_id.in_(ids)).values(note=""))
        connection.execute(update(ticket_claim).where(ticket_claim.c.ticket_id.in_(ids)).values(words=""))
    return len(ids)


def sms_texts(connection: Connection, before: datetime, limit: int) -> int:
    """Text and number of old SMS; that one was sent stays."""
    kept = or_(sms.c.body != "", sms.c.to_enc.is_not(None))
    old = select(sms.c.id).where(sms.c.queued_at < before, kept, sms.c.state != "queued").limit(limit)
    ids = [row.id for row in connection.execute(old)]
    if ids:
        connection.execute(update(sms).where(sms.c.id.in_(ids)).values(body="", to_enc=None))
    return len(ids)


def jobs_done(connection: Connection, before: datetime, limit: int) -> int:
    return _rows(connection, job, and_(job.c.state == "done", job.c.finished_at < before), limit)


def jobs_dead(connection: Connection, before: datetime, limit: int) -> int:
    return _rows(connection, job, and_(job.c.state == "dead", job.c.finished_at < before), limit)


def links(connection: Connection, before: datetime, limit: int) -> int:
    return _rows(connection, link, link.c.expires_at < before, limit)


def stream_tokens(connection: Connection, before: datetime, limit: int) -> int:
    return _rows(connection, stream_token, stream_token.c.used_at < before, limit)


def callers(connection: Connection, before: datetime, limit: int) -> int:
    """Who has not rung for long and has no open complaint; their calls and tickets lose their name. Kept are officers,
    registered helpers, and whoever said STOP: to forget that would be to send again."""
    waiting = exists().where(ticket.c.caller_hash == caller.c.phone_hash, ticket.c.state != "closed")
    serving = exists().where(officer.c.caller_hash == caller.c.phone_hash)
    to_ring = exists().where(outcall.c.caller_hash == caller.c.phone_hash, outcall.c.asked_at >= before)
    helping = exists().where(responder.c.caller_hash == caller.c.phone_hash)
    stopped = or_(caller.c.sms_stopped_at.is_not(None), exists().where(no_alerts.c.caller_hash == caller.c.phone_hash))
    old = and_(caller.c.last_at < before, ~waiting, ~serving, ~to_ring, ~helping, ~stopped)
    return _rows(connection, caller, old, limit)


PURGES: Mapping[str, Purge] = {
    "call_words": call_words,
    "ticket_words": ticket_words,
    "sms_texts": sms_texts,
    "jobs_done": jobs_done,
    "jobs_dead": jobs_dead,
    "links": links,
    "stream_tokens": stream_tokens,
    "callers": callers,
}


def _rows(connection: Connection, table: Any, old: Any, limit: int) -> int:
    key = next(iter(table.primary_key))
    keys = [row[0] for row in connection.execute(select(key).where(old).limit(limit))]
    if keys:
        connection.execute(delete(table).where(key.in_(keys)))
    return len(keys)
