"""One ticket: what was asked and claimed, its course, and what the reader may do now. Shows; `ticket_acts` does."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from starlette.responses import Response

from ivr.console.page import Page
from ivr.console.roles import Right, Role
from ivr.console.tickets_list import desk_of
from ivr.console.visit import Refused, Visit
from ivr.core.ids import format_ticket
from ivr.desk.acting import Actor
from ivr.desk.grievances import TicketView
from ivr.desk.proofs import PROOFS, Doubt, Shown, doubts, proof_rules
from ivr.desk.rules.states import ActRule, Party
from ivr.store.claims import ClaimRow
from ivr.store.officers import OfficerRow
from ivr.store.outbox import SmsRow
from ivr.store.tickets import TicketEvent, TicketRow

MAIN_ACTS = ("answer", "hand_on", "ask", "claim")  # the others are behind "more"
_HIDDEN = frozenset({"raise"})  # the clock's


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the course: an event or an SMS."""

    at: datetime
    event: TicketEvent | None = None
    sms: SmsRow | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """What stood in the way of an act: its text, what changed meanwhile, and what was typed, not to be lost."""

    act: str
    text: str
    changes: Sequence[TicketEvent] = ()
    typed: Mapping[str, str] = field(default_factory=dict)


def ticket(visit: Visit) -> Response:
    """GET /tickets/{number}."""
    return show(visit, find(visit))


def find(visit: Visit) -> TicketView:
    """The ticket of the address with what this user may do. Refused (404) where it is of another place."""
    view = desk_of(visit).ticket(visit.request.path_params["number"], visit.now, party_of(visit))
    if view is None:
        raise Refused(404, "frame.not_found")
    visit.require_place(view.ticket.district)
    return view


def party_of(visit: Visit) -> Party:
    return Party.OFFICER if visit.user.role == Role.OFFICER else Party.DESK


def actor_of(visit: Visit, row: TicketRow | None = None) -> Actor:
    """Who this user is to the desk: an officer by the post that has the ticket, else the first of theirs."""
    posts = desk_of(visit).posts_of(visit.user.name) if party_of(visit) is Party.OFFICER else ()
    mine = next((post for post in posts if row is not None and post.id == row.officer_id), None)
    post = mine or next(iter(posts), None)
    return Actor(visit.user.name, party_of(visit), post.id if post else None)


def show(visit: Visit, view: TicketView, status: int = 200, problem: Problem | None = None) -> Response:
    """The page; with what stood in the way of an act, the act's form is open and filled in as it was sent."""
    row = view.ticket
    acts = [rule for rule in view.acts if rule.id not in _HIDDEN] if visit.may(Right.ACT) else []
    return visit.page(
        "ticket.html",
        status,
        view=view,
        row=row,
        number=format_ticket(row.number),
        service=visit.parts.around.understander.catalogue.name(visit.words.lang, row.service),
        place=visit.parts.places.name(row.district, visit.words.lang),
        steps=_steps(view),
        main=_ordered(acts),
        more=[rule for rule in acts if rule.id not in MAIN_ACTS],
        posts=_posts(visit, row) if acts else (),
        officers=_names(visit, view),
        doubts={claim.id: _doubts(claim, row) for claim in view.claims},
        coded=desk_of(visit).rules.table,
        levels=desk_of(visit).rules.matrix.levels,
        postless=party_of(visit) is Party.OFFICER and actor_of(visit).officer_id is None,
        once=secrets.token_urlsafe(12),
        problem=problem,
        keys=("ticket",),
    )


def _ordered(acts: Sequence[ActRule]) -> list[ActRule]:
    by_name = {rule.id: rule for rule in acts}
    return [by_name[name] for name in MAIN_ACTS if name in by_name]


def _steps(view: TicketView) -> list[Step]:
    undone = {event.undoes for event in view.trail if event.undoes is not None}
    events = [Step(event.at, event=event) for event in view.trail if event.id not in undone and event.undoes is None]
    messages = [Step(one.queued_at, sms=one) for one in view.sms]
    return sorted([*events, *messages], key=lambda step: step.at)


def _posts(visit: Visit, row: TicketRow) -> Sequence[OfficerRow]:
    """Whom it can be handed on to: the posts of its district that serve its department."""
    place = visit.parts.places.path(row.district)
    if not place:
        return ()
    fits = {"", row.department}
    return [p for p in desk_of(visit).officers(place) if p.department in fits and p.id != row.officer_id]


def _doubts(claim: ClaimRow, row: TicketRow) -> list[Doubt]:
    """What speaks against a claim's photograph, none where there is no photograph."""
    if not claim.photo.startswith(PROOFS):
        return []
    shown = Shown(claim.photo_at, claim.photo_place, claim.at, row.opened_at, row.district)
    return list(doubts(shown, proof_rules()))


def _names(visit: Visit, view: TicketView) -> Mapping[int, str]:
    """Officer -> name, of those that the trail and the claims speak of."""
    named = {change for event in view.trail for change in (event.detail or {}).get("officer_id", ()) if change}
    named |= {claim.officer_id for claim in view.claims if claim.officer_id}
    place = visit.parts.places.path(view.ticket.district)
    known: Any = {post.id: post for post in desk_of(visit).officers(place)} if named and place else {}
    return {one: f"{known[one].name or '-'}, {known[one].role}" if one in known else f"#{one}" for one in named}


PAGES = (Page("/tickets/{number:str}", ticket, Right.TICKETS),)
