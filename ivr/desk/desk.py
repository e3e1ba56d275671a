"""What calls and carriers ask of the house: open a ticket, send an SMS, find tickets, follow a link, take a report.

Blocking; callers run it off the event loop. Every method is one transaction: the row, its trail and the work that
follows are there together or not at all, and doing it twice with the same key changes nothing.
"""

import random
import secrets as chance
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import Connection, select

from ivr.core.clock import INDIA
from ivr.core.data import data_dir
from ivr.core.errors import ActRefusedError, StoreError
from ivr.core.ids import clean_code, valid_ticket_number
from ivr.desk import inbound, relief_sms
from ivr.desk.acting import Acting
from ivr.desk.callbacks import PLACE_CALL, promise
from ivr.desk.confirming import Answer, Confirming
from ivr.desk.grievances import Grievances
from ivr.desk.inbound_tickets import TicketWords
from ivr.desk.messages import Message, Messages
from ivr.desk.office_words import office_words
from ivr.desk.relief import Placed
from ivr.desk.relief_house import make_relief
from ivr.desk.rules.assignment import path_of
from ivr.desk.rules.matrix import TicketRules
from ivr.desk.search_text import searchable
from ivr.desk.sms_templates import SmsTexts
from ivr.dialogue.commands import AnswerTicket, FindTickets, OpenTicket, SendSms
from ivr.dialogue.events import KnownTicket, SmsQueued, TicketAnswered, TicketOpened, TicketsFound
from ivr.dialogue.hours import HouseHours
from ivr.dialogue.script import house_hours
from ivr.store import campaigns, links, outbox, tickets
from ivr.store.calls import CallerRow, call_and_caller, caller_of
from ivr.store.database import Database
from ivr.store.jobs import Jobs
from ivr.store.schema import call
from ivr.store.secrets import Secrets
from ivr.understanding.catalogue import Catalogue

SMS_REPORT = "sms_report"
STOP_CALLS = "stop_calls"  # the service that grammars/dialogue.yaml names so
REMEMBERED = timedelta(days=30)  # a closed ticket is still told of for so long
REPORT_PATIENCE = timedelta(seconds=10)


@lru_cache(maxsize=1)
def ticket_rules() -> TicketRules:
    """Those of grammars/, read once."""
    return TicketRules.load(data_dir("grammars"))


def _nobody() -> None:
    """Nobody needs to know of new work."""


@dataclass(frozen=True, slots=True)
class DeskOptions:
    """Chance, who is told that work was queued (a worker's bell), rules of tickets. Tests give their own."""

    entropy: Callable[[int], bytes] = chance.token_bytes
    rng: random.Random = field(default_factory=chance.SystemRandom)
    on_queued: Callable[[], None] = _nobody
    rules: TicketRules = field(default_factory=ticket_rules)
    hours: HouseHours | None = None


@dataclass(frozen=True, slots=True)
class LinkTarget:
    """Where a link leads. `ticket` where it is a ticket's; `expired`: say so and no more."""

    language: str
    service: str | None
    ticket: KnownTicket | None
    expired: bool


