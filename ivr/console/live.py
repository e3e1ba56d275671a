"""Calls that go on: a list that keeps itself up to date by server-sent events, listening in, taking over.

Who listens in says why, once a call, before the first sound; the sound is the recording as it grows, a second behind.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response, StreamingResponse

from ivr.console.page import Page, Section
from ivr.console.roles import Right
from ivr.console.visit import Refused, Visit
from ivr.core import phone
from ivr.core.clock import INDIA
from ivr.core.errors import IvrError
from ivr.speech.tape import BYTES_PER_MS, HEADER_BYTES, header
from ivr.store import live, reviews
from ivr.store.live import STALE

EVERY_S = 1.0
PING_S = 15
STREAM_FOR = timedelta(minutes=5)  # then the browser asks again, and is checked again
BEHIND_MS = 2_000  # of what was said before one begins to listen
ENDED_S = 20  # without new sound the call is over


@dataclass(frozen=True, slots=True)
class Row:
    """A call as it is shown."""

    sid: str
    told: Mapping[str, Any]
    at: datetime
    stale: bool
    long_ms: int  # a silence that is shown in red, told in words too; half of it in amber

    @property
    def silence(self) -> str:
        """ "" , "soon" or "late": how the seconds of silence are shown."""
        silent = 0 if self.told["sounding"] else self.told["silent_ms"]
        return "late" if silent >= self.long_ms else "soon" if silent >= self.long_ms / 2 else ""

    @property
    def troubled(self) -> bool:
        told = self.told
        return bool(told["emergency"] or told["misses"] > 1 or told["refused"] > 1 or self.silence == "late")


pause = asyncio.sleep  # tests put their clock in its place


def page(visit: Visit) -> Response:
    """The list as it is now; its script asks for what changes."""
    return visit.page("live.html", keys=("lists",), **snapshot(visit))


async def events(visit: Visit) -> Response:
    """Server-sent events: the rows anew whenever they changed, a ping otherwise."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_told(visit), media_type="text/event-stream", headers=headers)


async def _told(visit: Visit) -> AsyncIterator[str]:
    run, clock = visit.parts.around.blocking.run, visit.parts.clock
    number, last, quiet = int(visit.request.headers.get("last-event-id", "0") or 0), "", 0.0
    until = visit.now + STREAM_FOR
    yield "retry: 2000\n\n"
    while clock.now() < until:
        try:
            part = await run(_part, visit, clock.now())
        except IvrError:
            part = ""
        if part and part != last:
            number, last, quiet = number + 1, part, 0.0
            yield f"id: {number}\ndata: {json.dumps({'html': part})}\n\n"
        elif quiet >= PING_S:
            quiet = 0.0
            yield ": still here\n\n"
        await pause(EVERY_S)
        quiet += EVERY_S


def _part(visit: Visit, now: datetime) -> str:
    visit.now = now
    return visit.parts.render(visit, "live_rows.html", snapshot(visit))


def snapshot(visit: Visit) -> dict[str, Any]:
    """All that the page shows. Asking for it keeps the processes telling."""
    with visit.parts.db.begin() as connection:
        live.watch(connection, visit.user.name, visit.now)
        boards = live.boards(connection, visit.now)
        waiting = live.waiting(connection, visit.now)
        lately = live.lately(connection, visit.now)
    settings = visit.parts.around.settings
    rows = [
        Row(told["sid"], told, board.at, visit.now - board.at > STALE, settings.long_silence_s * 1000)
        for board in boards
        for told in board.calls
        if visit.place is None or told["district"] == visit.place
    ]
    rows.sort(key=lambda row: (-row.told["at_ms"], row.sid))
    spoken = {lang: sum(row.told["lang"] == lang for row in rows) for lang in ("te", "hi")}
    oldest = min((board.at for board in boards), default=visit.now)
    lag_ms = max((told["lag_ms"] for board in boards for told in board.calls), default=0)
    return {
        "rows": rows,
        "spoken": spoken,
        "waiting": waiting,
        "lines": settings.operator_lines,
        "most": settings.max_calls * max(1, len(boards)),
        "lately": lately,
        "late_reply": settings.late_reply_ms,
        "oldest": oldest,
        "as_of": f"{oldest.astimezone(INDIA):%H:%M:%S}",
        "stale": visit.now - oldest > STALE,
        "lag_ms": lag_ms,
        "lag_limit": settings.late_decoding_ms,
        "name_of": lambda service: _name(visit, service),
    }


def _name(visit: Visit, service: str | None) -> str:
    catalogue = visit.parts.around.understander.catalogue
    return catalogue.name(visit.words.lang, service) if service and service in catalogue.services else ""


