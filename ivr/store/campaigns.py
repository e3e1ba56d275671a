"""Campaigns of alert calls: whom they are to reach, what became of each, every call. Rows; the desk has the rules.

Functions take the connection, so that rows and the jobs they cause are one transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, and_, func, insert, literal, not_, select, update

from ivr.core.phone import mask
from ivr.store.database import as_written, insert_once
from ivr.store.schema import call, caller
from ivr.store.schema_alerts import alert_call, campaign, listener, no_alerts


class CampaignState(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    STOPPED = "stopped"


PROPOSED = "proposed"  # why a campaign is paused that nobody has said yes to


class ListenerState(StrEnum):
    """`queued`: a job will ring soon; `heard`: took the call; `unreached`: all tries in vain; `skipped`: left out."""

    WAITING = "waiting"
    QUEUED = "queued"
    RINGING = "ringing"
    HEARD = "heard"
    ACKNOWLEDGED = "acknowledged"
    OPTED_OUT = "opted_out"
    UNREACHED = "unreached"
    SKIPPED = "skipped"


UNDER_WAY = (ListenerState.WAITING, ListenerState.QUEUED, ListenerState.RINGING)


@dataclass(frozen=True, slots=True)
class NewCampaign:
    """`district` None: a list. `texts` and `recordings` by language; a recording is a file below the data folder."""

    key: str
    name: str
    kind: str
    district: str | None
    texts: Mapping[str, str]
    recordings: Mapping[str, str]
    per_minute: int
    tries: int
    day_and_night: bool
    made_by: str


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """A campaign. `reason` says why it is paused; `run` counts its starts."""

    id: int
    name: str
    kind: str
    district: str | None
    texts: Mapping[str, str]
    recordings: Mapping[str, str]
    per_minute: int
    tries: int
    day_and_night: bool
    state: CampaignState
    reason: str
    run: int
    made_by: str
    made_at: datetime
    started_at: datetime | None
    state_at: datetime

    @property
    def proposed(self) -> bool:
        """Whether it waits for somebody's yes."""
        return self.state is CampaignState.PAUSED and self.reason == PROPOSED


@dataclass(frozen=True, slots=True)
class ListenerRow:
    id: int
    campaign_id: int
    caller_hash: str
    language: str
    state: ListenerState
    tries: int


@dataclass(frozen=True, slots=True)
class AlertCallRow:
    """A call as shown to people; whom to is masked."""

    to: str
    outcome: str
    carrier_failed: bool
    placed_at: datetime
    ended_at: datetime | None


def add(
    connection: Connection, new: NewCampaign, now: datetime, *, proposed: bool = False, starts: datetime | None = None
) -> tuple[CampaignRow, bool]:
    """The campaign of this command, and whether it was made now. `proposed`: it rings nobody before somebody's yes."""
    row = {**asdict(new), "state": CampaignState.RUNNING.value, "run": 1}
    if proposed:
        row |= {"state": CampaignState.PAUSED.value, "reason": PROPOSED, "run": 0}
    row |= {"made_at": now, "started_at": starts or now, "state_at": now}
    added = insert_once(connection, campaign, row)
    found = connection.execute(select(campaign).where(campaign.c.key == new.key)).one()
    return _row(found), added


def find(connection: Connection, campaign_id: int, *, lock: bool = False) -> CampaignRow | None:
    """One campaign; `lock` holds it against others until the transaction ends."""
    query = select(campaign).where(campaign.c.id == campaign_id)
    row = connection.execute(query.with_for_update() if lock else query).first()
    return _row(row) if row is not None else None


def listed(connection: Connection, limit: int = 50) -> Sequence[CampaignRow]:
    """The last campaigns, newest first."""
    query = select(campaign).order_by(campaign.c.made_at.desc(), campaign.c.id.desc()).limit(limit)
    return [_row(row) for row in connection.execute(query)]


def move(connection: Connection, campaign_id: int, state: CampaignState, now: datetime, **more: Any) -> None:
    """Put a campaign in a state; `more` are `reason`, `run` and `started_at`."""
    values = {"state": state.value, "state_at": now, **more}
    connection.execute(update(campaign).where(campaign.c.id == campaign_id).values(values))


