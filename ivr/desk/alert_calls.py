"""The calls of alert campaigns: placed step by step, reported, answered. One chain of steps a run of a campaign.

A step and what it queues are one transaction with the step's end, so that a worker killed at any moment leaves either
the old step or its whole result. A call is placed at least once, as every job.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from ivr.core import phone
from ivr.core.clock import Clock
from ivr.core.errors import CarrierError
from ivr.desk import alert_rules
from ivr.desk.alerts import CAMPAIGN_STEP, enqueue_step
from ivr.desk.callbacks import CallCarrier
from ivr.desk.worker import Handler, Settle
from ivr.dialogue.hours import HouseHours
from ivr.store import campaigns
from ivr.store.campaigns import CampaignRow, CampaignState, ListenerRow, ListenerState
from ivr.store.database import Database
from ivr.store.jobs import Job, Jobs
from ivr.store.secrets import Secrets

ALERT_CALL = "alert_call"
CARRIER_FAILS = "carrier_fails"  # why a campaign is paused
NOBODY = frozenset({"busy", "no-answer", "canceled"})
CARRIER_FAULT = "failed"
ACKNOWLEDGED, STOP = "acknowledged", "stop"
_ANSWERS = {ACKNOWLEDGED: ListenerState.ACKNOWLEDGED, STOP: ListenerState.OPTED_OUT}


@dataclass(frozen=True, slots=True)
class AlertRules:
    """What placing and reporting share."""

    jobs: Jobs
    hours: HouseHours

    def again(self, connection: Connection, of: CampaignRow, one: ListenerRow, now: datetime) -> None:
        """Nobody took the call: once more later, or never."""
        wait = alert_rules.next_try(one.tries, of.tries)
        if wait is None:
            campaigns.move_listener(connection, one.id, ListenerState.UNREACHED, now)
            return
        at = self.allowed(of, now + wait)
        campaigns.move_listener(connection, one.id, ListenerState.WAITING, now, due_at=at)

    def allowed(self, of: CampaignRow, at: datetime) -> datetime:
        """From `at` on, when this campaign may ring."""
        return at if of.day_and_night else self.hours.next_call(at, operator=False)

    def check_carrier(self, connection: Connection, of: CampaignRow, now: datetime) -> None:
        """Pause the campaign where the carrier fails half its calls."""
        failed = campaigns.last_outcomes(connection, of.id, of.run, alert_rules.WINDOW)
        if of.state is CampaignState.RUNNING and alert_rules.carrier_fails(failed):
            campaigns.move(connection, of.id, CampaignState.PAUSED, now, reason=CARRIER_FAILS)


@dataclass(frozen=True, slots=True)
class Ringing:
    """The handlers of the two jobs. `url` answers a call, `status_url` is told its end."""

    db: Database
    secrets: Secrets
    rules: AlertRules
    carrier: CallCarrier
    clock: Clock
    url: str
    status_url: str

    def handlers(self) -> dict[str, Handler]:
        return {CAMPAIGN_STEP: Handler(self.step), ALERT_CALL: Handler(self.call)}

    async def step(self, job: Job) -> Settle | None:
        """Queue the calls of one step, and the next step."""
        return partial(self._step, job=job)

    def _step(self, connection: Connection, job: Job) -> None:
        now, jobs = self.clock.now(), self.rules.jobs
        of = campaigns.find(connection, int(job.payload["campaign_id"]), lock=True)
        if of is None or of.state is not CampaignState.RUNNING or of.run != job.payload["run"]:
            return
        at = self.rules.allowed(of, now)
        if at > now:
            enqueue_step(connection, jobs, of, at, f"after{job.id}")
            return
        for one in campaigns.stale(connection, of.id, now - alert_rules.SILENT_FOR):
            self.rules.again(connection, of, one, now)
        pace = alert_rules.step(of.per_minute)
        for one in campaigns.due(connection, of.id, now, pace.calls):
            campaigns.move_listener(connection, one.id, ListenerState.QUEUED, now)
            payload = {"listener_id": one.id, "run": of.run}
            jobs.enqueue(connection, ALERT_CALL, payload, key=f"{ALERT_CALL}:{one.id}:{job.id}", at=now)
        counted = campaigns.counts(connection, of.id)
        if not any(counted[state] for state in campaigns.UNDER_WAY):
            campaigns.move(connection, of.id, CampaignState.DONE, now)
            return
        due = campaigns.next_due(connection, of.id)
        enqueue_step(connection, jobs, of, alert_rules.when(due, now, pace.wait), f"after{job.id}")

    async def call(self, job: Job) -> Settle | None:
        """Ring one listener. A carrier that refuses is written down as such; the campaign's own tries go on."""
        planned = await asyncio.to_thread(self._plan, int(job.payload["listener_id"]))
        if planned is None:
            return None
        number, call_id = planned
        try:
            sid = await self.carrier.create_call(number, self.url, self.status_url)
        except CarrierError as error:
            return partial(self._refused, listener_id=int(job.payload["listener_id"]), call_id=call_id, code=error.code)
        return lambda connection: campaigns.placed(connection, call_id, sid)

    def _plan(self, listener_id: int) -> tuple[str, int] | None:
        """The number to ring and the row of the call; None where nobody is to be rung now."""
        now = self.clock.now()
        with self.db.begin() as connection:
            one = campaigns.find_listener(connection, listener_id)
            if one is None or one.state is not ListenerState.QUEUED:
                return None
            of = campaigns.find(connection, one.campaign_id)
            if of is None or of.state is not CampaignState.RUNNING:
                campaigns.move_listener(connection, one.id, ListenerState.WAITING, now, due_at=now)
                return None
            sealed = campaigns.receiver(connection, listener_id)
            if sealed is None or campaigns.stopped(connection, one.caller_hash):
                campaigns.move_listener(connection, one.id, ListenerState.SKIPPED, now)
                return None
            call_id = campaigns.place(connection, one, of.run, now)
            campaigns.move_listener(connection, one.id, ListenerState.RINGING, now, tries=one.tries + 1)
        return self.secrets.open(sealed), call_id

    def _refused(self, connection: Connection, listener_id: int, call_id: int, code: str) -> None:
        now = self.clock.now()
        one = campaigns.find_listener(connection, listener_id)
        of = campaigns.find(connection, one.campaign_id, lock=True) if one is not None else None
        if one is None or of is None:
            return
        campaigns.ended(connection, call_id, code, failed=True, now=now)
        if one.state is ListenerState.RINGING:
            self.rules.again(connection, of, one, now)
        self.rules.check_carrier(connection, of, now)


