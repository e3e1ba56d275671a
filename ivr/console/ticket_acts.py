"""Acts on one ticket, from the state table only, and taking them back; the photographs that prove a claim.

Every act carries the version that the user saw. Where the ticket was changed meanwhile the answer is 409 with what
changed, and what was typed is in the form again. What an act sends to people waits some seconds, for the undo.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from starlette.datastructures import UploadFile
from starlette.responses import Response

from ivr.console import ticket_page
from ivr.console.page import Page
from ivr.console.roles import Right
from ivr.console.ticket_page import Problem, actor_of, party_of
from ivr.console.tickets_list import desk_of
from ivr.console.visit import Refused, Visit
from ivr.core.clock import INDIA
from ivr.core.errors import ActRefusedError, ConflictError
from ivr.desk import photographs
from ivr.desk.acting import Done
from ivr.desk.grievances import TicketView
from ivr.desk.proofs import PROOFS, written_place
from ivr.desk.rules.life import Deed
from ivr.desk.rules.states import CLAIM
from ivr.store.tickets import TicketEvent, TicketRow

PHOTO_MAX_BYTES = 5 * 1024 * 1024
_PHOTOS = {photographs.JPEG + b"\xff": (".jpg", "image/jpeg"), photographs.PNG: (".png", "image/png")}
_TYPED = ("note", "code", "on", "reason", "until", "officer", "place")


@dataclass(frozen=True, slots=True)
class Photo:
    """One that is kept: its path below the data folder and what its camera said."""

    path: str
    facts: photographs.Facts


def act(visit: Visit) -> Response:
    """POST /tickets/{number}/act."""
    view = ticket_page.find(visit)
    name = visit.text("act")
    if name not in {rule.id for rule in view.acts}:
        return _again(visit, 409, Problem(name, "tickets.refused_not_allowed", typed=_typed(visit)))
    photo = None
    try:
        photo = _photo(visit, view.ticket, name)
        done = _do(visit, view, read_deed(visit, name, photo))
    except ConflictError as conflict:
        _forget(visit, photo)
        changes = [event for event in conflict.changes if isinstance(event, TicketEvent)]
        return _again(visit, 409, Problem(name, "tickets.changed", changes, _typed(visit)))
    except ActRefusedError as refused:
        _forget(visit, photo)
        text = f"tickets.refused_{refused.code}"
        known = text if text in visit.words.texts else "tickets.refused_other"
        return _again(visit, 422, Problem(name, known, typed=_typed(visit)))
    return _done(visit, done)


def _do(visit: Visit, view: TicketView, deed: Deed) -> Done:
    version = _version(visit)
    if version is None:
        raise Refused(400, "frame.form_old")
    key = f"console:{visit.user.name}:{visit.text('once')}"[:128]
    done = desk_of(visit).act(view.ticket.number, deed, actor_of(visit, view.ticket), version, key, visit.now)
    with visit.parts.db.begin() as connection:
        visit.log(connection, f"ticket_{deed.act}", f"ticket {view.ticket.number}")
    return done


def _done(visit: Visit, done: Done) -> Response:
    number = done.ticket.number
    seconds = int((done.undo_until - visit.now).total_seconds()) if done.undo_until else 0
    undo = {"path": f"/tickets/{number}/undo", "fields": {"event": done.event_id}, "seconds": seconds}
    return visit.go(f"/tickets/{number}", f"tickets.done_{visit.text('act')}", undo=undo if seconds > 0 else None)


def undo(visit: Visit) -> Response:
    """POST /tickets/{number}/undo: before anybody was told."""
    view = ticket_page.find(visit)
    event = visit.number("event") or 0
    try:
        desk_of(visit).undo(view.ticket.number, event, actor_of(visit, view.ticket), visit.now)
    except ActRefusedError:
        return visit.go(f"/tickets/{view.ticket.number}", "frame.undo_late")
    with visit.parts.db.begin() as connection:
        visit.log(connection, "ticket_undone", f"ticket {view.ticket.number}")
    return visit.go(f"/tickets/{view.ticket.number}", "frame.undone")


def read_deed(visit: Visit, name: str, photo: Photo | None = None) -> Deed:
    """What the form says. Wrong dates are taken as missing: the rules then say what is needed."""
    on, until = visit.text("on"), visit.text("until")
    return Deed(
        act=name,
        party=party_of(visit),
        note=visit.text("note"),
        code=visit.text("code"),
        on=_day(on),
        reason=visit.text("reason"),
        until=_moment(until),
        officer_id=visit.number("officer"),
        place=visit.text("place"),
        photo=photo.path if photo else "",
        photo_at=photo.facts.at if photo else None,
        photo_place=written_place(photo.facts.place) if photo else None,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    """A browser's local time is India's."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=INDIA)
    except ValueError:
        return None


def _version(visit: Visit) -> int | None:
    return visit.number("version")


def _typed(visit: Visit) -> dict[str, str]:
    return {name: visit.text(name) for name in _TYPED}


def _again(visit: Visit, status: int, problem: Problem) -> Response:
    """The ticket as it is now, with the form as it was sent."""
    return ticket_page.show(visit, ticket_page.find(visit), status, problem)


def _photo(visit: Visit, row: TicketRow, act: str) -> Photo | None:
    """Keep the photograph that was sent, without what its camera wrote into it: that stands beside it, for who
    supervises. ActRefusedError for what is no photograph."""
    sent = visit.form.get("photo")
    if not isinstance(sent, UploadFile):
        return None
    with sent.file:
        content = sent.file.read(PHOTO_MAX_BYTES + 1)
    if act != CLAIM or not sent.filename:
        return None
    ending = next((ending for magic, (ending, _) in _PHOTOS.items() if content.startswith(magic)), None)
    if ending is None or len(content) > PHOTO_MAX_BYTES:
        raise ActRefusedError("a photograph is a JPEG or PNG of at most 5 MB", code="photo")
    path = Path(PROOFS) / row.number / f"{secrets.token_hex(8)}{ending}"
    full = visit.parts.around.settings.data_dir / path
    full.parent.mkdir(parents=True, exist_ok=True)
    full.write_bytes(photographs.stripped(content))
    return Photo(path.as_posix(), photographs.facts(content))


def _forget(visit: Visit, photo: Photo | None) -> None:
    if photo:
        (visit.parts.around.settings.data_dir / photo.path).unlink(missing_ok=True)


def photo(visit: Visit) -> Response:
    """GET /tickets/{number}/proof/{claim}: the photograph beside the citizen's answer."""
    view = ticket_page.find(visit)
    claim = next((one for one in view.claims if one.id == visit.number("claim")), None)
    path = visit.parts.around.settings.data_dir / claim.photo if claim and claim.photo else None
    if path is None or not path.is_file():
        raise Refused(404, "frame.not_found")
    media = next((media for ending, media in _PHOTOS.values() if ending == path.suffix), "application/octet-stream")
    return Response(path.read_bytes(), 200, {"Cache-Control": "private, no-store"}, media)


PAGES = (
    Page("/tickets/{number:str}/act", act, Right.ACT, "POST"),
    Page("/tickets/{number:str}/undo", undo, Right.ACT, "POST"),
    Page("/tickets/{number:str}/proof/{claim:str}", photo, Right.TICKETS),
)
