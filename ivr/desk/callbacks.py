"""Calls that we make: placed in calling hours, tried three times, told apart by what for. Blocking but for `Placing`.

A citizen is rung only after asking for it: by a promise made in a call, by a call to the number that never answers, by
a request for relief, by a complaint that the office calls solved; a responder after having registered. Alert
campaigns have rules of their own (`alert_calls`).
Only numbers of this country are rung: who rings from elsewhere could make us pay for dear calls.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from sqlalchemy import Connection

from ivr.core import phone
from ivr.core.clock import Clock
from ivr.desk.confirming import Confirming
from ivr.desk.worker import Handler, Settle
from ivr.store import outcalls
from ivr.store.calls import note_caller
from ivr.store.database import Database
from ivr.store.jobs import Job, Jobs
from ivr.store.outcalls import OutcallRow, OutcallState, Purpose
from ivr.store.secrets import Secrets

PLACE_CALL, CALL_REPORT = "place_call", "call_report"
TRIES = 3
ONCE = frozenset({Purpose.OFFER, Purpose.URGENT})  # meanwhile others are asked
BACK_OFF = (timedelta(minutes=5), timedelta(minutes=30))  # after the first and the second call nobody took
MISSED_APART = timedelta(minutes=30)  # one call back for all missed calls of a number within so long
BUSY_FOR = timedelta(minutes=1)  # until free lines are looked for again
REPORT_PATIENCE = timedelta(seconds=10)
OWN_COUNTRY = "+91"
_NOBODY = frozenset({"busy", "no-answer", "failed", "canceled"})
_OVER = "completed"


def promise(
    connection: Connection, jobs: Jobs, key: str, caller_hash: str, call_sid: str | None, now: datetime
) -> bool:
    """Queue the call that was promised, in the transaction of the promise. False if it was before."""
    return _queue(connection, jobs, outcalls.add(connection, key, Purpose.CALLBACK, caller_hash, call_sid, now), now)


def _queue(connection: Connection, jobs: Jobs, outcall_id: int | None, at: datetime, mark: str = "0") -> bool:
    if outcall_id is None:
        return False
    return jobs.enqueue(
        connection, PLACE_CALL, {"outcall_id": outcall_id}, key=f"{PLACE_CALL}:{outcall_id}:{mark}", at=at
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """A call that the house wants to make. `key`: made once for each, and says what about."""

    key: str
    purpose: Purpose
    caller_hash: str


def ring(connection: Connection, jobs: Jobs, wanted: Wanted, now: datetime) -> bool:
    """Queue a call, in the transaction of its cause. False if it was before."""
    made = outcalls.add(connection, wanted.key, wanted.purpose, wanted.caller_hash, None, now)
    return _queue(connection, jobs, made, now)


class CallBacks:
    """What the carrier tells about calls that we make, and missed calls that ask for one."""

    def __init__(self, db: Database, secrets: Secrets, confirming: Confirming, on_queued: Callable[[], None]) -> None:
        self._db, self._secrets, self._confirming = db, secrets, confirming
        self._jobs, self._hours, self._on_queued = confirming.jobs, confirming.hours, on_queued

    def missed(self, call_sid: str, number: str | None, now: datetime) -> bool:
        """A call to the number that never answers: one call back. False where none is due."""
        known = phone.parse(number)
        if known is None or not known.e164.startswith(OWN_COUNTRY):
            return False
        with self._db.begin() as connection:
            # the caller's row is the lock: of two calls at once one sees the other's
            who = note_caller(connection, self._secrets, known, now)
            if outcalls.asked_since(connection, who, Purpose.MISSED, now - MISSED_APART):
                return False
            asked = outcalls.add(connection, f"missed:{call_sid}", Purpose.MISSED, who, None, now)
            queued = _queue(connection, self._jobs, asked, self._hours.next_call(now, operator=False))
        if queued:
            self._on_queued()
        return queued

    def answered(self, call_sid: str, number: str | None, now: datetime) -> None:
        """The citizen took the call, perhaps before the row knows its sid."""
        known = phone.parse(number)
        with self._db.begin() as connection:
            found = outcalls.find(connection, carrier_sid=call_sid)
            if found is None and known is not None:
                found = outcalls.ringing_to(connection, self._secrets.phone_hash(known.e164))
            if found is not None:
                outcalls.move(connection, found.id, OutcallState.ANSWERED, now, carrier_sid=call_sid)

    def ticket(self, call_sid: str) -> str | None:
        """The number of the ticket that this call asks about; None for all others."""
        with self._db.read() as connection:
            found = outcalls.find(connection, carrier_sid=call_sid)
            row = self._confirming.ticket_of(connection, found) if found is not None else None
        return row.number if row is not None else None

    def key(self, call_sid: str) -> str:
        """What this call is about, as its cause named it; "" for a call that came in."""
        with self._db.read() as connection:
            found = outcalls.find(connection, carrier_sid=call_sid)
        return found.key if found is not None else ""

    def purpose(self, call_sid: str) -> str:
        """What this call was made for; "" for a call that came in."""
        with self._db.read() as connection:
            found = outcalls.find(connection, carrier_sid=call_sid)
        return found.purpose.value if found is not None else ""

    def reported(self, call_sid: str, status: str, now: datetime) -> None:
        """How a call that we made ended. Nobody took it: once more later. A report that overtakes the row of its call
        is looked at again a little later."""
        with self._db.begin() as connection:
            if not apply_report(connection, self._confirming, (call_sid, status), now):
                payload = {"carrier_sid": call_sid, "status": status}
                key = f"{CALL_REPORT}:{call_sid}:{status}"
                self._jobs.enqueue(connection, CALL_REPORT, payload, key=key, at=now + REPORT_PATIENCE)


def apply_report(connection: Connection, confirming: Confirming, report: tuple[str, str], now: datetime) -> bool:
    """Write (sid, status) down. False if no call that we made has this sid (yet)."""
    found = outcalls.find(connection, carrier_sid=report[0])
    if found is None:
        return False
    if found.state is OutcallState.RINGING and report[1] in _NOBODY:
        _again(connection, confirming, found, now)
    elif found.purpose is Purpose.CONFIRM and report[1] == _OVER and confirming.waits(connection, found):
        _again(connection, confirming, found, now)  # somebody took the call and said neither yes nor no
    return True


def _again(connection: Connection, confirming: Confirming, row: OutcallRow, now: datetime) -> None:
    wait = confirming.next_try(row.tries) if row.purpose is Purpose.CONFIRM else _wait(row)
    if wait is None:
        _give_up(connection, confirming, row, now)
        return
    outcalls.move(connection, row.id, OutcallState.WAITING, now)
    at = confirming.hours.next_call(now + wait, row.purpose is Purpose.CALLBACK)
    if row.purpose is Purpose.CONFIRM:
        at = confirming.may_ring(now + wait, row.id)
    _queue(connection, confirming.jobs, row.id, at, mark=f"try{row.tries + 1}")


def _wait(row: OutcallRow) -> timedelta | None:
    most = 1 if row.purpose in ONCE else TRIES
    return None if row.tries >= most else BACK_OFF[min(row.tries, len(BACK_OFF)) - 1]


def _give_up(connection: Connection, confirming: Confirming, row: OutcallRow, now: datetime) -> None:
    outcalls.move(connection, row.id, OutcallState.FAILED, now)
    confirming.given_up(connection, row, now)


class CallCarrier(Protocol):
    """The carrier, as far as calls go. CarrierError says whether another try may help."""

    async def create_call(self, to: str, url: str, status_callback: str | None = None) -> str:
        """Ring `to`; when answered, TwiML is fetched from `url`. The carrier's sid of the call."""
        ...


