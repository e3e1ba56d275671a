"""Asks the citizen whether a claim is true: by calls in calling hours, by what they say unasked, by SMS.

No answer is not a yes: after the last try the ticket stands as unconfirmed, and says so to everybody.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from ivr.core.errors import ActRefusedError
from ivr.desk.acting import CITIZEN, SYSTEM, Acting
from ivr.desk.rules.life import CLAIMED, UNCONFIRMED, UNREACHED, Deed
from ivr.desk.rules.states import NO, REOPEN, YES, Party
from ivr.dialogue.hours import HouseHours
from ivr.store import claims, outcalls, tickets
from ivr.store.jobs import Jobs
from ivr.store.outcalls import OutcallRow, Purpose
from ivr.store.tickets import TicketRow

_ASKABLE = (CLAIMED, UNCONFIRMED)
WORDS_MAX = 1000
SPREAD_S = 3600
_STRIDE = 61  # seconds between neighbours, so that the hour is filled evenly


@dataclass(frozen=True, slots=True)
class Answer:
    """What a citizen says of a claim, or of a ticket. `act`: yes, no, reopen, reply or rate. `via`: call, sms, page."""

    act: str
    via: str
    words: str = ""
    call_sid: str | None = None
    rating: int | None = None


@dataclass(frozen=True, slots=True)
class Confirming:
    """One for a process. `enqueue` queues the placing of a call."""

    jobs: Jobs
    acting: Acting
    hours: HouseHours
    place_call: str

    def ask(self, connection: Connection, row: TicketRow, event_id: int, now: datetime) -> None:
        """Queue the call about the claim of this event. Whose number is withheld cannot be asked."""
        if row.caller_hash is None:
            self._act(connection, row.id, Deed(UNREACHED, Party.SYSTEM), now)
            return
        key = about(row.id, event_id)
        asked = outcalls.add(connection, key, Purpose.CONFIRM, row.caller_hash, None, now)
        if asked is not None:
            at = self.may_ring(now, asked)
            self.jobs.enqueue(
                connection, self.place_call, {"outcall_id": asked}, key=f"{self.place_call}:{asked}:0", at=at
            )

    def may_ring(self, at: datetime, call_id: int) -> datetime:
        """From `at` on, when the citizen may be rung. Calls that wait for the morning are spread over its first hour:
        rung all at once they would take every line from those who call us."""
        when = self.hours.next_call(at, operator=False)
        return when if when == at else when + timedelta(seconds=call_id * _STRIDE % SPREAD_S)

    def waits(self, connection: Connection, call: OutcallRow) -> bool:
        """Whether the ticket of a call still waits for the citizen, who may have answered by SMS meanwhile."""
        row = self.ticket_of(connection, call)
        return row is not None and row.state in _ASKABLE

    def tried(self, connection: Connection, call: OutcallRow) -> None:
        """A call is being made; shown beside the claim."""
        row = self.ticket_of(connection, call)
        if row is not None:
            claims.tried(connection, row.id)

    def next_try(self, tries: int) -> timedelta | None:
        """How long to wait after `tries` calls that brought no answer; None: no more."""
        rules = self.acting.rules.matrix.confirm
        if tries >= rules.tries:
            return None
        return timedelta(minutes=rules.wait_minutes[min(tries, len(rules.wait_minutes)) - 1])

    def given_up(self, connection: Connection, call: OutcallRow, now: datetime) -> None:
        """Nobody took any of the calls, or took one and said nothing."""
        row = self.ticket_of(connection, call)
        if row is not None and row.state in _ASKABLE:
            self._act(connection, row.id, Deed(UNREACHED, Party.SYSTEM), now)

    def ticket_of(self, connection: Connection, call: OutcallRow) -> TicketRow | None:
        """The ticket that a call asks about; None for calls about anything else."""
        kind, _, rest = call.key.partition(":")
        if kind != Purpose.CONFIRM.value:
            return None
        return tickets.find(connection, ticket_id=int(rest.partition(":")[0]))

    def answer(self, connection: Connection, row: TicketRow, said: Answer, key: str, now: datetime) -> TicketRow:
        """Carry out what the citizen says; ActRefusedError where the ticket does not wait for it. Done once a key."""
        if tickets.event_by_key(connection, key) is not None:
            return row
        tickets.lock(connection, row.id)
        held = tickets.find(connection, ticket_id=row.id)
        assert held is not None
        act = REOPEN if said.act == NO and held.state == "closed" else said.act
        deed = Deed(act, Party.CITIZEN, note=said.words[:WORDS_MAX], rating=said.rating)
        done = self.acting.act(connection, held, deed, CITIZEN, now, key)
        if act in (YES, NO):
            claims.note_via(connection, row.id, said.via, said.call_sid)
        return done.ticket

    def _act(self, connection: Connection, ticket_id: int, deed: Deed, now: datetime) -> None:
        tickets.lock(connection, ticket_id)
        row = tickets.find(connection, ticket_id=ticket_id)
        if row is None:
            return
        try:
            self.acting.act(connection, row, deed, SYSTEM, now)
        except ActRefusedError:
            return  # the citizen was quicker


def about(ticket_id: int, event_id: int) -> str:
    """The key of a call that asks about a claim."""
    return f"{Purpose.CONFIRM.value}:{ticket_id}:{event_id}"
