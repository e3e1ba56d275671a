"""Lists of tickets: views with counts, filters in the address, saved views, search by what the text looks like.

Late first whatever the filter; a page begins where the last one ended (keyset), and counts stop at a thousand.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import Connection, delete, func, select
from starlette.responses import RedirectResponse, Response

from ivr.console.frame import CAP
from ivr.console.page import Page, Section
from ivr.console.roles import Right
from ivr.console.visit import Refused, Visit
from ivr.core.ids import valid_ticket_number
from ivr.desk.grievances import Grievances
from ivr.store import queues
from ivr.store.database import insert_once
from ivr.store.queues import Cursor, Filter
from ivr.store.schema_console import saved_view
from ivr.store.tickets import TicketRow

PAGE = 50
VIEWS = ("late", "today", "said_no", "waiting", "not_reached", "unassigned", "human", "open", "closed")
COUNTED = ("late", "today", "said_no", "waiting", "unassigned", "human")
FILTERS = ("view", "district", "service", "department", "whose", "level", "language", "q")
MOST_VIEWS = 12
_NAME_LONGEST = 48


def desk_of(visit: Visit) -> Grievances:
    return visit.parts.desk.grievances


def tickets(visit: Visit) -> Response:
    """GET /tickets: one page of a view; asked by a script, its rows only."""
    wanted = read_filter(visit)
    page = desk_of(visit).queue(wanted, visit.now, _after(visit), PAGE)
    return _shown(visit, wanted, page.rows, page.after)


def search(visit: Visit) -> Response:
    """GET /search: a ticket's number leads to it, a telephone number to its caller's, words to a list."""
    text = visit.query("q")
    if not text:
        return visit.go("/tickets")
    if valid_ticket_number(text) and (view := desk_of(visit).ticket(text, visit.now)):
        visit.require_place(view.ticket.district)
        return visit.go(f"/tickets/{view.ticket.number}")
    wanted = read_filter(visit)
    page = desk_of(visit).search(text, visit.now, wanted, PAGE)
    rows = tuple(row for row in page.rows if visit.place in (None, row.district))
    return _shown(visit, wanted, rows, None)


def _shown(visit: Visit, wanted: Filter, rows: tuple[TicketRow, ...], after: Cursor | None) -> Response:
    older = visit.address(after=str(after)) if after else ""
    if visit.fragment:
        return visit.part("tickets_rows.html", rows=rows, older=older)
    return visit.page(
        "tickets.html",
        rows=rows,
        older=older,
        wanted=wanted,
        counts=desk_of(visit).counts(_of_all_views(wanted), visit.now, COUNTED),
        views=VIEWS,
        saved=_saved(visit),
        choices=choices(visit),
        bulk=visit.may(Right.BULK) or visit.may(Right.ACT),
        keys=("lists",),
    )


def read_filter(visit: Visit) -> Filter:
    """The filter of the address. An officer's is bound to the officer's place, whatever the address says."""
    view = visit.query("view") or visit.text("view") or ("open" if visit.query("q") else "late")
    if view not in queues.VIEWS:
        raise Refused(404, "frame.not_found")
    level = visit.number("level")
    return Filter(
        view=view,
        district=visit.place or _given(visit, "district"),
        officer_id=visit.number("whose"),
        department=_given(visit, "department"),
        service=_given(visit, "service"),
        level=level,
        language=_given(visit, "language"),
    )


def _given(visit: Visit, name: str) -> str | None:
    return visit.query(name) or visit.text(name) or None


def _of_all_views(wanted: Filter) -> Filter:
    return replace(wanted, view="open", keys=())


def _after(visit: Visit) -> Cursor | None:
    text = visit.query("after")
    if not text:
        return None
    try:
        return Cursor.read(text)
    except ValueError:
        raise Refused(404, "frame.not_found") from None


def choices(visit: Visit) -> Mapping[str, Any]:
    """What filters offer: (value, name) of districts, services and officers."""
    catalogue = visit.parts.around.understander.catalogue
    lang = visit.words.lang
    services = sorted((catalogue.name(lang, one), one) for one in catalogue.services)
    place = visit.parts.places.path(visit.place) if visit.place else ""
    posts = desk_of(visit).officers(place) if place else ()
    return {
        "district": [] if visit.place else [(name, visit.parts.places.name(name, lang)) for name in visit.parts.places],
        "service": [(one, name) for name, one in services],
        "whose": [(post.id, f"{post.name or '-'}, {post.role}") for post in posts],
    }


def _saved(visit: Visit) -> list[tuple[int, str, str]]:
    query = select(saved_view).where(saved_view.c.owner == visit.user.name, saved_view.c.page == "tickets")
    with visit.parts.db.read() as connection:
        rows = connection.execute(query.order_by(saved_view.c.name))
        return [(row.id, row.name, f"/console/tickets?{row.query}") for row in rows]


def save_view(visit: Visit) -> Response:
    """POST /views: keep the filter of the address under a name."""
    name = visit.text("name")[:_NAME_LONGEST]
    fields = [(key, value) for key, value in parse_qsl(visit.text("query")) if key in FILTERS]
    if not name:
        raise Refused(400, "tickets.view_name_missing")
    row = {"owner": visit.user.name, "page": "tickets", "name": name, "query": urlencode(fields)[:512]}
    mine = saved_view.c.owner == visit.user.name
    with visit.parts.db.begin() as connection:
        count = connection.execute(select(func.count()).select_from(saved_view).where(mine)).scalar_one()
        if count >= MOST_VIEWS or not insert_once(connection, saved_view, row):
            raise Refused(409, "tickets.view_not_saved")
    return visit.go(f"/tickets?{row['query']}", "tickets.view_saved", name=name)


def drop_view(visit: Visit) -> Response:
    """POST /views/drop: one's own only."""
    mine = saved_view.c.owner == visit.user.name, saved_view.c.id == (visit.number("id") or 0)
    with visit.parts.db.begin() as connection:
        connection.execute(delete(saved_view).where(*mine))
    return visit.go("/tickets", "tickets.view_dropped")


def late_count(connection: Connection, visit: Visit) -> int:
    """For the bar: late tickets of the user's place."""
    return queues.count(connection, Filter(view="late", district=visit.place), visit.now, CAP + 1)


def of_caller(visit: Visit) -> Response:
    """GET /tickets/{number}/caller: what else was asked from this telephone; the open ones first."""
    view = desk_of(visit).ticket(visit.request.path_params["number"], visit.now)
    if view is None or view.ticket.caller_hash is None:
        raise Refused(404, "frame.not_found")
    visit.require_place(view.ticket.district)
    mine = Filter(district=visit.place, caller_hash=view.ticket.caller_hash)
    rows: list[TicketRow] = []
    for name in ("open", "closed"):
        rows += desk_of(visit).queue(replace(mine, view=name), visit.now, None, PAGE).rows
    return visit.page("tickets_caller.html", rows=rows, older="", number=view.ticket.number, keys=("lists",))


def _old_way(visit: Visit) -> Response:
    return RedirectResponse("/console/tickets", 303)


SECTION = Section("/tickets", "tickets.section", Right.TICKETS, late_count, urgent=True)
PAGES = (
    Page("/tickets", tickets, Right.TICKETS),
    Page("/tickets/", _old_way, Right.TICKETS),
    Page("/tickets/{number:str}/caller", of_caller, Right.TICKETS),
    Page("/search", search, Right.TICKETS),
    Page("/views", save_view, Right.TICKETS, "POST"),
    Page("/views/drop", drop_view, Right.TICKETS, "POST"),
)
