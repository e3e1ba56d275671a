"""The review page: the flagged calls, and one of them with all that is known of it. Acts stand in `review_acts`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from ivr.console import review_view
from ivr.console.frame import CAP
from ivr.console.page import Page, Section
from ivr.console.recordings import tape
from ivr.console.review_view import Line, Seen
from ivr.console.roles import Right
from ivr.console.visit import Refused, Visit
from ivr.core.clock import india_today
from ivr.core.phone import mask
from ivr.store import reviews
from ivr.store.reviews import Filter, Listed
from ivr.understanding.result import Hypothesis, WaitKind

PAGE = 50
KINDS = (
    "emergency",
    "operator",
    "refused",
    "no_match",
    "silence",
    "left_speaking",
    "disagreement",
    "low_margin",
    "abuse",
)
FIELDS = ("kind", "spoken")  # of the address: the filter


def first(visit: Visit) -> Response:
    """The list, and the most urgent call that nobody else has open."""
    with visit.parts.db.read() as connection:
        rows = reviews.flagged(connection, wanted(visit), visit.now, PAGE, _after(visit))
        if visit.fragment:
            return visit.part(
                "review_list.html", rows=rows, here=visit.query("here"), more=_more(rows), **_filter(visit)
            )
    taken = _first_free(visit, rows)
    with visit.parts.db.read() as connection:
        return _page(visit, connection, rows, taken)


def _first_free(visit: Visit, rows: Sequence[Listed]) -> str | None:
    """The first call that nobody has open, from now on this user's: of two who ask at once each gets another."""
    for row in rows:
        if row.holder in (None, visit.user.name):
            with visit.parts.db.begin() as connection:
                if reviews.hold(connection, row.sid, visit.user.name, visit.now) == visit.user.name:
                    return row.sid
    return None


def call(visit: Visit) -> Response:
    """One call beside the list, held for this user unless somebody else has it open."""
    sid = visit.request.path_params["sid"]
    with visit.parts.db.begin() as connection:
        found = reviews.found(connection, sid)
        if found is None:
            raise Refused(404, "frame.not_found")
        visit.require_place(found.district)
        reviews.hold(connection, sid, visit.user.name, visit.now)
    with visit.parts.db.read() as connection:
        rows = reviews.flagged(connection, wanted(visit), visit.now, PAGE, _after(visit))
        return _page(visit, connection, rows, sid)


def wanted(visit: Visit) -> Filter:
    """The filter of the address (or of a form that goes back to it)."""
    kind, language = (visit.query(name) or visit.text(name) for name in FIELDS)
    return Filter(kind, language, visit.place)


def back(visit: Visit, sid: str | None) -> str:
    """Where to go on, with the filter kept; below /console."""
    kept = {name: visit.query(name) or visit.text(name) for name in FIELDS}
    query = urlencode({name: value for name, value in kept.items() if value})
    return f"/review{f'/{sid}' if sid else ''}{f'?{query}' if query else ''}"


def alternatives(visit: Visit, turn: Line) -> Sequence[str]:
    """The services that the words of a turn come near."""
    readings = [one for one in turn.row.nbest or () if one.get("text")]
    languages = [one["lang"] for one in readings if one["lang"] in visit.parts.around.understander.grammars.languages]
    if not languages:
        return ()
    nbest = [Hypothesis(one["text"], one.get("confidence", 1.0)) for one in readings if one["lang"] == languages[0]]
    meant = visit.parts.around.understander.understand(nbest, languages[0], WaitKind.SERVICE, india_today(visit.now))
    return [candidate.intent for candidate in meant.alternatives]


def shown(visit: Visit, connection: Connection, sid: str, turn_n: int | None) -> Seen:
    """What there is to be seen of a call."""
    return review_view.seen(
        reviews.turns(connection, sid),
        reviews.flags(connection, sid),
        reviews.corrections(connection, sid),
        turn_n,
        lambda line: alternatives(visit, line),
    )


def _page(visit: Visit, connection: Connection, rows: Sequence[Listed], sid: str | None) -> Response:
    values: dict[str, Any] = {"rows": rows, "here": sid, "more": _more(rows), "call": None, **_filter(visit)}
    values["total"] = reviews.count(connection, wanted(visit), CAP)
    last = reviews.last_of(connection, visit.user.name)
    values["mine"] = last if last is not None and (visit.now - last.at).total_seconds() < 86_400 else None
    if sid is not None:
        values |= _call(visit, connection, sid)
    return visit.page("review.html", keys=("review",), **values)


def _call(visit: Visit, connection: Connection, sid: str) -> dict[str, Any]:
    found = reviews.found(connection, sid)
    if found is None:
        raise Refused(404, "frame.not_found")
    visit.require_place(found.district)
    seen, sound = shown(visit, connection, sid, visit.number("turn")), reviews.sound(connection, sid)
    before, after = reviews.neighbours(connection, wanted(visit), sid, visit.user.name, visit.now)
    length = _length(visit, sid, sound)
    start, stop = review_view.span(seen.turn, seen.marks)
    return {
        "call": found,
        "masked": mask(found.last4) if found.last4 else "",
        "seen": seen,
        "length_ms": length,
        "quiet": review_view.quiet(seen.lines, length),
        "focus": (start, stop),
        "before": before,
        "after": after,
        "holder": reviews.holder(connection, sid, visit.now),
        "tickets": reviews.ticket_numbers(connection, sid),
        "draft": reviews.drafts(connection, sid, visit.user.name).get(seen.turn.n) if seen.turn else None,
        "services": visit.parts.around.understander.catalogue.services,
        "name_of": lambda service: name_of(visit, service),
    }


def name_of(visit: Visit, service: str | None) -> str:
    """A service as the user's language calls it; its id where the catalogue has lost it."""
    catalogue = visit.parts.around.understander.catalogue
    if not service:
        return "-"
    return catalogue.name(visit.words.lang, service) if service in catalogue.services else service


def _length(visit: Visit, sid: str, sound: Any) -> int:
    """Of the sound that can be heard; 0: none (a call by keys, refused, or its time is up)."""
    if sound is None:
        return 0
    try:
        return sound.duration_ms or tape(visit, sid).duration_ms
    except Refused:
        return 0


def _filter(visit: Visit) -> dict[str, Any]:
    asked = wanted(visit)
    return {"wanted": asked, "kinds": KINDS, "address_of": lambda sid: f"/console{back(visit, sid)}"}


def _after(visit: Visit) -> tuple[int, datetime, str] | None:
    """The place after which the list goes on: rank, time, sid."""
    try:
        rank, started, sid = visit.query("after").split("~")
        at = datetime.fromisoformat(started)
        return (int(rank), at, sid) if at.tzinfo is not None else None
    except ValueError:
        return None


def _more(rows: Sequence[Listed]) -> str:
    last = rows[-1] if len(rows) == PAGE else None
    return f"{last.rank}~{last.started_at.isoformat()}~{last.sid}" if last is not None else ""


def _count(connection: Connection, visit: Visit) -> int:
    return reviews.count(connection, Filter(district=visit.place), CAP)


PAGES = (
    Page("/review", first, Right.REVIEW),
    Page("/review/", lambda visit: RedirectResponse("/console/review", 303), Right.REVIEW),
    Page("/review/{sid}", call, Right.REVIEW),
)
SECTION = Section("/review", "review.section", Right.REVIEW, _count)
