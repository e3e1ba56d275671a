"""Calls that seem to go on, for a browser to look at: one caller says more every second, its sound grows."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import anyio
from starlette.applications import Starlette

from ivr.call.board import Board, Standing
from ivr.core.clock import Clock
from ivr.dialogue.session import At, Request, Session
from ivr.store.database import Database
from tests.console.calls import Sample, leave, second_of, turns_of

TALKS, QUIET = "CAlivetalks0000001", "CAlivequiet0000002"
WORDS = ["తెనాలి", "దగ్గర", "మా", "ఊరు", "అండి", "రేషన్", "కార్డు", "రాలేదు"]


class Talking:
    """A caller who says a word a second."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._session = clock, Session(TALKS, at=At.DETAILS, lang="te")
        self.taken = False

    @property
    def standing(self) -> Standing:
        now = round(self._clock.monotonic() * 1000)
        said = " ".join(WORDS[: now // 1000 % (len(WORDS) + 1)])
        return Standing(self._session, 48_000 + now, said, now % 700, sounding=False)

    def hand_over(self) -> None:
        self.taken = True


class Quiet(Talking):
    """A caller who says nothing any more."""

    @property
    def standing(self) -> Standing:
        now = round(self._clock.monotonic() * 1000)
        request = Request(candidates=("ration_card_new",), refused=("pension_stopped", "ration_card_status"))
        session = replace(self._session, at=At.CONFIRM, lang="hi", misses=1, request=request)
        return Standing(session, 130_000 + now, "", 5_000 + now, sounding=False)


def lifespan(db: Database, data: Path, clock: Clock) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """Runs the board and lets the sound grow while the application runs."""
    talking = Sample(TALKS, seconds=20, flags=(), minutes_ago=1)
    leave(db, data, talking)
    leave(db, data, Sample(QUIET, lang="hi", seconds=0, flags=(), minutes_ago=2))
    board = Board(db, clock, "sample:1", lambda: 0.02)
    board.add(TALKS, Talking(clock))
    board.add(QUIET, Quiet(clock))
    path = data / "recordings" / "2026-11" / f"{TALKS}.wav"

    async def grow() -> None:
        for second in range(20, 3_600):
            await anyio.sleep(1)
            with path.open("ab") as file:
                file.write(second_of(turns_of(talking), "prompt", second % 5, talking.which) * 2)

    @asynccontextmanager
    async def run(app: Starlette) -> AsyncIterator[None]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(board.run)
            tasks.start_soon(grow)
            yield
            tasks.cancel_scope.cancel()

    return run
