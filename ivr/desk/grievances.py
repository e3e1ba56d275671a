"""The tickets' desk: lists, one ticket with all about it, acts, undo. What the console, the command line and SMS use.

Blocking; callers run it off the event loop. Every write is one transaction, carries the version that the writer saw
(ConflictError tells what changed since) and a key (doing it twice changes nothing). What an act sends out waits
`undo_seconds`, and `undo` takes it back till then.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import Connection

from ivr.core import phone
from ivr.core.clock import INDIA
from ivr.core.errors import ActRefusedError, ConflictError
from ivr.core.ids import valid_ticket_number
from ivr.desk.acting import Acting, Actor, Done
from ivr.desk.rules.life import Deed, pause_left
from ivr.desk.rules.matrix import TicketRules
from ivr.desk.rules.states import ActRule, Party
from ivr.desk.search_text import wanted
from ivr.desk.standing import standing
from ivr.store import claims, officers, outbox, queues, tickets
from ivr.store.claims import ClaimRow
from ivr.store.database import Database
from ivr.store.officers import OfficerRow
from ivr.store.outbox import SmsRow
from ivr.store.queues import Cursor, Filter, Page
from ivr.store.secrets import Secrets
from ivr.store.tickets import TicketEvent, TicketRow


@dataclass(frozen=True, slots=True)
class TicketView:
    """A ticket with everything about it. `trail` oldest first; `claims`: each beside the citizen's answer; `acts`:
    what the one who looks may do now; `pauses`: reason -> longest pause that is left."""

    ticket: TicketRow
    trail: tuple[TicketEvent, ...]
    claims: tuple[ClaimRow, ...]
    sms: tuple[SmsRow, ...]
    acts: tuple[ActRule, ...]
    pauses: dict[str, timedelta]


class Grievances:
    """One for a process. `on_queued` is told that work was queued (a worker's bell)."""

    def __init__(self, db: Database, secrets: Secrets, acting: Acting, on_queued: Callable[[], None]) -> None:
        self._db, self._secrets, self._acting, self._on_queued = db, secrets, acting, on_queued

    @property
    def rules(self) -> TicketRules:
        """States, acts, levels and hours, for who shows them."""
        return self._acting.rules

    def queue(self, wanted: Filter, now: datetime, after: Cursor | None = None, limit: int = 50) -> Page:
        """A page of a list: late first whatever the filter (closed: newest first). `after`: of the page before."""
        with self._db.read() as connection:
            return queues.page(connection, _with_today(wanted, now), now, after, limit)

    def counts(self, wanted: Filter, now: datetime, views: Sequence[str] = queues.VIEWS) -> dict[str, int]:
        """View -> how many tickets, counted up to `queues.COUNT_TO`."""
        with self._db.read() as connection:
            return queues.counts(connection, _with_today(wanted, now), now, views)

    def search(self, text: str, now: datetime, wanted_filter: Filter | None = None, limit: int = 50) -> Page:
        """By what `text` looks like: a ticket's number, a caller's number, else words in any script (open tickets, or
        those of the filter's view)."""
        number = phone.parse(text) if sum(sign.isdecimal() for sign in text) >= 10 else None
        known = self._secrets.phone_hash(number.e164) if number else None
        base = wanted_filter or Filter()
        with self._db.read() as connection:
            found = queues.by_shape(connection, text, known)
            if found is not None:
                return Page(tuple(found[:limit]), None)
            words = wanted(text)
            if not words:
                return Page((), None)
            fields = {name: getattr(base, name) for name in Filter.__dataclass_fields__}
            return queues.page(connection, Filter(**fields | {"keys": words}), now, None, limit)

    def ticket(self, number: str, now: datetime, party: Party = Party.DESK) -> TicketView | None:
        """The ticket with its number however written, and what `party` may do with it; None where there is none."""
        if not valid_ticket_number(number):
            return None
        with self._db.read() as connection:
            row = tickets.find(connection, number=number)
            if row is None:
                return None
            seen = standing(row)
            pauses = {reason: pause_left(self.rules, seen, reason, now) for reason in self.rules.matrix.pauses}
            return TicketView(
                row,
                tuple(tickets.trail(connection, row.id)),
                tuple(claims.of_ticket(connection, row.id)),
                tuple(outbox.of_ticket(connection, row.id)),
                self.rules.table.allowed(row.state, party),
                pauses,
            )

    def act(self, number: str, deed: Deed, actor: Actor, version: int, key: str, now: datetime) -> Done:
        """Do one act. ConflictError where the ticket is not at `version` any more; ActRefusedError where state, limits
        or rights forbid it. The same `key` again gives what the first time gave."""
        with self._db.begin() as connection:
            row = self._held(connection, number)
            known = tickets.event_by_key(connection, key)
            if known is not None:
                return Done(row, known[1], None)
            self._unchanged(connection, row, version)
            done = self._acting.act(connection, row, deed, actor, now, key)
        self._on_queued()
        return done

    def undo(self, number: str, event_id: int, actor: Actor, now: datetime) -> TicketRow:
        """Take back what `act` did (its `event_id`) before anybody was told of it. ActRefusedError where too late."""
        with self._db.begin() as connection:
            return self._acting.undo(connection, self._held(connection, number), event_id, actor, now)

    def officers(self, place: str = "") -> tuple[OfficerRow, ...]:
        """The directory, for `place` and below it; whom a ticket can be handed on to."""
        with self._db.read() as connection:
            return tuple(officers.listed(connection, place))

    def posts_of(self, user_name: str) -> tuple[OfficerRow, ...]:
        """The posts of a user of the console."""
        with self._db.read() as connection:
            return tuple(officers.of_user(connection, user_name))

    def _held(self, connection: Connection, number: str) -> TicketRow:
        found = tickets.find(connection, number=number) if valid_ticket_number(number) else None
        if found is None:
            raise ActRefusedError("there is no such ticket", code="unknown_ticket")
        tickets.lock(connection, found.id)
        row = tickets.find(connection, ticket_id=found.id)
        assert row is not None
        return row

    def _unchanged(self, connection: Connection, row: TicketRow, version: int) -> None:
        if row.version == version:
            return
        since = [event for event in tickets.trail(connection, row.id) if (event.version or 0) > version]
        raise ConflictError("the ticket was changed meanwhile: look at it and do it again", row.version, since)


def _with_today(wanted: Filter, now: datetime) -> Filter:
    """The filter with the end of the day in India filled in."""
    tomorrow = now.astimezone(INDIA).date() + timedelta(days=1)
    fields = {name: getattr(wanted, name) for name in Filter.__dataclass_fields__}
    return Filter(**fields | {"today_ends": datetime.combine(tomorrow, time(0), INDIA)})