def add_place(connection: Connection, campaign_id: int, district: str, language: str, now: datetime) -> int:
    """Everybody whose calls were about `district` becomes a listener, in the language last chosen, else `language`.
    Who wants no such calls is left out. How many were added."""
    there = select(call.c.caller_hash).where(call.c.district == district, call.c.caller_hash.is_not(None))
    stopped = select(no_alerts.c.caller_hash).where(no_alerts.c.caller_hash == caller.c.phone_hash).exists()
    columns = ["campaign_id", "caller_hash", "language", "state", "due_at", "state_at"]
    chosen = select(
        literal(campaign_id),
        caller.c.phone_hash,
        func.coalesce(caller.c.language, language),
        literal(ListenerState.WAITING.value),
        literal(now, listener.c.due_at.type),
        literal(now, listener.c.state_at.type),
    ).where(caller.c.phone_hash.in_(there), not_(stopped))
    connection.execute(insert(listener).from_select(columns, chosen))
    return connection.execute(select(func.count()).where(listener.c.campaign_id == campaign_id)).scalar_one()


def add_list(connection: Connection, campaign_id: int, people: Iterable[tuple[str, str]], now: datetime) -> int:
    """Listeners by (caller's hash, language); who is there already or wants no such calls is left out."""
    added = 0
    for who, language in people:
        if stopped(connection, who):
            continue
        row = {"campaign_id": campaign_id, "caller_hash": who, "language": language}
        row |= {"state": ListenerState.WAITING.value, "due_at": now, "state_at": now}
        added += insert_once(connection, listener, row)
    return added


def stopped(connection: Connection, caller_hash: str) -> bool:
    """Whether this caller wants no alert calls."""
    return connection.execute(select(no_alerts).where(no_alerts.c.caller_hash == caller_hash)).first() is not None


def stop_for(connection: Connection, caller_hash: str, now: datetime) -> None:
    """No alert calls to this caller any more."""
    insert_once(connection, no_alerts, {"caller_hash": caller_hash, "at": now})


def due(connection: Connection, campaign_id: int, now: datetime, limit: int) -> Sequence[ListenerRow]:
    """Whom to ring next."""
    waits = listener.c.state == as_written(ListenerState.WAITING.value)
    query = select(listener).where(listener.c.campaign_id == campaign_id, waits, listener.c.due_at <= now)
    rows = connection.execute(query.order_by(listener.c.due_at, listener.c.id).limit(limit))
    return [_listener(row) for row in rows]


def next_due(connection: Connection, campaign_id: int) -> datetime | None:
    """When the next listener is to be rung; None where nobody waits."""
    waits = listener.c.state == as_written(ListenerState.WAITING.value)
    query = select(func.min(listener.c.due_at)).where(listener.c.campaign_id == campaign_id, waits)
    return connection.execute(query).scalar_one_or_none()


def stale(connection: Connection, campaign_id: int, since: datetime) -> Sequence[ListenerRow]:
    """Listeners whose call was placed before `since` and of whom nothing was heard."""
    mine = listener.c.campaign_id == campaign_id, listener.c.state == ListenerState.RINGING.value
    return [_listener(row) for row in connection.execute(select(listener).where(*mine, listener.c.state_at < since))]


def find_listener(connection: Connection, listener_id: int) -> ListenerRow | None:
    row = connection.execute(select(listener).where(listener.c.id == listener_id)).first()
    return _listener(row) if row is not None else None


def ringing_to(connection: Connection, caller_hash: str) -> ListenerRow | None:
    """The listener who is being rung at this number."""
    mine = listener.c.caller_hash == caller_hash, listener.c.state == ListenerState.RINGING.value
    row = connection.execute(select(listener).where(*mine).order_by(listener.c.state_at.desc()).limit(1)).first()
    return _listener(row) if row is not None else None


def by_call(connection: Connection, carrier_sid: str) -> ListenerRow | None:
    """The listener of a call that was placed."""
    joined = select(listener).join(alert_call, alert_call.c.listener_id == listener.c.id)
    row = connection.execute(joined.where(alert_call.c.carrier_sid == carrier_sid)).first()
    return _listener(row) if row is not None else None


def move_listener(connection: Connection, listener_id: int, state: ListenerState, now: datetime, **more: Any) -> None:
    """Put a listener in a state; `more` are `tries` and `due_at`."""
    values = {"state": state.value, "state_at": now, "due_at": None, **more}
    connection.execute(update(listener).where(listener.c.id == listener_id).values(values))