@dataclass(frozen=True, slots=True)
class AlertCalls:
    """What carrier and listeners tell about calls of campaigns. Blocking."""

    db: Database
    secrets: Secrets
    rules: AlertRules
    now: Callable[[], datetime]

    def answered(self, call_sid: str, number: str | None, now: datetime) -> bool:
        """A listener took the call, perhaps before the row knows its sid. False where the call is no alert's."""
        with self.db.begin() as connection:
            one = self._of(connection, call_sid, number)
            if one is None:
                return False
            call_id = campaigns.last_call(connection, one.id)
            if call_id is not None:
                campaigns.placed(connection, call_id, call_sid)
                campaigns.ended(connection, call_id, "answered", failed=False, now=now)
            if one.state is ListenerState.RINGING:
                campaigns.move_listener(connection, one.id, ListenerState.HEARD, now)
        return True

    def _of(self, connection: Connection, call_sid: str, number: str | None) -> ListenerRow | None:
        found = campaigns.by_call(connection, call_sid)
        known = phone.parse(number)
        if found is None and known is not None:
            return campaigns.ringing_to(connection, self.secrets.phone_hash(known.e164))
        return found

    def reported(self, call_sid: str, status: str, now: datetime) -> bool:
        """How a call ended. False where no call of ours has this sid (yet)."""
        with self.db.begin() as connection:
            return self.apply(connection, call_sid, status, now)

    def apply(self, connection: Connection, call_sid: str, status: str, now: datetime) -> bool:
        """The same inside a transaction."""
        one = campaigns.by_call(connection, call_sid)
        of = campaigns.find(connection, one.campaign_id, lock=True) if one is not None else None
        if one is None or of is None:
            return False
        call_id = campaigns.last_call(connection, one.id)
        if one.state is ListenerState.RINGING and status in NOBODY | {CARRIER_FAULT}:
            if call_id is not None:
                campaigns.ended(connection, call_id, status, failed=status == CARRIER_FAULT, now=now)
            self.rules.again(connection, of, one, now)
            self.rules.check_carrier(connection, of, now)
        return True

    def brief(self, connection: Connection, call_sid: str) -> Mapping[str, str] | None:
        """What the dialogue needs for this call; None where it is no alert's."""
        one = campaigns.by_call(connection, call_sid)
        of = campaigns.find(connection, one.campaign_id) if one is not None else None
        if one is None or of is None:
            return None
        kind, said = ("recording", of.recordings) if of.recordings else ("text", of.texts)
        if one.language not in said and one.language in of.texts:
            kind, said = "text", of.texts
        lang, told = alert_rules.message(said, one.language)
        return {"errand": "alert", "lang": lang, "kind": kind, "message": told}

    def answer(self, connection: Connection, call_sid: str, answer: str, now: datetime) -> bool:
        """What a listener pressed or said: acknowledged, or no more such calls."""
        one = campaigns.by_call(connection, call_sid)
        if one is None or answer not in _ANSWERS:
            return False
        campaigns.move_listener(connection, one.id, _ANSWERS[answer], now)
        if answer == STOP:
            campaigns.stop_for(connection, one.caller_hash, now)
        return True
