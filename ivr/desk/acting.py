"""Carries out deeds on tickets: the rules decide, rows change, the trail grows, and a job tells whoever is to know.

Works in the transactions of others. Every way to touch a ticket - console, SMS, telephone, the clock - comes through
here, so that no way has rules of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from ivr.core.errors import ActRefusedError
from ivr.desk.rules import assignment
from ivr.desk.rules.assignment import Post
from ivr.desk.rules.life import Deed, Standing, begin, do, for_helpline
from ivr.desk.rules.matrix import TicketRules
from ivr.desk.rules.states import CLAIM, NO, REOPEN, YES, Party
from ivr.desk.standing import columns, kept, restored, standing
from ivr.store import claims, officers, tickets
from ivr.store.jobs import Jobs
from ivr.store.tickets import NewEvent, NewTicket, TicketEvent, TicketRow

TELL = "tell_ticket"
UNDONE = "undone"
_BELOW_MAY = frozenset({CLAIM, "note"})  # of a ticket that went up: whoever solves it after all is welcome
_ANSWERS = {YES: "yes", NO: "no", "unreached": "none"}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: `name` stands in the trail ("citizen", "system", a user's or a post's). `officer_id`: the post."""

    name: str
    party: Party
    officer_id: int | None = None


CITIZEN = Actor("citizen", Party.CITIZEN)
SYSTEM = Actor("system", Party.SYSTEM)


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it. `undo_until`: till then `undo` takes it back; None where nothing can."""

    ticket: TicketRow
    event_id: int
    undo_until: datetime | None


class Acting:
    """One for a process."""

    def __init__(self, rules: TicketRules, jobs: Jobs) -> None:
        self.rules = rules
        self._jobs = jobs

    def opening(
        self, connection: Connection, new: NewTicket, solve_by: datetime | None, now: datetime
    ) -> Mapping[str, Any]:
        """The columns with which a ticket begins: its clocks, and its officer."""
        kind = self.rules.matrix.class_of(new.service, new.department)
        own = new.service in self.rules.own
        posts = [] if own else self._posts_at(connection, new.department, new.place_path)
        level, post = assignment.first(posts, 0, self.rules.matrix.top, new.department, new.place_path)
        ticket = begin(self.rules, kind, level, now, solve_by)
        return {**columns(for_helpline(ticket) if own else ticket), "officer_id": post.id if post else None}

    def opened(self, connection: Connection, event_id: int, officer_id: int | None, now: datetime) -> None:
        """A ticket was opened: whoever has it is told, in the transaction that made it."""
        if officer_id is not None:
            self._tell(connection, event_id, now)

    def act(
        self, connection: Connection, row: TicketRow, deed: Deed, actor: Actor, now: datetime, key: str | None = None
    ) -> Done:
        """Do it. ActRefusedError says why not. The caller has locked the ticket and read `row` after that."""
        self._entitled(connection, row, deed, actor)
        before = standing(row)
        after = do(self.rules, before, deed, now)
        changes = {**columns(after), **self._assigned(connection, row, before, after, deed)}
        changes |= {"rating": deed.rating} if deed.act == "rate" else {}
        changed = frozenset(name for name, value in changes.items() if getattr(row, name) != value)
        undoable = actor.party in (Party.OFFICER, Party.DESK)
        event = TicketEvent(
            now, actor.name, deed.act, after.state, deed.note, row.version + 1, _detail(row, changes, deed)
        )
        new = NewEvent(event, key, kept(row, changed) if undoable else None)
        if not tickets.change(connection, row.id, row.version, {name: changes[name] for name in changed}):
            raise ActRefusedError("the ticket was not held while it was changed", code="not_held")
        event_id = tickets.add_event(connection, row.id, new)
        self._claims(connection, row, deed, actor, event_id, now)
        told_at = now + self.rules.matrix.undo if undoable else now
        self._tell(connection, event_id, told_at)
        done = tickets.find(connection, ticket_id=row.id)
        assert done is not None
        return Done(done, event_id, told_at if undoable else None)

    def undo(self, connection: Connection, row: TicketRow, event_id: int, actor: Actor, now: datetime) -> TicketRow:
        """Take back the last act, by whoever did it, before anybody was told. ActRefusedError where that is over."""
        event = tickets.event(connection, event_id)
        if event is None or event.ticket_id != row.id or event.before is None or event.actor != actor.name:
            raise ActRefusedError("this cannot be taken back", code="no_undo")
        if event.version != row.version or now >= event.at + self.rules.matrix.undo:
            raise ActRefusedError("it is too late to take this back: do the opposite instead", code="undo_late")
        values = restored(event.before)
        tickets.change(connection, row.id, row.version, values)
        back = TicketEvent(
            now, actor.name, UNDONE, values.get("state", row.state), "", row.version + 1, undoes=event_id
        )
        tickets.add_event(connection, row.id, NewEvent(back))
        claims.forget(connection, event_id)
        found = tickets.find(connection, ticket_id=row.id)
        assert found is not None
        return found

    def _tell(self, connection: Connection, event_id: int, at: datetime) -> None:
        self._jobs.enqueue(connection, TELL, {"event_id": event_id}, key=f"{TELL}:{event_id}", at=at)

    def _entitled(self, connection: Connection, row: TicketRow, deed: Deed, actor: Actor) -> None:
        """Officers act on their own tickets and on those below them; who had one before may still solve it."""
        if actor.party is not Party.OFFICER or actor.officer_id == row.officer_id:
            return
        post = officers.find(connection, actor.officer_id) if actor.officer_id is not None else None
        near = post is not None and assignment.covers(post.place_path, row.place_path)
        fits = near and post is not None and post.department in ("", row.department)
        if not fits or post is None or (post.level < row.level and deed.act not in _BELOW_MAY):
            raise ActRefusedError("this ticket is with another officer", code="not_yours")

    def _assigned(
        self, connection: Connection, row: TicketRow, before: Standing, after: Standing, deed: Deed
    ) -> dict[str, Any]:
        """Whose it is afterwards, where that may change."""
        if deed.officer_id is not None:
            post = officers.find(connection, deed.officer_id)
            if post is None or not post.active:
                raise ActRefusedError("there is no such officer", code="unknown_officer")
            return {"officer_id": post.id}
        place = deed.place or row.place_path
        moved = {"place_path": place} if deed.place else {}
        if after.level == before.level and not deed.place and deed.act not in (NO, REOPEN):
            return {}
        chosen = assignment.choose(self._posts(connection, row, place), after.level, row.department, place)
        return {**moved, "officer_id": chosen.id if chosen else None}

    def _posts(self, connection: Connection, row: TicketRow, place: str | None = None) -> list[Post]:
        return self._posts_at(connection, row.department, row.place_path if place is None else place)

    def _posts_at(self, connection: Connection, department: str, place: str) -> list[Post]:
        return [
            Post(one.id, one.level, one.department, one.place_path, vacant=not one.name, load=one.load)
            for one in officers.fitting(connection, department, assignment.above(place))
        ]

    def _claims(
        self, connection: Connection, row: TicketRow, deed: Deed, actor: Actor, event_id: int, now: datetime
    ) -> None:
        if deed.act == CLAIM:
            made = claims.NewClaim(
                row.id,
                event_id,
                now,
                actor.officer_id,
                actor.name,
                deed.note,
                deed.photo,
                photo_at=deed.photo_at,
                photo_place=deed.photo_place,
            )
            claims.add(connection, made)
        elif deed.act in _ANSWERS:
            claims.answered(connection, row.id, _ANSWERS[deed.act], deed.note, now)


def _detail(row: TicketRow, changes: dict[str, Any], deed: Deed) -> dict[str, Any] | None:
    """What the trail keeps besides the note; no words of a citizen."""
    given: dict[str, Any] = {"code": deed.code, "reason": deed.reason, "place": deed.place, "photo": deed.photo}
    given |= {"on": deed.on.isoformat() if deed.on else "", "until": deed.until.isoformat() if deed.until else ""}
    given["rating"] = deed.rating or ""
    for name in ("level", "officer_id"):
        if name in changes and changes[name] != getattr(row, name):
            given[name] = [getattr(row, name), changes[name]]
    return {name: value for name, value in given.items() if value != ""} or None