def receiver(connection: Connection, listener_id: int) -> bytes | None:
    """The sealed number to ring."""
    joined = select(caller.c.phone_enc).join(listener, listener.c.caller_hash == caller.c.phone_hash)
    return connection.execute(joined.where(listener.c.id == listener_id)).scalar_one_or_none()


def place(connection: Connection, one: ListenerRow, run: int, now: datetime) -> int:
    """Write down that a call is being placed; its id."""
    row: dict[str, Any] = {"campaign_id": one.campaign_id, "listener_id": one.id, "run": run}
    row |= {"outcome": "ringing", "carrier_failed": False, "placed_at": now}
    placed: int = connection.execute(insert(alert_call).values(row).returning(alert_call.c.id)).scalar_one()
    return placed


def placed(connection: Connection, alert_call_id: int, carrier_sid: str) -> None:
    """The carrier has taken the call under this sid, unless the call itself told so first."""
    unknown = alert_call.c.id == alert_call_id, alert_call.c.carrier_sid.is_(None)
    connection.execute(update(alert_call).where(*unknown).values(carrier_sid=carrier_sid))


def has_rung(connection: Connection, campaign_id: int) -> bool:
    """Whether any call was placed."""
    mine = select(alert_call.c.id).where(alert_call.c.campaign_id == campaign_id)
    return connection.execute(mine.limit(1)).first() is not None


def last_call(connection: Connection, listener_id: int) -> int | None:
    """The id of the last call to a listener."""
    query = select(alert_call.c.id).where(alert_call.c.listener_id == listener_id)
    return connection.execute(query.order_by(alert_call.c.id.desc()).limit(1)).scalar_one_or_none()


def ended(connection: Connection, alert_call_id: int, outcome: str, failed: bool, now: datetime) -> None:
    """How a call went; `failed`: by the carrier's fault."""
    values = {"outcome": outcome[:24], "carrier_failed": failed, "ended_at": now}
    connection.execute(update(alert_call).where(alert_call.c.id == alert_call_id).values(values))


def last_outcomes(connection: Connection, campaign_id: int, run: int, limit: int) -> list[bool]:
    """Whether the carrier failed, of the last calls of this run that have ended, newest first."""
    mine = alert_call.c.campaign_id == campaign_id, alert_call.c.run == run, alert_call.c.ended_at.is_not(None)
    query = select(alert_call.c.carrier_failed).where(*mine).order_by(alert_call.c.id.desc()).limit(limit)
    return list(connection.execute(query).scalars())


def failing(connection: Connection, campaign_id: int, limit: int = 20) -> Sequence[AlertCallRow]:
    """The last calls that the carrier failed, newest first."""
    columns = (alert_call, caller.c.last4)
    joined = select(*columns).join(listener, alert_call.c.listener_id == listener.c.id)
    joined = joined.join(caller, listener.c.caller_hash == caller.c.phone_hash)
    mine = and_(alert_call.c.campaign_id == campaign_id, alert_call.c.carrier_failed)
    rows = connection.execute(joined.where(mine).order_by(alert_call.c.id.desc()).limit(limit))
    return [AlertCallRow(mask(r.last4), r.outcome, r.carrier_failed, r.placed_at, r.ended_at) for r in rows]


def counts(connection: Connection, campaign_id: int) -> Mapping[ListenerState, int]:
    """How many listeners are in each state."""
    query = select(listener.c.state, func.count()).where(listener.c.campaign_id == campaign_id)
    found = {ListenerState(row[0]): row[1] for row in connection.execute(query.group_by(listener.c.state))}
    return {state: found.get(state, 0) for state in ListenerState}


def calls_since(connection: Connection, campaign_id: int, since: datetime) -> int:
    """How many calls were placed since."""
    mine = alert_call.c.campaign_id == campaign_id, alert_call.c.placed_at >= since
    return connection.execute(select(func.count()).where(*mine)).scalar_one()


def _row(row: Row[Any]) -> CampaignRow:
    plain = {name: getattr(row, name) for name in CampaignRow.__dataclass_fields__ if name != "state"}
    return CampaignRow(**plain, state=CampaignState(row.state))


def _listener(row: Row[Any]) -> ListenerRow:
    state = ListenerState(row.state)
    return ListenerRow(row.id, row.campaign_id, row.caller_hash, row.language, state, row.tries)
