"""Tells whoever is to know of what happened to a ticket: citizen and officers, by SMS, in their language and script.

One job for each event. It runs when the event can no longer be taken back; an event that was is told to nobody. Whom
and by which template is data (`tells` of grammars/escalation.yaml). After a claim the citizen is called as well.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from ivr.core.clock import INDIA, Clock
from ivr.desk.messages import Message, Messages
from ivr.desk.rules.life import CLAIMED, HUMAN, UNCONFIRMED
from ivr.desk.rules.matrix import Telling, TicketRules
from ivr.desk.rules.states import CLAIM
from ivr.desk.worker import Settle
from ivr.store import officers, tickets
from ivr.store.jobs import Job
from ivr.store.officers import OfficerRow
from ivr.store.tickets import TicketRow

AskCitizen = Callable[[Connection, TicketRow, int, datetime], None]
"""Queues the call that asks whether a claim is true: ticket and the event of the claim."""

_CALLS = frozenset({CLAIM, "call_again"})


@dataclass(frozen=True, slots=True)
class Tellings:
    """Handles the jobs `acting.TELL`."""

    rules: TicketRules
    messages: Messages
    clock: Clock
    ask_citizen: AskCitizen

    async def run(self, job: Job) -> Settle | None:
        """All messages of an event, in the transaction that ends its job."""
        event_id = int(job.payload["event_id"])
        return lambda connection: self.tell(connection, event_id, self.clock.now())

    def tell(self, connection: Connection, event_id: int, now: datetime) -> None:
        event = tickets.event(connection, event_id)
        if event is None or tickets.undone(connection, event_id):
            return
        row = tickets.find(connection, ticket_id=event.ticket_id)
        if row is None:
            return
        if event.kind in _CALLS and row.state not in (CLAIMED, UNCONFIRMED):
            return  # the citizen has answered before anybody could ask
        kind = HUMAN if event.state == HUMAN and event.kind != "note" else event.kind
        for telling in self.rules.matrix.tells.get(kind, ()):
            self._send(connection, telling, row, event, now)
        if event.kind in _CALLS and row.state in (CLAIMED, UNCONFIRMED):
            self.ask_citizen(connection, row, event_id, now)

    def _send(self, connection: Connection, telling: Telling, row: TicketRow, event: Row[Any], now: datetime) -> None:
        detail: Mapping[str, Any] = event.detail or {}
        if telling.who == "citizen":
            receiver, language = row.caller_hash, row.language
        else:
            post = self._post(connection, telling.who, row, detail)
            if post is None or post.caller_hash is None:
                return
            receiver, language = post.caller_hash, post.language or self.messages.texts.languages[0]
        key = f"tell:{event.id}:{telling.who}"
        values = self._values(row, detail, language)
        self.messages.queue(connection, Message(key, telling.sms, language, values), receiver, now)

    def _post(self, connection: Connection, who: str, row: TicketRow, detail: Mapping[str, Any]) -> OfficerRow | None:
        """The officer meant: `before` is whose ticket it was until this event."""
        changed = detail.get("officer_id")
        officer_id = row.officer_id if who == "officer" else changed[0] if changed else None
        return officers.find(connection, officer_id) if officer_id is not None else None

    def _values(self, row: TicketRow, detail: Mapping[str, Any], language: str) -> dict[str, str]:
        level = self.rules.matrix.levels[row.level]
        coded = {**self.rules.table.answers, **self.rules.table.questions}.get(str(detail.get("code", "")))
        said = coded.text.get(language, "") if coded else ""
        day = str(detail.get("on", ""))
        return {
            "number": row.number,
            "level": level.spoken.get(language, level.role),
            "answer": said,
            "question": said,
            "day": datetime.fromisoformat(day).strftime("%d-%m-%Y") if day else "",
            "place": self.place(row, language),
            "by": _moment(row.next_escalation_at),
        }

    def place(self, row: TicketRow, language: str) -> str:
        """Where it is, for an officer: the district as spoken, and what is below it as in the directory."""
        below = row.place_path.split(".")[2:]
        district = self.rules.districts.get(row.district or "", {}).get(language, row.district or "-")
        return " ".join((district, *below))


def _moment(at: datetime | None) -> str:
    """Day and time as in an officer's SMS: "24-11 16:00"."""
    return at.astimezone(INDIA).strftime("%d-%m %H:%M") if at is not None else "-"
