import asyncio
import os
import sys
import threading
from datetime import UTC, datetime

import pytest

from ivr.core.clock import SetClock
from ivr.core.errors import OverloadedError
from ivr.speech.pool import LAG_REMEMBERED_S, DecodingPool


def test_work_is_done_on_another_thread() -> None:
    async def main() -> None:
        pool = DecodingPool(1)
        assert await pool.run(threading.get_ident) != threading.get_ident()
        assert await pool.run(divmod, 7, 2) == (3, 1)
        with pytest.raises(ZeroDivisionError):
            await pool.run(divmod, 7, 0)
        pool.close()

    asyncio.run(main())


def test_too_much_waiting_work_is_refused_and_the_lag_is_seen() -> None:
    clock = SetClock(datetime(2026, 11, 22, tzinfo=UTC))
    gate = threading.Event()

    async def main() -> None:
        pool = DecodingPool(1, queue_limit=1, clock=clock)
        held = asyncio.create_task(pool.run(gate.wait))
        waiting = asyncio.create_task(pool.run(int))
        await asyncio.sleep(0)
        assert pool.pending == 2
        with pytest.raises(OverloadedError):
            await pool.run(int)
        assert pool.lag_s == 0
        clock.advance(3)
        gate.set()
        await asyncio.gather(held, waiting)
        assert pool.lag_s == 3
        assert await pool.run(int) == 0
        clock.advance(LAG_REMEMBERED_S + 1)
        assert pool.lag_s == 0  # or nobody would ever be let in again
        pool.close()

    asyncio.run(main())


def test_what_is_urgent_is_done_before_what_has_waited_longer() -> None:
    gate, done = threading.Event(), list[str]()

    async def main() -> None:
        pool = DecodingPool(1)
        waiting: list[asyncio.Task[object]] = [asyncio.create_task(pool.run(gate.wait))]
        for name, urgent in (("a", False), ("b", False), ("x", True), ("y", True)):
            waiting.append(asyncio.create_task(pool.run(done.append, name, urgent=urgent)))
        await asyncio.sleep(0)
        gate.set()
        await asyncio.gather(*waiting)
        pool.close()

    asyncio.run(main())
    assert done == ["x", "y", "a", "b"]


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no niceness of their own")
def test_decoding_yields_to_the_loop() -> None:
    async def main() -> None:
        pool = DecodingPool(1)
        own = os.getpriority(os.PRIO_PROCESS, 0)
        assert await pool.run(os.getpriority, os.PRIO_PROCESS, 0) > own
        assert os.getpriority(os.PRIO_PROCESS, 0) == own
        pool.close()

    asyncio.run(main())


def test_closing_drops_what_has_not_begun() -> None:
    begun, gate, done = threading.Event(), threading.Event(), list[str]()

    def hold() -> None:
        begun.set()
        gate.wait()

    async def main() -> None:
        pool = DecodingPool(1)
        held = asyncio.create_task(pool.run(hold))
        waiting = asyncio.create_task(pool.run(done.append, "late"))
        await asyncio.to_thread(begun.wait)
        closing = asyncio.create_task(asyncio.to_thread(pool.close))
        await asyncio.wait([waiting])
        assert waiting.cancelled()
        gate.set()
        await asyncio.gather(held, closing)

    asyncio.run(main())
    assert done == []


def test_work_whose_caller_is_gone_still_counts_until_it_is_done() -> None:
    gate = threading.Event()

    async def main() -> None:
        pool = DecodingPool(1, queue_limit=0)
        held = asyncio.create_task(pool.run(gate.wait))
        await asyncio.sleep(0)
        held.cancel()
        with pytest.raises(asyncio.CancelledError):
            await held
        with pytest.raises(OverloadedError):
            await pool.run(int)
        gate.set()
        pool.close()

    asyncio.run(main())
