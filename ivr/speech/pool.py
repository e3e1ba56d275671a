"""Threads that decode, away from the event loop, with a limit on how much may wait.

libvosk lets go of the interpreter's lock while it decodes, so as many threads as cores do work at once. They yield to
the loop, which answers, and what somebody waits for (the end of a turn) comes before what only keeps up with a voice.
Beyond `queue_limit` waiting pieces it refuses: a caller who is asked for keys is better served than one who waits.
"""

import asyncio
import os
import sys
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar, TypeVarTuple

from ivr.core.clock import Clock, SystemClock
from ivr.core.errors import OverloadedError

LAG_REMEMBERED_S = 10.0
_NICE = 5  # of the decoding threads: the loop goes first

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class DecodingPool:
    """One per process. `lag_s`: how long the latest pieces of audio waited for a thread."""

    def __init__(self, workers: int = 2, queue_limit: int = 32, clock: Clock | None = None) -> None:
        self._executor = ThreadPoolExecutor(workers, "decode", _yielding)
        self._limit = workers + queue_limit
        self._clock = clock or SystemClock()
        self._pending = 0
        self._lags: deque[tuple[float, float]] = deque(maxlen=50)  # when, how late
        self._urgent, self._others = deque[_Piece](), deque[_Piece]()

    @property
    def pending(self) -> int:
        """Pieces being decoded or waiting."""
        return self._pending

    @property
    def lag_s(self) -> float:
        """The longest wait for a thread among the last fifty pieces of the last `LAG_REMEMBERED_S`, in seconds.

        Admission looks at this; without the forgetting, one bad moment would turn calls away until another call came.
        """
        since = self._clock.monotonic() - LAG_REMEMBERED_S
        return max((late for when, late in tuple(self._lags) if when >= since), default=0.0)

    async def run(self, work: Callable[[*Ts], T], *args: *Ts, urgent: bool = False) -> T:
        """The result of `work(*args)`, done on a thread; `urgent`: before all that is not. OverloadedError when too
        much waits already."""
        if self._pending >= self._limit:
            raise OverloadedError(f"{self._pending} pieces of audio wait for a decoder")
        loop = asyncio.get_running_loop()
        self._pending += 1
        done = Future[T]()
        # counted down when the thread is done, not when the caller stops waiting
        done.add_done_callback(lambda _: loop.call_soon_threadsafe(self._done) if not loop.is_closed() else None)
        (self._urgent if urgent else self._others).append(_Piece(partial(work, *args), self._clock.monotonic(), done))
        self._executor.submit(self._next)
        return await asyncio.wrap_future(done)

    def _next(self) -> None:
        """As often as there are pieces; each time the most urgent one."""
        try:
            piece = self._urgent.popleft()
        except IndexError:
            piece = self._others.popleft()
        if not piece.done.set_running_or_notify_cancel():
            return
        now = self._clock.monotonic()
        self._lags.append((now, now - piece.asked_s))
        try:
            found = piece.work()
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is for the call that waits
            piece.done.set_exception(error)
        else:
            piece.done.set_result(found)

    def _done(self) -> None:
        self._pending -= 1

    def close(self) -> None:
        """Waits for what is being decoded; drops what has not begun."""
        for piece in (*self._urgent, *self._others):
            piece.done.cancel()
        self._executor.shutdown(wait=True)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Work that waits since `asked_s`, and where its result is waited for."""

    work: Callable[[], Any]
    asked_s: float
    done: Future[Any]


def _yielding() -> None:
    """Let this thread come after the loop where both want the same core. On Linux threads have a niceness each."""
    with suppress(OSError):
        if sys.platform == "linux":
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
