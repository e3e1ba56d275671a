"""Threads that decode, away from the event loop, with a limit on how much may wait.

libvosk lets go of the interpreter's lock while it decodes, so as many threads as cores do work at once. Beyond
`queue_limit` waiting pieces it refuses: a caller who is asked for keys is better served than one who waits.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, TypeVarTuple

from ivr.core.clock import Clock, SystemClock
from ivr.core.errors import OverloadedError

LAG_REMEMBERED_S = 10.0

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class DecodingPool:
    """One per process. `lag_s`: how long the latest pieces of audio waited for a thread."""

    def __init__(self, workers: int = 2, queue_limit: int = 32, clock: Clock | None = None) -> None:
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix="decode")
        self._limit = workers + queue_limit
        self._clock = clock or SystemClock()
        self._pending = 0
        self._lags: deque[tuple[float, float]] = deque(maxlen=50)  # when, how late

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

    async def run(self, work: Callable[[*Ts], T], *args: *Ts) -> T:
        """The result of `work(*args)`, done on a thread. OverloadedError when too much waits already."""
        if self._pending >= self._limit:
            raise OverloadedError(f"{self._pending} pieces of audio wait for a decoder")
        loop = asyncio.get_running_loop()
        self._pending += 1
        asked = self._clock.monotonic()

        def timed() -> T:
            now = self._clock.monotonic()
            self._lags.append((now, now - asked))
            return work(*args)

        future = self._executor.submit(timed)
        # counted down when the thread is done, not when the caller stops waiting
        future.add_done_callback(lambda _: loop.call_soon_threadsafe(self._done) if not loop.is_closed() else None)
        return await asyncio.wrap_future(future)

    def _done(self) -> None:
        self._pending -= 1

    def close(self) -> None:
        """Waits for what is being decoded; drops what has not begun."""
        self._executor.shutdown(wait=True, cancel_futures=True)