def one(visit: Visit) -> Response:
    """One call: listen in, with a reason, and take it over."""
    sid = visit.request.path_params["sid"]
    with visit.parts.db.read() as connection:
        _call(visit, connection, sid)
        listens = live.listens(connection, sid, visit.user.name)
        sealed = live.last_number(connection, visit.user.name)
        recorded = reviews.sound(connection, sid) is not None
    number = visit.parts.around.secrets.open(sealed) if sealed else visit.parts.around.settings.operator_number
    row = next((row for row in snapshot(visit)["rows"] if row.sid == sid), None)
    values = {"sid": sid, "row": row, "listens": listens, "number": number, "recorded": recorded}
    return visit.page("live_call.html", keys=(), name_of=lambda service: _name(visit, service), **values)


def listen(visit: Visit) -> Response:
    """Say why; the access log is written before the first sound."""
    sid, reason = visit.request.path_params["sid"], visit.text("reason")[:200]
    if not reason:
        raise Refused(422, "live.reason_missing")
    if any(row.sid == sid and row.told["private"] for row in snapshot(visit)["rows"]):
        raise Refused(403, "live.private")
    with visit.parts.db.begin() as connection:
        _call(visit, connection, sid)
        if live.listen(connection, sid, visit.user.name, reason, visit.now):
            visit.log(connection, "listened_in", f"call {sid}", reason)
    return visit.go(f"/live/{sid}")


def take_over(visit: Visit) -> Response:
    """Have the caller connected to this operator's telephone."""
    sid, number = visit.request.path_params["sid"], phone.parse(visit.text("number"))
    if number is None:
        raise Refused(422, "live.number_wrong")
    sealed = visit.parts.around.secrets.seal(number.e164)
    with visit.parts.db.begin() as connection:
        _call(visit, connection, sid)
        taken = live.ask_to_take_over(connection, sid, visit.user.name, sealed, visit.now)
        if taken:
            visit.log(connection, "taken_over", f"call {sid}")
    return visit.go("/live", "live.ringing" if taken else "live.taken")


async def sound(visit: Visit) -> Response:
    """The call from two seconds ago on, as long as it goes on. 403 without a reason."""
    path = await visit.parts.around.blocking.run(_tape, visit, visit.request.path_params["sid"])
    if path is None:
        return Response(status_code=403, headers={"Cache-Control": "no-store"})
    return StreamingResponse(_growing(path), media_type="audio/wav", headers={"Cache-Control": "no-store"})


def _tape(visit: Visit, sid: str) -> Path | None:
    with visit.parts.db.read() as connection:
        if reviews.found(connection, sid) is None or not live.listens(connection, sid, visit.user.name):
            return None
        recording: Any = reviews.sound(connection, sid)
    path = Path(visit.parts.around.settings.data_dir) / recording.path if recording is not None else None
    return path if path is not None and path.is_file() else None


async def _growing(path: Path) -> AsyncIterator[bytes]:
    """The header of a stream without end, then what is written and what follows."""
    yield header(-1)
    at = await asyncio.to_thread(_begin, path)
    still = 0.0
    while still < ENDED_S:
        piece = await asyncio.to_thread(_read, path, at)
        if piece:
            at, still = at + len(piece), 0.0
            yield piece
            continue
        await pause(0.3)
        still += 0.3


def _begin(path: Path) -> int:
    """Where to begin: a little before the end, at a whole sample of both sides."""
    return max(HEADER_BYTES, path.stat().st_size - BEHIND_MS * BYTES_PER_MS) // 2 * 2


def _read(path: Path, at: int) -> bytes:
    """What was written since, in whole samples of both sides; nothing where the file is gone."""
    try:
        with path.open("rb") as file:
            file.seek(at)
            found = file.read(64 * 1024)
    except OSError:
        return b""
    return found[: len(found) // 2 * 2]


def _call(visit: Visit, connection: Connection, sid: str) -> Any:
    found = reviews.found(connection, sid)
    if found is None:
        raise Refused(404, "frame.not_found")
    visit.require_place(found.district)
    return found


PAGES = (
    Page("/live", page, Right.LIVE),
    Page("/live/events", None, Right.LIVE, stream=events, quiet=True),
    Page("/live/{sid}", one, Right.LIVE),
    Page("/live/{sid}/listen", listen, Right.LIVE, "POST"),
    Page("/live/{sid}/sound", None, Right.LIVE, stream=sound, quiet=True),
    Page("/live/{sid}/take-over", take_over, Right.TAKE_OVER, "POST"),
)
SECTION = Section("/live", "live.section", Right.LIVE)
