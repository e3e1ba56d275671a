"""Who was sent the sound of which call: for the access log, and for the rule that nobody corrects what was not heard.

Functions over an open transaction.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from ivr.store.database import insert_once
from ivr.store.schema import call
from ivr.store.schema_review import listening

HEARD_LEAST_MS = 1_000
OPENED_AGAIN = timedelta(minutes=10)


def flagged_within(connection: Connection, sid: str, from_ms: int, to_ms: int) -> bool:
    """Whether the flagged second of a call lies between these times; a call without a flag has it at its start."""
    at = connection.execute(select(call.c.flag_at_ms).where(call.c.sid == sid)).scalar_one_or_none() or 0
    return from_ms <= at and to_ms >= at + HEARD_LEAST_MS


def heard_before(connection: Connection, sid: str, who: str, now: datetime, flagged_second: bool) -> bool:
    """Whether it is known already that `who` hears this call, and its flagged second if this is it."""
    mine = select(listening).where(listening.c.call_sid == sid, listening.c.who == who)
    row = connection.execute(mine).first()
    return row is not None and now - row.opened_at <= OPENED_AGAIN and (row.flag_served or not flagged_second)


def heard(connection: Connection, sid: str, who: str, now: datetime, flagged_second: bool) -> bool:
    """Note that sound of this call was sent to `who`; whether it is the first for ten minutes, to be written into the
    access log."""
    new = {"call_sid": sid, "who": who, "opened_at": now, "last_at": now, "flag_served": flagged_second}
    if insert_once(connection, listening, new):
        return True
    mine = (listening.c.call_sid == sid) & (listening.c.who == who)
    again = connection.execute(
        update(listening).where(mine, listening.c.opened_at < now - OPENED_AGAIN).values(opened_at=now)
    )
    served = {"last_at": now, **({"flag_served": True} if flagged_second else {})}
    connection.execute(update(listening).where(mine).values(served))
    return again.rowcount == 1


def was_served(connection: Connection, sid: str, who: str) -> bool:
    """Whether sound of the flagged second was sent to `who`: what is known of a player without script."""
    mine = select(listening.c.flag_served).where(listening.c.call_sid == sid, listening.c.who == who)
    return bool(connection.execute(mine).scalar_one_or_none())
