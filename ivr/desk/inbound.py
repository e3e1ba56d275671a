"""SMS that citizens send us: what is meant, and the answer. Words and languages are data (grammars/sms.yaml)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from ivr.core import phone
from ivr.core.ids import clean_digits, valid_ticket_number
from ivr.desk.inbound_tickets import Reply, TicketWords
from ivr.desk.messages import Message, Messages
from ivr.desk.sms_templates import SmsTexts, fold
from ivr.store import tickets
from ivr.store.calls import note_caller
from ivr.store.schema import caller


@dataclass(frozen=True, slots=True)
class Inbound:
    """An SMS as the carrier handed it over. `sender` and `body` are personal."""

    message_sid: str
    sender: str
    body: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """`kind` is status, yes, no, stop, start or help; `number` a ticket's digits if there are any; `language` if it
    shows."""

    kind: str
    number: str | None
    language: str | None


def understand(texts: SmsTexts, body: str) -> Meaning:
    """What an SMS means: its first word decides; a bare ticket number asks for its status."""
    words = body.split()
    first = fold(words[0]) if words else ""
    digits = clean_digits(body)
    number = digits if digits else None
    kind = texts.keywords.get(first)
    if kind is None:
        kind = "status" if number is not None and valid_ticket_number(number) else "help"
    return Meaning(kind, number, texts.keyword_languages.get(first))


def answer(connection: Connection, messages: Messages, words: TicketWords, sms: Inbound, now: datetime) -> bool:
    """Carry out what the SMS asks and queue the answer; false if none is sent (number unknown, repeated webhook)."""
    sender = phone.parse(sms.sender)
    if sender is None:
        return False
    phone_hash = note_caller(connection, messages.secrets, sender, now)
    meaning = understand(messages.texts, sms.body)
    known = connection.execute(select(caller.c.language).where(caller.c.phone_hash == phone_hash)).scalar_one()
    language = meaning.language or known or messages.texts.languages[0]
    key = f"inbound:{sms.message_sid}"
    if meaning.kind == "start":
        _stopped(connection, phone_hash, None)
    about = _about_tickets(connection, words, phone_hash, (meaning.kind, sms.body, key), now)
    if about is not None:
        template, values, language = about.template, about.values, about.language or language
    else:
        template, values = _reply(connection, meaning, phone_hash, now)
    if not template:
        return True  # it is told as a step of the ticket
    queued = messages.queue(connection, Message(key, template, language, values), phone_hash, now)
    if meaning.kind == "stop":  # after the answer, which is the last SMS
        _stopped(connection, phone_hash, now)
    return queued


def _about_tickets(
    connection: Connection, words: TicketWords, who: str, said: tuple[str, str, str], now: datetime
) -> Reply | None:
    """`said`: kind, text and key of the SMS. STOP and START are for everybody."""
    kind, body, key = said
    if kind in ("stop", "start"):
        return None
    officer = words.of_officer(connection, who, body, key, now)
    return officer or words.of_citizen(connection, who, said, now)


def _reply(connection: Connection, meaning: Meaning, phone_hash: str, now: datetime) -> tuple[str, dict[str, str]]:
    if meaning.kind == "stop":
        return "stopped", {}
    if meaning.kind == "start":
        return "started", {}
    if meaning.kind != "status":
        return "sms_help", {}
    if meaning.number is not None:
        ticket = tickets.find(connection, number=meaning.number)
    else:
        ticket = next(iter(tickets.of_caller(connection, phone_hash, now, limit=1)), None)
    return ("ticket_status", {"number": ticket.number}) if ticket else ("ticket_unknown", {})


def _stopped(connection: Connection, phone_hash: str, at: datetime | None) -> None:
    connection.execute(update(caller).where(caller.c.phone_hash == phone_hash).values(sms_stopped_at=at))
