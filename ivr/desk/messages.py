"""Makes SMS: fills a template with what the house knows, checks it, and queues it with the job that sends it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy import Connection, select

from ivr.core.clock import INDIA
from ivr.core.errors import StoreError
from ivr.core.ids import clean_digits, format_ticket, link_code
from ivr.desk.segments import segments
from ivr.desk.sms_templates import MOST_SEGMENTS, SmsTemplate, SmsTexts, TemplateError
from ivr.store import links, outbox, tickets
from ivr.store.jobs import Jobs
from ivr.store.schema import caller
from ivr.store.secrets import Secrets
from ivr.understanding.catalogue import Catalogue

SEND_SMS = "send_sms"
_TRIES = 5  # for a free code among 2**50

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Message:
    """An SMS wanted: template and values, once for each `key`."""

    key: str
    template: str
    language: str
    values: Mapping[str, str]
    service: str | None = None
    call_sid: str | None = None


class Messages:
    """Queues messages in the transactions of others."""

    def __init__(
        self,
        jobs: Jobs,
        secrets: Secrets,
        catalogue: Catalogue,
        texts: SmsTexts,
        entropy: Callable[[int], bytes],
    ) -> None:
        self.secrets = secrets
        self.texts = texts
        self._jobs = jobs
        self._catalogue = catalogue
        self._entropy = entropy

    def queue(self, connection: Connection, wanted: Message, caller_hash: str | None, now: datetime) -> bool:
        """Queue the SMS. False when it is not sent: number withheld, a landline, or the caller said STOP; the outbox
        then holds why. Asked again with the same key it answers as the first time. TemplateError on bad values."""
        known = outbox.find(connection, key=wanted.key)
        if known is not None:
            return known.state is not outbox.SmsState.SKIPPED
        to_enc, skipped = _receiver(connection, caller_hash)
        ticket = self._ticket(connection, wanted)
        values = self._values(wanted, ticket)
        template = self.texts.template(wanted.template, wanted.language, values)
        if "code" in template.names and "code" not in values:
            values["code"] = self._link(connection, wanted, ticket, now)
        body = self._checked(template, values)
        new = outbox.NewSms(
            key=wanted.key,
            call_sid=wanted.call_sid,
            ticket_id=ticket.id if ticket else None,
            caller_hash=caller_hash,
            to_enc=to_enc,
            template=template.id,
            language=wanted.language,
            body=body,
            segments=segments(body),
            skipped=skipped,
        )
        row, added = outbox.add_once(connection, new, now)
        if skipped is None and added:
            self._jobs.enqueue(connection, SEND_SMS, {"sms_id": row.id}, key=f"{SEND_SMS}:{row.id}", at=now)
        return row.state is not outbox.SmsState.SKIPPED

    def _checked(self, template: SmsTemplate, values: Mapping[str, str]) -> str:
        body = template.render(values)
        if not template.matches(body):  # an operator would drop it
            raise TemplateError(f"SMS template {template.id}/{template.language}: the text is not the registered one")
        if segments(body) > MOST_SEGMENTS:
            # a long address of a test server; to send it is dearer, not to send it is worse
            log.warning("sms_longer_than_two", template=template.id, language=template.language)
        return body

    def _ticket(self, connection: Connection, wanted: Message) -> tickets.TicketRow | None:
        number = wanted.values.get("number") or wanted.values.get("ticket")
        return tickets.find(connection, number=number) if number else None

    def _values(self, wanted: Message, ticket: tickets.TicketRow | None) -> dict[str, str]:
        values = {name: str(value) for name, value in wanted.values.items() if value}
        service = wanted.service or (ticket.service if ticket else None)
        if service is not None and service in self._catalogue.services:
            values.setdefault("service", self._catalogue.name(wanted.language, service))
        if ticket is not None:
            values["number"] = format_ticket(ticket.number)
            values.setdefault("state", self.texts.states.get(wanted.language, {}).get(ticket.state, ticket.state))
            if ticket.due_at is not None and ticket.state != tickets.CLOSED:
                values["due"] = ticket.due_at.astimezone(INDIA).date().isoformat()
        elif digits := clean_digits(values.get("number", "")):
            values["number"] = format_ticket(digits)
        if "due" in values:
            values["due"] = _day_of(values["due"])
        return values

    def _link(self, connection: Connection, wanted: Message, ticket: tickets.TicketRow | None, now: datetime) -> str:
        expires = now + timedelta(days=self.texts.link_days)
        for _ in range(_TRIES):
            code = link_code(self._entropy)
            service = wanted.service or (ticket.service if ticket else None)
            ticket_id = ticket.id if ticket else None
            new = links.Link(code, service, ticket_id, wanted.call_sid, wanted.language, expires)
            if links.add(connection, new, now):
                return code
        raise StoreError("no free code for a link was found; is the source of chance broken?", code="link_code")


def _day_of(text: str) -> str:
    """An ISO day as written in an SMS, the same in every script: 24-11-2026. Anything else stays as it is."""
    try:
        return date.fromisoformat(text).strftime("%d-%m-%Y")
    except ValueError:
        return text


def _receiver(connection: Connection, caller_hash: str | None) -> tuple[bytes | None, str | None]:
    """The sealed number, and why nothing may be sent to it."""
    if caller_hash is None:
        return None, "withheld"
    row = connection.execute(select(caller).where(caller.c.phone_hash == caller_hash)).one()
    if row.sms_stopped_at is not None:
        return row.phone_enc, "stopped"
    return row.phone_enc, None if row.sms_capable else "landline"
