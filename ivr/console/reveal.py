"""POST /reveal: a caller's whole number. The access log is written first; nothing is shown if it cannot be."""

from typing import Any

from sqlalchemy import Connection, select
from starlette.responses import Response

from ivr.console.page import Page
from ivr.console.roles import Right
from ivr.console.visit import Refused, Visit
from ivr.store.schema import call, caller, ticket

SECONDS = 30


def reveal(visit: Visit) -> Response:
    """The number of the caller behind a ticket (its id) or a call (its sid), for half a minute."""
    kind, given = visit.text("kind"), visit.text("id")
    with visit.parts.db.begin() as connection:
        row = _found(connection, kind, given)
        if row is None or row.phone_enc is None:
            raise Refused(404, "frame.not_found")
        visit.require_place(row.district)
        visit.log(connection, "number_shown", f"{kind} {row.name}")
    number = visit.parts.around.secrets.open(row.phone_enc)
    if visit.fragment:
        return Response(number, 200, {"Cache-Control": "no-store", "X-Seconds": str(SECONDS)}, "text/plain")
    back = f"/console/tickets/{row.name}" if kind == "ticket" else "/console/"
    response = visit.page("number.html", number=number, back=back, keys=())
    response.headers["Refresh"] = f"{SECONDS}; url={back}"
    return response


def _found(connection: Connection, kind: str, given: str) -> Any:
    """A row of name, district and phone_enc; None where there is no such ticket or call."""
    if kind == "ticket" and given.isascii() and given.isdecimal():
        query = select(ticket.c.number.label("name"), ticket.c.district, caller.c.phone_enc).select_from(
            ticket.outerjoin(caller, ticket.c.caller_hash == caller.c.phone_hash)
        )
        return connection.execute(query.where(ticket.c.id == int(given))).first()
    if kind == "call":
        query = select(call.c.sid.label("name"), call.c.district, caller.c.phone_enc).select_from(
            call.outerjoin(caller, call.c.caller_hash == caller.c.phone_hash)
        )
        return connection.execute(query.where(call.c.sid == given)).first()
    return None


PAGES = (Page("/reveal", reveal, Right.REVEAL, "POST"),)