class Desk:
    """The helpline's desk. Shared by all calls of a process. `grievances` is the tickets' part, for console and command
    line; `acting` and `messages` are for the work that follows."""

    def __init__(
        self, db: Database, secrets: Secrets, catalogue: Catalogue, texts: SmsTexts, options: DeskOptions | None = None
    ) -> None:
        options = options or DeskOptions()
        self.jobs = Jobs(db, options.rng)
        self._db = db
        self._secrets = secrets
        self._catalogue = catalogue
        self._texts = texts
        self.messages = Messages(self.jobs, secrets, catalogue, texts, options.entropy)
        self._on_queued = options.on_queued
        self.acting = Acting(options.rules, self.jobs)
        hours = options.hours or house_hours(data_dir("grammars"))
        self.confirming = Confirming(self.jobs, self.acting, hours, PLACE_CALL)
        self.relief = make_relief(self.messages, self.confirming, options.entropy)
        self.grievances = Grievances(db, secrets, self.acting, options.on_queued)

    def open_ticket(self, call_sid: str, asked: OpenTicket, now: datetime) -> TicketOpened:
        """Open a ticket, due in as many hours as the catalogue gives its service. Once for each `asked.key`."""
        service = self._catalogue.services.get(asked.service)
        if service is None:
            raise StoreError(f"no service {asked.service} in the catalogue", code="unknown_service")
        hours = service.deadline_hours.value
        with self._db.begin() as connection:
            known, who = call_and_caller(connection, call_sid)
            new = tickets.NewTicket(
                key=asked.key,
                call_sid=call_sid if known else None,
                caller_hash=who.phone_hash if who else None,
                service=asked.service,
                department=service.department,
                district=asked.district,
                language=asked.lang,
                words=asked.words,
                opened_at=now,
                due_at=now + timedelta(hours=float(hours)) if hours is not None else None,
                place_path=path_of(asked.district, self.acting.rules.states),
                search_text=self._searchable(asked),
            )
            begins = self.acting.opening(connection, new, new.due_at if hours else None, now)
            ticket, fresh = tickets.open_once(connection, new, self._secrets.ticket_key, begins)
            if fresh:
                self.acting.opened(connection, ticket.event_id, begins["officer_id"], now)
            code = self._relief(connection, ticket, who, asked)
            if asked.service == STOP_CALLS and who is not None:
                campaigns.stop_for(connection, who.phone_hash, now)
            rung = asked.call_back and who is not None
            if rung and who is not None:
                promise(connection, self.jobs, f"callback:{asked.key}", who.phone_hash, new.call_sid, now)
        if rung or fresh:
            self._on_queued()
        return TicketOpened(ticket.number, _day(ticket.due_at), rung or not asked.call_back, code)

    def _relief(
        self, connection: Connection, opened: tickets.OpenedTicket, who: CallerRow | None, asked: OpenTicket
    ) -> str:
        """The request for relief that goes with a ticket, and the code for the citizen; "" where it is none."""
        if asked.district is None:
            return ""
        where = Placed(asked.district, asked.area, asked.detail)
        return self.relief.open(connection, opened, who.phone_hash if who else None, where) or ""

    def _searchable(self, asked: OpenTicket) -> str:
        service = self._catalogue.services[asked.service]
        spoken = self._catalogue.name(asked.lang, asked.service)
        return searchable(asked.words, spoken, service.name, asked.district)

    def send_sms(self, call_sid: str, asked: SendSms, now: datetime) -> SmsQueued:
        """Queue an SMS to the caller of this call. What the template needs and `asked.values` lacks is filled in: the
        service's name, the ticket's facts by its number, a fresh link."""
        with self._db.begin() as connection:
            who = caller_of(connection, call_sid)
            message = Message(
                asked.key, asked.template, asked.lang, asked.values, asked.service, _known_call(connection, call_sid)
            )
            queued = self.messages.queue(connection, message, who.phone_hash if who else None, now)
        if queued:
            self._on_queued()
        return SmsQueued(queued)

    def answer_ticket(self, call_sid: str, asked: AnswerTicket, now: datetime) -> TicketAnswered:
        """Take the citizen's word on a ticket, from the telephone that it was opened from only: whoever knows the
        number could be the officer. Once for each `asked.key`."""
        with self._db.begin() as connection:
            row = tickets.find(connection, number=asked.number)
            who = caller_of(connection, call_sid)
            if row is None or who is None or row.caller_hash != who.phone_hash:
                raise StoreError("this ticket was not opened from this telephone", code="not_theirs")
            said = Answer(asked.act, "call", asked.words, _known_call(connection, call_sid), asked.rating)
            try:
                row, ok = self.confirming.answer(connection, row, said, asked.key, now), True
            except ActRefusedError:
                ok = False
        if ok:
            self._on_queued()
        level = self.acting.rules.matrix.levels[row.level]
        return TicketAnswered(ok, row.state, level.spoken.get(asked.lang, level.role))

    def find_tickets(self, call_sid: str, asked: FindTickets) -> TicketsFound:
        """This caller's tickets - the open ones and those closed lately, newest first - or the one with the number."""
        with self._db.read() as connection:
            if asked.number is not None:
                found = tickets.find(connection, number=asked.number)
                asks = _hash(connection, call_sid)
                return TicketsFound((_told(connection, found, asks),) if found else ())
            who = caller_of(connection, call_sid)
            begun = connection.execute(select(call.c.started_at).where(call.c.sid == call_sid)).scalar_one_or_none()
            if who is None or begun is None:
                return TicketsFound(())
            mine = tickets.of_caller(connection, who.phone_hash, begun - REMEMBERED)
            shared = tickets.shared(connection, who.phone_hash)
            return TicketsFound(tuple(_told(connection, one, who.phone_hash) for one in mine), shared)

    def follow_link(self, code: str, now: datetime) -> LinkTarget | None:
        """Where /s/{code} leads, counted as opened; None when there is no such code."""
        clean = clean_code(code)
        if clean is None:
            return None
        with self._db.begin() as connection:
            link = links.follow(connection, clean, now)
            if link is None:
                return None
            ticket = tickets.find(connection, ticket_id=link.ticket_id) if link.ticket_id is not None else None
        shown = known_ticket(ticket) if ticket else None
        return LinkTarget(link.language, link.service, shown, expired=link.expires_at <= now)

    def sms_status(self, carrier_sid: str, status: str, error_code: str | None, now: datetime) -> None:
        """The carrier's report. One that overtakes the row of its SMS is looked at again a little later."""
        state = STATUSES.get(status)
        if state is None:
            return
        with self._db.begin() as connection:
            if outbox.reported(connection, carrier_sid, state, error_code, now):
                return
            payload = {"carrier_sid": carrier_sid, "status": status, "error_code": error_code}
            key = f"{SMS_REPORT}:{carrier_sid}:{status}"
            self.jobs.enqueue(connection, SMS_REPORT, payload, key=key, at=now + REPORT_PATIENCE)

    def sms_received(self, message_sid: str, sender: str, body: str, now: datetime) -> None:
        """An SMS to us: STATUS n, STOP, START in any script, the digit or code of relief; the answer goes out by the
        outbox, once for each sid."""
        words = TicketWords(self.acting, self.confirming)
        with self._db.begin() as connection:
            sms = inbound.Inbound(message_sid, sender, body)
            queued = relief_sms.answer(connection, self.relief, sms, now)
            queued = queued or inbound.answer(connection, self.messages, words, sms, now)
        if queued:
            self._on_queued()

    def share(self, number: str, shared: bool = True) -> bool:
        """Note that the telephone of a ticket's caller is used by several people (or is not, after all): their tickets
        are then told only to whoever knows the last four digits. False when there is no such ticket or caller."""
        with self._db.begin() as connection:
            found = tickets.find(connection, number=number) if valid_ticket_number(number) else None
            return found is not None and tickets.mark_shared(connection, found.id, shared)

    def ticket(self, number: str) -> tuple[tickets.TicketRow, tuple[tickets.TicketEvent, ...]] | None:
        """A ticket with its trail; None when there is none with this number, however written."""
        if not valid_ticket_number(number):
            return None
        with self._db.read() as connection:
            found = tickets.find(connection, number=number)
            return (found, tuple(tickets.trail(connection, found.id))) if found else None

    def tickets(
        self, *, open_only: bool = True, district: str | None = None, limit: int = 50
    ) -> tuple[tickets.TicketRow, ...]:
        """Tickets by due time, the late ones first."""
        with self._db.read() as connection:
            return tuple(tickets.listed(connection, open_only=open_only, district=district, limit=limit))

    def sms(self, limit: int = 50) -> tuple[outbox.SmsRow, ...]:
        """The last SMS, newest first."""
        with self._db.read() as connection:
            return tuple(outbox.newest(connection, limit))


