"""Sound for those who may hear it, in pieces, checked and noted at each; the peaks; what was heard.

Browsers ask for "all of it from here"; given a piece, they ask again when they need more, so that a jump in a long call
costs a few hundred kilobytes and not the rest of the call.
"""

import re
from pathlib import Path
from typing import Any

from starlette.responses import Response

from ivr.console.page import Page
from ivr.console.roles import Right
from ivr.console.visit import Refused, Visit
from ivr.core.errors import AudioError
from ivr.speech.tape import BYTES_PER_MS, HEADER_BYTES, TapeFile
from ivr.store import listening, reviews

PIECE_BYTES = 64 * 1024
SPANS_MAX = 200
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
_HEADERS = {"Accept-Ranges": "bytes", "Cache-Control": "private, no-store"}


def audio(visit: Visit) -> Response:
    """A piece of a call. The access log says "opened" once in ten minutes, before the first piece is sent."""
    sid = visit.request.path_params["sid"]
    file = tape(visit, sid)
    wanted = byte_range(visit.request.headers.get("range", ""), file.size)
    if wanted is None:
        return Response(status_code=416, headers={**_HEADERS, "Content-Range": f"bytes */{file.size}"})
    start, stop = wanted
    _note(visit, sid, start, stop)
    headers = {**_HEADERS, "Content-Range": f"bytes {start}-{stop - 1}/{file.size}"}
    return Response(file.read(start, stop), 206, headers, "audio/wav")


def tape(visit: Visit, sid: str) -> TapeFile:
    """The recording of a call of the user's place. Refused where there is none, or none any more."""
    with visit.parts.db.read() as connection:
        call, sound = reviews.found(connection, sid), reviews.sound(connection, sid)
    if call is None or sound is None:
        raise Refused(404, "review.no_sound")
    visit.require_place(call.district)
    try:
        return TapeFile.open(Path(visit.parts.around.settings.data_dir) / sound.path)
    except AudioError:
        raise Refused(404, "review.no_sound") from None


def byte_range(header: str, size: int) -> tuple[int, int] | None:
    """First byte and the one after the last of the piece to send; None where no range that can be had is asked for.
    Of several ranges none is served: no player asks for them."""
    asked = _RANGE.fullmatch(header.strip())
    if asked is None or not any(asked.groups()):
        return None
    first, last = asked.groups()
    start = int(first) if first else max(0, size - int(last))
    stop = min(size, int(last) + 1 if first and last else size)
    return (start, min(stop, start + PIECE_BYTES)) if start < stop else None


def _note(visit: Visit, sid: str, start: int, stop: int) -> None:
    """Write only where something is new: a player asks every few seconds."""
    from_ms, to_ms = ((at - HEADER_BYTES) // BYTES_PER_MS for at in (start, stop))
    with visit.parts.db.read() as connection:
        flagged = listening.flagged_within(connection, sid, from_ms, to_ms)
        known = listening.heard_before(connection, sid, visit.user.name, visit.now, flagged)
    if known:
        return
    with visit.parts.db.begin() as connection:
        if listening.heard(connection, sid, visit.user.name, visit.now, flagged):
            visit.log(connection, "opened", f"call {sid}")


def peaks(visit: Visit) -> Response:
    """Caller and helpline in turn, a byte each for every 50 ms."""
    found = tape(visit, visit.request.path_params["sid"]).peaks()
    return Response(found, 200, {"Cache-Control": "private, no-store"}, "application/octet-stream")


def heard(visit: Visit) -> Response:
    """Which spans were played, told by the player when it pauses or goes: "31000-35000,40000-41000"."""
    sid = visit.request.path_params["sid"]
    spans = [(int(a), int(b)) for a, b in re.findall(r"(\d{1,9})-(\d{1,9})", visit.text("spans"))][:SPANS_MAX]
    with visit.parts.db.begin() as connection:
        call: Any = reviews.found(connection, sid)
        if call is None:
            raise Refused(404, "frame.not_found")
        visit.require_place(call.district)
        if spans:
            visit.log(connection, "heard", f"call {sid}", ", ".join(f"{_clock(a)}-{_clock(b)}" for a, b in spans))
    return Response(status_code=204)


def _clock(ms: int) -> str:
    return f"{ms // 60_000}:{ms // 1000 % 60:02}"


PAGES = (
    Page("/review/{sid}/audio", audio, Right.LISTEN, quiet=True),
    Page("/review/{sid}/peaks", peaks, Right.LISTEN, quiet=True),
    Page("/review/{sid}/heard", heard, Right.LISTEN, "POST"),
)
