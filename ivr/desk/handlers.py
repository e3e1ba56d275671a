"""How each kind of job is done: sending SMS by the carrier, and reports that came before their SMS."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection

from ivr.core.clock import Clock
from ivr.core.errors import StoreError
from ivr.desk.callbacks import CallCarrier, Placing
from ivr.desk.desk import SMS_REPORT, STATUSES
from ivr.desk.messages import SEND_SMS
from ivr.desk.worker import Handler, Settle
from ivr.store import outbox
from ivr.store.database import Database
from ivr.store.jobs import Job
from ivr.store.secrets import Secrets


class SmsCarrier(Protocol):
    """The carrier, as far as SMS go. CarrierError says whether another try may help."""

    async def send_sms(self, to: str, body: str, status_callback: str | None = None) -> str:
        """The carrier's sid of the message."""
        ...


class Carrier(SmsCarrier, CallCarrier, Protocol):
    """All that the desk asks of a carrier."""


@dataclass(frozen=True, slots=True)
class Sending:
    """Sends SMS of the outbox. An SMS is handed over at least once: the carrier offers no key that would make a
    second request harmless, so one whose answer was lost is sent again."""

    db: Database
    secrets: Secrets
    carrier: SmsCarrier
    clock: Clock
    status_callback: str | None

    async def run(self, job: Job) -> Settle | None:
        """Hand the SMS over; nothing if it was before."""
        sms_id = int(job.payload["sms_id"])
        prepared = await asyncio.to_thread(self._prepare, sms_id)
        if prepared is None:
            return None
        to, body = prepared
        carrier_sid = await self.carrier.send_sms(to, body, self.status_callback)
        return lambda connection: outbox.sent(connection, sms_id, carrier_sid, self.clock.now())

    def _prepare(self, sms_id: int) -> tuple[str, str] | None:
        with self.db.begin() as connection:
            sms = outbox.find(connection, sms_id=sms_id)
            sealed = outbox.receiver(connection, sms_id)
            if sms is None or sealed is None or sms.state is not outbox.SmsState.QUEUED:
                return None
            outbox.attempted(connection, sms_id)
        return self.secrets.open(sealed), sms.body

    def failed(self, connection: Connection, job: Job, code: str) -> None:
        """It will not be sent: say so in the outbox."""
        outbox.failed(connection, int(job.payload["sms_id"]), code, self.clock.now())


def handlers(
    sending: Sending, placing: Placing | None = None, more: Mapping[str, Handler] | None = None
) -> Mapping[str, Handler]:
    """Every kind of job that this version knows; no calls without `placing`; `more`: those of tickets."""
    return {
        **(more or {}),
        SEND_SMS: Handler(sending.run, sending.failed),
        SMS_REPORT: Handler(Reports(sending.clock)),
        **(placing.handlers() if placing is not None else {}),
    }


@dataclass(frozen=True, slots=True)
class Reports:
    """Reports that overtook the row of their SMS."""

    clock: Clock

    async def __call__(self, job: Job) -> Settle | None:
        """Apply the report; one on an SMS that is not ours is dropped."""
        payload = job.payload
        state = STATUSES.get(payload["status"])
        if state is None:
            raise StoreError("a report with an unknown status was queued", code="sms_report")

        def write(connection: Connection) -> None:
            outbox.reported(connection, payload["carrier_sid"], state, payload["error_code"], self.clock.now())

        return write