@dataclass(frozen=True, slots=True)
class Placing:
    """Places calls. `free`: whether an operator's line is free now. `url` answers, `status_url` is told the end."""

    db: Database
    secrets: Secrets
    confirming: Confirming
    carrier: CallCarrier
    clock: Clock
    free: Callable[[datetime], bool]
    url: str
    status_url: str

    async def run(self, job: Job) -> Settle | None:
        """Ring the citizen, or put it off until one may be rung and a person is free to speak."""
        outcall_id, now = int(job.payload["outcall_id"]), self.clock.now()
        plan = await asyncio.to_thread(self._plan, outcall_id, now)
        if plan is None:
            return None
        if isinstance(plan, datetime):
            return partial(self._put_off, job=job, at=plan)
        sid = await self.carrier.create_call(plan, self.url, self.status_url)
        return lambda connection: self._ringing(connection, outcall_id, sid)

    def _put_off(self, connection: Connection, job: Job, at: datetime) -> None:
        # the job's id makes each putting off a job of its own
        _queue(connection, self.confirming.jobs, int(job.payload["outcall_id"]), at, f"after{job.id}")

    def _plan(self, outcall_id: int, now: datetime) -> str | datetime | None:
        """Whom to ring, or when to look again, or nothing to do."""
        with self.db.begin() as connection:
            row = outcalls.find(connection, outcall_id=outcall_id)
            sealed = outcalls.receiver(connection, outcall_id)
            if row is None or (row.carrier_sid is not None and row.state is not OutcallState.WAITING):
                return None
            confirm = row.purpose is Purpose.CONFIRM
            if confirm and not self.confirming.waits(connection, row):
                outcalls.move(connection, outcall_id, OutcallState.FAILED, now)
                return None
            operator = row.purpose is Purpose.CALLBACK
            when = now if row.purpose is Purpose.URGENT else self.confirming.hours.next_call(now, operator)
            if when > now:
                return when
            if operator and not self.free(now):
                return now + BUSY_FOR
            number = self.secrets.open(sealed) if sealed is not None else ""
            if not number.startswith(OWN_COUNTRY):
                _give_up(connection, self.confirming, row, now)
                return None
            if confirm:
                self.confirming.tried(connection, row)
            tries = row.tries + (row.state is OutcallState.WAITING)  # else the carrier did not take it the last time
            outcalls.move(connection, outcall_id, OutcallState.RINGING, now, tries=tries, carrier_sid=None)
            return number

    def _ringing(self, connection: Connection, outcall_id: int, sid: str) -> None:
        row = outcalls.find(connection, outcall_id=outcall_id)
        if row is not None and row.state is OutcallState.RINGING:  # else it was answered before we were told its sid
            outcalls.move(connection, outcall_id, OutcallState.RINGING, self.clock.now(), carrier_sid=sid)

    def failed(self, connection: Connection, job: Job, code: str) -> None:
        """The carrier would not place it."""
        row = outcalls.find(connection, outcall_id=int(job.payload["outcall_id"]))
        if row is not None:
            _give_up(connection, self.confirming, row, self.clock.now())

    async def report(self, job: Job) -> Settle | None:
        """A report that overtook the row of its call; one on a call that is not ours is dropped."""
        report = (str(job.payload["carrier_sid"]), str(job.payload["status"]))

        def write(connection: Connection) -> None:
            apply_report(connection, self.confirming, report, self.clock.now())

        return write

    def handlers(self) -> dict[str, Handler]:
        return {PLACE_CALL: Handler(self.run, self.failed), CALL_REPORT: Handler(self.report)}