STATUSES = {
    "sent": outbox.SmsState.SENT,
    "delivered": outbox.SmsState.DELIVERED,
    "undelivered": outbox.SmsState.UNDELIVERED,
    "failed": outbox.SmsState.FAILED,
}


def known_ticket(row: tickets.TicketRow, caller_hash: str | None = None) -> KnownTicket:
    """A ticket as the dialogue tells it to this caller."""
    opened = _day(row.opened_at)
    assert opened is not None
    mine = caller_hash is not None and caller_hash == row.caller_hash
    return KnownTicket(row.number, row.service, row.state, opened, _day(row.due_at), mine)


def _told(connection: Connection, row: tickets.TicketRow, caller_hash: str | None) -> KnownTicket:
    """A ticket with what its office said; its own words only for the telephone that the ticket was opened from."""
    known, said = known_ticket(row, caller_hash), office_words(tickets.trail(connection, row.id))
    note = said.note if known.mine else ""
    return replace(known, answer=said.answer, answer_on=said.answer_on, question=said.question, note=note)


def _hash(connection: Connection, call_sid: str) -> str | None:
    who = caller_of(connection, call_sid)
    return who.phone_hash if who is not None else None


def _day(at: datetime | None) -> str | None:
    return at.astimezone(INDIA).date().isoformat() if at is not None else None


def _known_call(connection: Connection, call_sid: str) -> str | None:
    """The call if its row is there: a ticket is opened even where the call could not be noted."""
    return connection.execute(select(call.c.sid).where(call.c.sid == call_sid)).scalar_one_or_none()
