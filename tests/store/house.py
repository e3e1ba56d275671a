"""A small house for tests of the desk: two services, the real SMS texts, a carrier that records."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from ivr.core.clock import SetClock
from ivr.core.errors import CarrierError
from ivr.desk.desk import Desk, DeskOptions
from ivr.desk.handlers import Sending, handlers
from ivr.desk.sms_templates import SmsTexts
from ivr.desk.worker import Bell, Pace, Worker
from ivr.store.calls import Calls
from ivr.store.database import Database
from ivr.store.secrets import Secrets
from ivr.understanding.catalogue import Catalogue, Fact, Outcome, Service, SpokenService

NOW = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)  # ten in the morning in India
NUMBER = "+919415550123"
SECRETS = Secrets("k" * 32)
CALLBACK = "https://janvaani.example.in/twilio/status"
GRAMMARS = Path(__file__).resolve().parents[2] / "grammars"
TEXTS = SmsTexts.load(GRAMMARS / "sms.yaml", "https://janvaani.example.in", "1800123456789")

CATALOGUE = Catalogue(
    {
        "street_light_repair": Service(
            "street_light_repair", "municipal", "Street light", Outcome.TICKET, deadline_hours=Fact(48, assumed=False)
        ),
        "rumour_check": Service("rumour_check", "information", "Rumour check", Outcome.TICKET),
        "income_certificate": Service("income_certificate", "revenue", "Income certificate", Outcome.LINK),
    },
    {
        "hi": {
            "street_light_repair": SpokenService("सड़क की बत्ती", ""),
            "income_certificate": SpokenService("आय प्रमाण पत्र", ""),
            "rumour_check": SpokenService("अफ़वाह की जाँच जो बहुत ही लंबे नाम से पुकारी जाती है", ""),
        },
        "te": {"street_light_repair": SpokenService("వీధి దీపం", "")},
    },
)


@dataclass
class RecordingCarrier:
    """Takes SMS as a carrier would; fails as often as it is told to."""

    failures: list[CarrierError] = field(default_factory=list)
    sent: list[tuple[str, str, str | None]] = field(default_factory=list)
    rung: list[tuple[str, str, str | None]] = field(default_factory=list)

    async def create_call(self, to: str, url: str, status_callback: str | None = None) -> str:
        if self.failures:
            raise self.failures.pop(0)
        self.rung.append((to, url, status_callback))
        return f"CAout{len(self.rung)}"

    async def send_sms(self, to: str, body: str, status_callback: str | None = None) -> str:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append((to, body, status_callback))
        return f"SM{len(self.sent):032d}"


class House:
    """Desk, calls, worker and carrier over one database."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.bell = Bell()
        self.clock = SetClock(NOW)
        self.calls = Calls(db, SECRETS)
        options = DeskOptions(random.Random(3).randbytes, random.Random(4), self.bell.ring)
        self.desk = Desk(db, SECRETS, CATALOGUE, TEXTS, options)
        self.carrier = RecordingCarrier()

    def worker(self) -> Worker:
        sending = Sending(self.db, SECRETS, self.carrier, self.clock, CALLBACK)
        return Worker(self.db, self.desk.jobs, handlers(sending), self.clock, self.bell, Pace(poll_s=0.05))

    def call(self, sid: str = "CA1", number: str | None = NUMBER) -> str:
        self.calls.begin(sid, number, self.clock.now())
        return sid
