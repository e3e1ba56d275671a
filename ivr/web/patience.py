"""Waits that must not last too long, and hardly ever do: one timer looks after all of them.

A time-out of its own for each of fifty messages a second costs as much as reading them. Runs under asyncio.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Patience:
    """Of the task that makes it, for `limit_s` a wait. `close` it when the waiting is over."""

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._loop = asyncio.get_running_loop()
        self._since_s: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._task = asyncio.current_task()
        self._over = False

    async def of(self, coming: Coroutine[Any, Any, T]) -> T | None:
        """What comes; None when it does not come in time. Between two waits any time may pass."""
        self._since_s, self._over = self._loop.time(), False
        if self._timer is None:
            self._timer = self._loop.call_later(self._limit_s, self._look)
        try:
            return await coming
        except asyncio.CancelledError:
            if self._over and self._task is not None and not self._task.uncancel():
                return None
            raise
        finally:
            self._since_s = None

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        """Once a limit: the wait under way may have begun since."""
        self._timer = None
        if self._since_s is None or self._task is None:
            return
        left_s = self._since_s + self._limit_s - self._loop.time()
        if left_s > 0:
            self._timer = self._loop.call_later(left_s, self._look)
        else:
            self._over = True
            self._task.cancel()
