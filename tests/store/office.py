"""A house with officers and everything that tickets cause: SMS, the clock's rounds, calls to the citizen."""

import asyncio
from dataclasses import replace

from ivr.core import phone
from ivr.desk.acting import Actor, Done
from ivr.desk.callbacks import CallBacks, Placing
from ivr.desk.escalating import Escalation
from ivr.desk.handlers import Sending, handlers
from ivr.desk.rules.life import Deed
from ivr.desk.rules.states import Party
from ivr.desk.ticket_work import ticket_handlers
from ivr.desk.worker import Pace, Worker
from ivr.dialogue.commands import OpenTicket
from ivr.dialogue.hours import Hours, HouseHours
from ivr.store import officers
from ivr.store.calls import note_caller
from ivr.store.database import Database
from ivr.store.handovers import Handovers
from ivr.store.officers import NewPost
from ivr.store.tickets import TicketRow
from tests.store.house import CALLBACK, NOW, SECRETS, House

URL, STATUS = "https://janvaani.example.in/twilio/callback", "https://janvaani.example.in/twilio/callback-status"
HOURS = HouseHours(Hours.read({"from": "09:00", "to": "17:00"}), Hours.read({"from": "09:00", "to": "20:00"}))
DESK = Actor("operator-1", Party.DESK)
POSTS = (
    ("guntur-lights", 0, "AP.Guntur", "municipal"),
    ("guntur-tahsildar", 1, "AP.Guntur", ""),
    ("guntur-collector", 2, "AP.Guntur", ""),
    ("state-secretary", 3, "", ""),
)


def appoint(db: Database, posts: tuple[tuple[str, int, str, str], ...] = POSTS) -> dict[str, int]:
    """The directory; key -> id. The holder of post n has the telephone +91941555020n."""
    with db.begin() as connection:
        for number, (key, level, place, department) in enumerate(posts):
            known = phone.parse(f"+91941555020{number}")
            assert known is not None
            who = note_caller(connection, SECRETS, known, NOW)
            post = NewPost(key, level, f"role of {key}", department, place, f"holder of {key}", who, "te", None)
            assert officers.put(connection, post, NOW) == "added"
        return {one.key: one.id for one in officers.listed(connection)}


class Office(House):
    """Work is done by `work`, in the house's own time."""

    def __init__(self, db: Database) -> None:
        super().__init__(db)
        self.confirming = replace(self.desk.confirming, hours=HOURS)
        self.callbacks = CallBacks(db, SECRETS, self.confirming, self.bell.ring)

    def worker(self) -> Worker:
        free = Handovers(self.db).free
        placing = Placing(self.db, SECRETS, self.confirming, self.carrier, self.clock, free, URL, STATUS)
        sending = Sending(self.db, SECRETS, self.carrier, self.clock, CALLBACK)
        more = ticket_handlers(self.db, self.desk, self.clock, self.bell.ring, self.confirming.ask)
        every = handlers(sending, placing, more)
        return Worker(self.db, self.desk.jobs, every, self.clock, self.bell, Pace(poll_s=0.05))

    def work(self, hours: float = 0) -> list[tuple[str, str]]:
        """Do what is due after `hours`, the clock's round among it: the SMS that went out, (to, text)."""
        before = len(self.carrier.sent)
        Escalation(self.db, self.desk.jobs, self.desk.acting, self.clock, self.bell.ring).start(self.clock.now())
        self.clock.advance(3600 * hours)
        asyncio.run(self.worker().drain())
        return [(to[-3:], body) for to, body, _ in self.carrier.sent[before:]]

    def opened(self, key: str = "CA1:1", district: str | None = "Guntur", lang: str = "te") -> TicketRow:
        call = self.call(f"CA{key}")
        ask = OpenTicket(key, "street_light_repair", lang, district, "")
        return self.seen(self.desk.open_ticket(call, ask, self.clock.now()).number)

    def seen(self, number: str) -> TicketRow:
        view = self.desk.grievances.ticket(number, self.clock.now())
        assert view is not None
        return view.ticket

    def act(self, number: str, deed: Deed, actor: Actor = DESK) -> Done:
        row = self.seen(number)
        key = f"{number}:{row.version}"
        return self.desk.grievances.act(number, deed, actor, row.version, key, self.clock.now())

    @property
    def last_call(self) -> str:
        return f"CAout{len(self.carrier.rung)}"
