"""SMS about tickets: a citizen's YES, NO or reply to a question, an officer's word. The word of a citizen counts only
from the telephone that the ticket was opened from. Works in the transaction of `inbound`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from ivr.core.clock import INDIA
from ivr.core.errors import ActRefusedError
from ivr.core.ids import clean_digits, valid_ticket_number
from ivr.desk import officer_words
from ivr.desk.acting import Acting, Actor
from ivr.desk.confirming import Answer, Confirming
from ivr.desk.officer_words import HELP, OfficerWord
from ivr.desk.rules.life import ASKED_CITIZEN, CLAIMED, UNCONFIRMED, Deed
from ivr.desk.rules.states import CLOSED, NO, YES, Party
from ivr.store import officers, tickets
from ivr.store.officers import OfficerRow
from ivr.store.tickets import TicketRow

_ASKED = (CLAIMED, UNCONFIRMED)
_MOST = 20  # tickets of one caller that are looked through


@dataclass(frozen=True, slots=True)
class Reply:
    """What to answer: a template with its values; "" where whatever was done is told anyway. `language` "" where the
    sender's is used."""

    template: str = ""
    values: dict[str, str] = field(default_factory=dict)
    language: str = ""


@dataclass(frozen=True, slots=True)
class TicketWords:
    """Takes the words. One for a process."""

    acting: Acting
    confirming: Confirming

    def of_officer(self, connection: Connection, who: str, body: str, key: str, now: datetime) -> Reply | None:
        """None where the sender is no officer, or the SMS is none to an officer's ticket."""
        posts = officers.of_caller(connection, who)
        if not posts:
            return None
        word = officer_words.read(body, self.acting.rules.table, now.astimezone(INDIA).date())
        language = posts[0].language or ""
        if word is None:
            asked = body.strip().casefold() == HELP
            return Reply("officer_help", language=language) if asked else None
        row = tickets.find(connection, number=word.number)
        if row is None or row.caller_hash == who:  # their own complaint: they write as a citizen
            return None
        if word.act == HELP:
            return Reply("officer_help", language=language)
        done = self._do(connection, row, word, _Officer(posts, key, now))
        after = tickets.find(connection, ticket_id=row.id)
        assert after is not None
        return Reply("officer_noted" if done else "officer_refused", {"number": after.number}, language)

    def of_citizen(
        self, connection: Connection, who: str, said_in: tuple[str, str, str], now: datetime
    ) -> Reply | None:
        """YES or NO, or a reply that begins with the number of a ticket that waits for one. `said_in`: kind, text and
        key of the SMS."""
        kind, body, key = said_in
        if tickets.event_by_key(connection, key) is not None:
            return Reply()  # the carrier brings it again
        if kind in (YES, NO):
            return self._yes_no(connection, who, said_in, now)
        first, _, words = body.strip().partition(" ")
        if not words.strip() or not valid_ticket_number(first):
            return None
        row = tickets.find(connection, number=first)
        if row is None or row.caller_hash != who or row.pause_reason != ASKED_CITIZEN:
            return None
        said = self._say(connection, row, Answer("reply", "sms", words.strip()), key, now)
        return Reply("ticket_heard", {"number": row.number}) if said else None

    def _yes_no(self, connection: Connection, who: str, said_in: tuple[str, str, str], now: datetime) -> Reply:
        kind, body, key = said_in
        mine = [row for row in tickets.of_caller(connection, who, now, limit=_MOST) if row.state in _ASKED]
        if kind == NO and not any(row.state != CLOSED for row in mine):
            closed = tickets.of_caller(connection, who, _long_ago(self.acting, now), limit=_MOST)
            mine = [row for row in closed if row.state == CLOSED]
        number = next((clean_digits(word) for word in body.split() if valid_ticket_number(word)), None)
        if number is not None:
            mine = [row for row in mine if row.number == number]
        if len(mine) != 1:
            return Reply("ticket_which")
        words = " ".join(word for word in body.split()[1:] if not valid_ticket_number(word))
        said = self._say(connection, mine[0], Answer(kind, "sms", words), key, now)
        return Reply() if said else Reply("ticket_status", {"number": mine[0].number})

    def _say(self, connection: Connection, row: TicketRow, said: Answer, key: str, now: datetime) -> bool:
        try:
            self.confirming.answer(connection, row, said, key, now)
        except ActRefusedError:
            return False
        return True

    def _do(self, connection: Connection, row: TicketRow, word: OfficerWord, who: "_Officer") -> bool:
        """Carry it out in the name of the post that has the ticket, else of the sender's highest."""
        if tickets.event_by_key(connection, who.key) is not None:
            return True
        tickets.lock(connection, row.id)
        held = tickets.find(connection, ticket_id=row.id)
        assert held is not None
        post = next((one for one in who.posts if one.id == held.officer_id), max(who.posts, key=_level))
        to = officers.by_key(connection, word.to) if word.to else None
        deed = Deed(
            word.act, Party.OFFICER, word.note, word.code, word.on, officer_id=to.id if to is not None else None
        )
        try:
            self.acting.act(connection, held, deed, Actor(post.key, Party.OFFICER, post.id), who.now, who.key)
        except ActRefusedError:
            return False
        return True


@dataclass(frozen=True, slots=True)
class _Officer:
    """Who writes, when, and the key of the SMS."""

    posts: Sequence[OfficerRow]
    key: str
    now: datetime


def _level(post: OfficerRow) -> int:
    return post.level


def _long_ago(acting: Acting, now: datetime) -> datetime:
    """Since when a closed ticket can still be called unsolved."""
    return now - timedelta(days=acting.rules.matrix.confirm.reopen_days)
