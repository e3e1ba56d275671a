"""A house with the relief desk: requests opened as the desk opens them, a worker for all its jobs."""

import asyncio
import random
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from ivr.core import phone
from ivr.core.data import data_dir
from ivr.desk.callbacks import CallBacks, Placing
from ivr.desk.handlers import Sending, handlers
from ivr.desk.messages import Messages
from ivr.desk.relief import Placed, Relief, ReliefHouse
from ivr.desk.relief_matching import Matching
from ivr.desk.relief_rules import load_items
from ivr.desk.worker import Pace, Worker
from ivr.dialogue.hours import Hours, HouseHours
from ivr.store import relief, responders, tickets
from ivr.store.calls import note_caller
from ivr.store.database import Database
from ivr.store.relief import OfferRow, RequestRow
from ivr.store.responders import NewResponder
from ivr.understanding.catalogue import Catalogue, Outcome, Service, SpokenService
from tests.store.house import CALLBACK, SECRETS, TEXTS, House

ITEMS = load_items(data_dir("grammars"))
HOURS = HouseHours(calling=Hours.read({"from": "09:00", "to": "20:00"}))
NAMES = {
    "medicine_request": ("दवा", "మందులు"),
    "food_ration_request": ("खाना", "ఆహారం"),
    "blood_request": ("खून", "రక్తం"),
}
CATALOGUE = Catalogue(
    {name: Service(name, "relief", name, Outcome.RELIEF) for name in NAMES},
    {
        "hi": {name: SpokenService(hi, "") for name, (hi, _) in NAMES.items()},
        "te": {name: SpokenService(te, "") for name, (_, te) in NAMES.items()},
    },
)
URL, STATUS = "https://janvaani.example.in/twilio/callback", "https://janvaani.example.in/twilio/callback-status"


class Aid(House):
    """`solved` are the tickets that a citizen's yes has closed."""

    def __init__(self, db: Database) -> None:
        super().__init__(db)
        self.solved: list[int] = []
        self.confirming = replace(self.desk.confirming, hours=HOURS)
        random_bytes = random.Random(3).randbytes
        messages = Messages(self.desk.jobs, SECRETS, CATALOGUE, TEXTS, random_bytes)
        house = ReliefHouse(
            SECRETS, self.desk.jobs, messages, ITEMS, random_bytes, lambda lang, name: f"{name}-{lang}", self._solved
        )
        self.relief = Relief(house)
        self.callbacks = CallBacks(db, SECRETS, self.confirming, self.bell.ring)
        self._count = 0

    def _solved(self, connection: Connection, ticket_id: int, now: datetime) -> None:
        self.solved.append(ticket_id)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def citizen(self, n: int) -> str:
        """The hash of a citizen's number."""
        return self._known(f"+9194155{n:05d}")

    def _known(self, number: str) -> str:
        known = phone.parse(number)
        assert known is not None
        with self.db.begin() as connection:
            return note_caller(connection, SECRETS, known, self.now)

    def ask(self, n: int = 1, service: str = "medicine_request", area: str = "225001", detail: str = "") -> RequestRow:
        """Citizen `n` asks for help."""
        self._count += 1
        who = self.citizen(n)
        with self.db.begin() as connection:
            new = tickets.NewTicket(
                key=f"k{self._count}",
                call_sid=None,
                caller_hash=who,
                service=service,
                department="relief",
                district="Barabanki",
                language="hi",
                words="",
                opened_at=self.now,
                due_at=None,
            )
            one, _ = tickets.open_once(connection, new, SECRETS.ticket_key)
            where = Placed("Barabanki", area, detail)
            code = self.relief.open(connection, one, who, where)
            assert code == self.relief.open(connection, one, who, where)
            row = relief.by_number(connection, one.number)
        assert row is not None
        assert self.relief.code(row) == code
        return row

    def helper(self, n: int, area: str = "225001", item: str = "medicine", **more: object) -> int:
        """Responder `n` registers with as much of an item as anybody asks for."""
        details = more.pop("details", ())
        assert isinstance(details, tuple)
        district = str(more.pop("district", "Barabanki"))
        who = self._known(f"+9198390{n:05d}")
        new = NewResponder(who, "chemist", district, "te" if n % 2 else "hi", "telephone", area=area, **more)  # type: ignore[arg-type]
        with self.db.begin() as connection:
            return self.relief.enrol(connection, new, {item: dict.fromkeys(details or ("",))}, self.now)

    def worker(self) -> Worker:
        sending = Sending(self.db, SECRETS, self.carrier, self.clock, CALLBACK)
        placing = Placing(self.db, SECRETS, self.confirming, self.carrier, self.clock, lambda now: True, URL, STATUS)
        known = {**handlers(sending, placing), **Matching(self.relief, self.db, self.clock).handlers()}
        return Worker(self.db, self.desk.jobs, known, self.clock, self.bell, Pace(poll_s=0.05))

    def work(self, minutes: float = 0) -> None:
        """Do what is due in so many minutes, each at its time."""
        end, worker = self.now + timedelta(minutes=minutes), self.worker()
        asyncio.run(worker.drain())
        while (due := self.desk.jobs.next_due(tuple(worker._handlers))) is not None and due <= end:
            self.clock.advance(max(0.0, (due - self.now).total_seconds()))
            asyncio.run(worker.drain())
        self.clock.advance((end - self.now).total_seconds())

    def seen(self, row: RequestRow) -> RequestRow:
        with self.db.read() as connection:
            found = relief.find(connection, row.id)
        assert found is not None
        return found

    def trail(self, row: RequestRow) -> list[str]:
        with self.db.read() as connection:
            return [event.kind for event in relief.trail(connection, row.id)]

    def offers(self, row: RequestRow) -> list[OfferRow]:
        with self.db.read() as connection:
            return list(relief.offers(connection, [row.id]))

    def asked(self, row: RequestRow) -> list[int]:
        """Who was asked for it, in order."""
        return [one.responder_id for one in self.offers(row)]

    def sms_to(self, number: str) -> list[str]:
        return [body for to, body, _ in self.carrier.sent if to.endswith(number)]

    def stock(self, responder_id: int) -> dict[tuple[str, str], int | None]:
        with self.db.read() as connection:
            return dict(responders.stock_of(connection, responder_id))
