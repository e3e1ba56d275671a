"""One act on many tickets: a preview that says which will and which cannot and why, then progress, then the results.

Only acts that the state table calls edits are offered: solving needs proof and the citizen's word one by one.
"""

from collections.abc import Sequence

from sqlalchemy.exc import NoResultFound
from starlette.responses import Response

from ivr.console import guard
from ivr.console.page import Page
from ivr.console.roles import Right
from ivr.console.ticket_acts import read_deed
from ivr.console.ticket_page import actor_of, party_of
from ivr.console.tickets_list import desk_of, read_filter
from ivr.console.visit import Refused, Visit
from ivr.core.errors import ActRefusedError
from ivr.desk.bulk import MOST, Bulk, Wanted
from ivr.store.bulks import BulkRow

ACTS = ("note", "remind", "answer", "ask", "hand_on", "acknowledge")


def bulk_of(visit: Visit) -> Bulk:
    desk = visit.parts.desk
    return Bulk(visit.parts.db, desk.jobs, desk.acting, visit.parts.clock, lambda: None)  # workers look every second


def choose(visit: Visit) -> Response:
    """POST /tickets/bulk: which act, for the ticked ones or for the whole view."""
    numbers = _ticked(visit)
    everything = bool(visit.text("all")) and visit.may(Right.BULK)
    if not numbers and not everything:
        return visit.go("/tickets", "tickets.nothing_ticked")
    count = len(numbers)
    if everything:
        wanted = read_filter(visit)
        count = min(desk_of(visit).counts(wanted, visit.now, (wanted.view,))[wanted.view], MOST)
    return _form(visit, numbers, everything, count)


def _form(visit: Visit, numbers: Sequence[str], everything: bool, count: int, problem: str = "") -> Response:
    table = desk_of(visit).rules.table
    party = party_of(visit)
    place = visit.parts.places.path(visit.place or visit.text("district"))
    return visit.page(
        "ticket_bulk.html",
        422 if problem else 200,
        numbers=() if everything else numbers,
        everything=everything,
        count=count,
        rules=[table.acts[name] for name in ACTS if party in table.acts[name].by],
        coded=table,
        posts=desk_of(visit).officers(place) if place else (),
        levels=desk_of(visit).rules.matrix.levels,
        back=guard.safe_path(visit.text("back"), "/console/tickets"),
        problem=problem,
        keys=(),
    )


def preview(visit: Visit) -> Response:
    """POST /tickets/bulk/preview: what would happen; nothing is done yet."""
    numbers, everything = _ticked(visit), bool(visit.text("all")) and visit.may(Right.BULK)
    deed = read_deed(visit, visit.text("act"))
    own = _of_place(visit, numbers)
    which = Wanted(deed, actor_of(visit), read_filter(visit) if everything else None, own)
    try:
        found = bulk_of(visit).preview(which, visit.now)
    except ActRefusedError:
        return _form(visit, numbers, everything, len(numbers), "tickets.refused_lacks")
    return visit.go(f"/tickets/bulk/{found.id}")


def _ticked(visit: Visit) -> list[str]:
    return [value for value in visit.form.getlist("ticked") if isinstance(value, str)][:MOST]


def _of_place(visit: Visit, numbers: Sequence[str]) -> list[str]:
    """Without those that this user may not see."""
    if visit.place is None:
        return list(numbers)
    views = ((number, desk_of(visit).ticket(number, visit.now)) for number in numbers)
    return [number for number, view in views if view is not None and view.ticket.district == visit.place]


def _found(visit: Visit) -> BulkRow:
    """The act of the address; one's own only."""
    try:
        found = bulk_of(visit).progress(visit.number("id") or 0)
    except NoResultFound:
        raise Refused(404, "frame.not_found") from None
    if found.actor != visit.user.name:
        raise Refused(404, "frame.not_found")
    return found


def progress(visit: Visit) -> Response:
    """GET /tickets/bulk/{id}: the preview, how far it is, the results."""
    found = _found(visit)
    if visit.fragment:
        return visit.part("ticket_bulk_state.html", bulk=found)
    return visit.page("ticket_bulk_run.html", bulk=found, keys=())


def start(visit: Visit) -> Response:
    """POST /tickets/bulk/{id}/start: twice is once."""
    found = _found(visit)
    bulk_of(visit).start(found.id, visit.now)
    with visit.parts.db.begin() as connection:
        visit.log(connection, "tickets_in_bulk", f"bulk {found.id}", f"{found.waiting} tickets")
    return visit.go(f"/tickets/bulk/{found.id}")


PAGES = (
    Page("/tickets/bulk", choose, Right.ACT, "POST"),
    Page("/tickets/bulk/preview", preview, Right.ACT, "POST"),
    Page("/tickets/bulk/{id:str}", progress, Right.ACT),
    Page("/tickets/bulk/{id:str}/start", start, Right.ACT, "POST"),
)
