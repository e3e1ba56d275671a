"""What an operator does on the review page: correct, take back, hold a call, keep a draft. Each a POST of its own."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from ivr.console import review, review_view
from ivr.console.page import Page
from ivr.console.roles import Right
from ivr.console.visit import Refused, Visit
from ivr.desk.learning import LEARN
from ivr.store import listening, reviews
from ivr.store.reviews import NewCorrection, Overtaken

UNDO_S = 8
LEARNT_AFTER = timedelta(minutes=10)
_KINDS = frozenset({"service", "words", "not_speech", "cannot_tell"})
_WORDS_MAX = 500


def correct(visit: Visit) -> Response:
    """Save one correction and go on to the next call. 409 with both where somebody else was faster."""
    sid = visit.request.path_params["sid"]
    new = _asked(visit, sid)
    try:
        with visit.parts.db.begin() as connection:
            call = _call(visit, connection, sid)
            if new.kind != "cannot_tell" and not _listened(visit, connection, new):
                raise Refused(422, "review.listen_first")
            _, after = reviews.neighbours(connection, review.wanted(visit), sid, visit.user.name, visit.now)
            made = reviews.correct(connection, new, visit.now)
            payload = {"correction_id": made}
            visit.parts.desk.jobs.enqueue(
                connection, LEARN, payload, key=f"{LEARN}:{made}", at=visit.now + LEARNT_AFTER
            )
            visit.log(connection, "corrected", f"call {sid}", new.kind)
    except Overtaken as overtaken:
        return _conflict(visit, new, overtaken, call)
    undo = {"path": "/review/undo", "fields": {"id": made, **_kept(visit)}, "seconds": UNDO_S}
    what = review.name_of(visit, new.value) if new.kind == "service" else visit.words(f"review.saved_{new.kind}")
    return visit.go(review.back(visit, after), "review.saved", undo=undo, what=what)


def undo(visit: Visit) -> Response:
    """Take back one's own correction, soon by the bar or later by its key; back to its call."""
    with visit.parts.db.begin() as connection:
        taken = reviews.undo(connection, visit.number("id") or 0, visit.user.name, visit.now)
        if taken is not None:
            visit.log(connection, "correction_undone", f"call {taken.call_sid}", taken.kind)
    if taken is None:
        return visit.go(review.back(visit, None), "frame.undo_late")
    return visit.go(review.back(visit, taken.call_sid), "frame.undone")


def lease(visit: Visit) -> Response:
    """Hold the call while somebody listens; answers with who has it."""
    sid = visit.request.path_params["sid"]
    with visit.parts.db.begin() as connection:
        _call(visit, connection, sid)
        holder = reviews.lease(connection, sid, visit.user.name, visit.now)
    return Response(holder, 200, {"Cache-Control": "no-store"}, "text/plain; charset=utf-8")


def draft(visit: Visit) -> Response:
    """Words being written."""
    sid, turn = visit.request.path_params["sid"], visit.number("turn")
    with visit.parts.db.begin() as connection:
        _call(visit, connection, sid)
        if turn is not None:
            reviews.keep_draft(connection, sid, turn, visit.user.name, visit.text("words")[:_WORDS_MAX], visit.now)
    return Response(status_code=204)


def _asked(visit: Visit, sid: str) -> NewCorrection:
    """The form's correction: `choice` is kind or kind:value; the words and the other service have fields of theirs."""
    kind, _, value = visit.text("choice").partition(":")
    if kind == "other":
        kind, value = "service", visit.text("other")
    if kind == "words":
        value = " ".join(visit.text("words").split())[:_WORDS_MAX]
    turn = visit.number("turn")
    known = visit.parts.around.understander.catalogue.services
    if (
        kind not in _KINDS
        or turn is None
        or (kind == "service" and value not in known)
        or (kind == "words" and not value)
    ):
        raise Refused(422, "review.not_chosen")
    note = visit.text("note")[:_WORDS_MAX]
    heard_ms = visit.number("heard_ms") or 0
    return NewCorrection(sid, turn, kind, value, note, visit.user.name, heard_ms, visit.number("base") or 0)


def _listened(visit: Visit, connection: Connection, new: NewCorrection) -> bool:
    """Whether a second of the span was played, as the player tells; without script, whether its sound was sent. Where
    there is no sound, the words are all there is."""
    if new.heard_ms >= listening.HEARD_LEAST_MS or reviews.sound(connection, new.call_sid) is None:
        return True
    return not visit.text("heard_ms") and listening.was_served(connection, new.call_sid, visit.user.name)


def _call(visit: Visit, connection: Connection, sid: str) -> Any:
    found = reviews.found(connection, sid)
    if found is None:
        raise Refused(404, "frame.not_found")
    visit.require_place(found.district)
    return found


def _conflict(visit: Visit, new: NewCorrection, overtaken: Overtaken, call: Any) -> Response:
    with visit.parts.db.read() as connection:
        rows = reviews.turns(connection, new.call_sid)
    seen = review_view.seen(rows, (), (), new.turn_n, lambda line: ())
    return visit.page(
        "review_conflict.html",
        409,
        keys=(),
        call=call,
        turn=seen.turn,
        mine=replace(new, base=overtaken.newer.id),
        theirs=overtaken.newer,
        kept=_kept(visit),
        name_of=lambda service: review.name_of(visit, service),
        leave=f"/console{review.back(visit, None)}",
    )


def _kept(visit: Visit) -> dict[str, str]:
    """The filter's fields, for forms that go back to it."""
    return {name: value for name in review.FIELDS if (value := visit.query(name) or visit.text(name))}


PAGES = (
    Page("/review/undo", undo, Right.REVIEW, "POST"),
    Page("/review/{sid}/correct", correct, Right.REVIEW, "POST"),
    Page("/review/{sid}/lease", lease, Right.REVIEW, "POST"),
    Page("/review/{sid}/draft", draft, Right.REVIEW, "POST"),
)
