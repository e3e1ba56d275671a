"""The calls of this process as an operator sees them while they go on; published once a second, while somebody looks.

Nothing is done for a frame: how a call stands is asked of its line when it is told. An operator's wish to take a call
over comes back the same way.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Protocol

import anyio
import structlog
from anyio import to_thread

from ivr.core.clock import Clock
from ivr.core.errors import IvrError
from ivr.dialogue.session import REFUSED, Session
from ivr.store import live
from ivr.store.database import Database

EVERY_S = 1.0
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Standing:
    """How a call stands. `at_ms` of its audio; `partial`: what is being said, as far as it is known; `silent_ms`
    since anybody spoke; `sounding`: a prompt is being played."""

    session: Session
    at_ms: int
    partial: str
    silent_ms: int
    sounding: bool


class Watched(Protocol):
    """A call that goes on."""

    @property
    def standing(self) -> Standing: ...

    def hand_over(self) -> None:
        """Connect the caller to the operator who asked, from the next frame on."""


class Board:
    """One per process. `lag_s`: how late decoding is."""

    def __init__(self, db: Database, clock: Clock, process: str, lag_s: Callable[[], float]) -> None:
        self._db, self._clock, self._process, self._lag_s = db, clock, process, lag_s
        self._lines: dict[str, Watched] = {}
        self._published = False

    def add(self, call_sid: str, line: Watched) -> None:
        self._lines[call_sid] = line

    def remove(self, call_sid: str) -> None:
        self._lines.pop(call_sid, None)

    @property
    def calls(self) -> int:
        """How many go on in this process."""
        return len(self._lines)

    async def run(self) -> None:
        """Until cancelled. A database that is away is no reason to stop."""
        try:
            while True:
                try:
                    await self.tell()
                except IvrError as error:
                    log.warning("live_calls_not_told", code=error.code)
                await anyio.sleep(EVERY_S)
        finally:
            with anyio.CancelScope(shield=True), anyio.move_on_after(2):
                await to_thread.run_sync(self._withdraw)

    async def tell(self) -> None:
        """Publish once, if somebody looks; then hand over the calls that operators asked for."""
        calls = [_told(sid, line.standing, self._lag_s()) for sid, line in self._lines.items()]
        for sid in await to_thread.run_sync(partial(self._publish, calls, self._clock.now())):
            if sid in self._lines:
                self._lines[sid].hand_over()

    def _publish(self, calls: list[dict[str, Any]], now: datetime) -> list[str]:
        with self._db.read() as connection:
            wanted = live.watched(connection, now)
        if not wanted:
            if self._published:
                self._withdraw()
            return []
        with self._db.begin() as connection:
            live.publish(connection, self._process, now, calls)
            self._published = True
            return list(live.asked(connection, [call["sid"] for call in calls], now))

    def _withdraw(self) -> None:
        try:
            with self._db.begin() as connection:
                live.withdraw(connection, self._process)
            self._published = False
        except IvrError as error:
            log.warning("live_calls_not_withdrawn", code=error.code)


def _told(sid: str, standing: Standing, lag_s: float) -> dict[str, Any]:
    session = standing.session
    return {
        "sid": sid,
        "lang": session.lang,
        "at": session.at.value,
        "service": session.request.service or next(iter(session.request.candidates), None),
        "district": session.request.district,
        "at_ms": standing.at_ms,
        "partial": standing.partial,
        "silent_ms": standing.silent_ms,
        "sounding": standing.sounding,
        "misses": session.misses,
        "refused": len(session.request.refused),
        "private": session.consent == REFUSED,
        "emergency": session.request.emergency is not None,
        "lag_ms": round(lag_s * 1000),
    }
