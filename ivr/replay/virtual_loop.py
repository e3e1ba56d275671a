"""The event loop of calls in virtual time: as asyncio's own, but it seldom asks the kernel.

Such a call has no socket. Everything that happens is put into the loop by the call itself or, from a thread, with
`call_soon_threadsafe`; asking the kernel at each turn of the loop for what cannot be there took a sixth of a replay.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

_TURNS = 200  # of the loop between two questions to the kernel, while there is work: signals still come through

T = TypeVar("T")


class _SeldomAsking(selectors.DefaultSelector):
    """Waits as ever; where the loop would not wait, it looks only now and then."""

    _turns = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout <= 0 and self._turns < _TURNS:
            self._turns += 1
            return []
        self._turns = 0
        found: list[tuple[selectors.SelectorKey, int]] = super().select(timeout)
        return found


def run_virtual(work: Coroutine[Any, Any, T]) -> T:
    """As asyncio.run, for work that waits for no socket."""
    found: list[T] = []

    async def kept() -> None:  # asyncio writes out the task that has ended, which takes long for a whole call
        found.append(await work)

    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(_SeldomAsking())) as runner:
        runner.run(kept())
    return found[0]
