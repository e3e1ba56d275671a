"""Runs blocking work of the web off the event loop: a bounded number of threads with a bounded queue before them."""

from collections.abc import Callable
from typing import TypeVar

import anyio
from anyio import CapacityLimiter, to_thread

from ivr.core.errors import OverloadedError, StoreError

T = TypeVar("T")


class Workroom:
    """`threads` work, `queue` wait; one more is refused at once, which is kinder than a late answer."""

    def __init__(self, threads: int = 8, queue: int = 256, timeout_s: float = 8.0) -> None:
        self._threads = threads
        self._queue = queue
        self._timeout_s = timeout_s
        self._inside = 0
        self._limiter: CapacityLimiter | None = None

    async def run(self, work: Callable[..., T], *args: object) -> T:
        """`work(*args)` in a thread. OverloadedError when the queue is full, StoreError (retryable) when it takes
        longer than `timeout_s`; the thread then ends in its own time."""
        if self._inside >= self._threads + self._queue:
            raise OverloadedError("too much work is waiting", code="workroom_full")
        if self._limiter is None:  # belongs to the loop that runs, so it is made there
            self._limiter = CapacityLimiter(self._threads)
        self._inside += 1
        try:
            with anyio.fail_after(self._timeout_s):
                return await to_thread.run_sync(work, *args, limiter=self._limiter, abandon_on_cancel=True)
        except TimeoutError as error:
            raise StoreError("blocking work took too long", code="workroom_timeout", retryable=True) from error
        finally:
            self._inside -= 1
