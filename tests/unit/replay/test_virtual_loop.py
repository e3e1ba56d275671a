"""The loop of virtual time: what comes from threads arrives, timers fire, errors pass."""

import asyncio
import threading

import pytest

from ivr.replay.virtual_loop import run_virtual


def test_the_result_and_the_error_of_the_work_come_out() -> None:
    async def good() -> int:
        return 7

    async def bad() -> int:
        raise KeyError("nothing")

    assert run_virtual(good()) == 7
    with pytest.raises(KeyError, match="nothing"):
        run_virtual(bad())


def test_what_a_thread_gives_arrives_while_the_loop_is_idle_and_while_it_is_busy() -> None:
    async def busy(turns: int) -> None:
        for _ in range(turns):
            await asyncio.sleep(0)

    async def both() -> list[int]:
        loop = asyncio.get_running_loop()
        first = await asyncio.to_thread(threading.get_ident)
        second = loop.run_in_executor(None, threading.get_ident)
        while not second.done():
            await busy(50)
        return [first, second.result()]

    assert threading.get_ident() not in run_virtual(both())


def test_a_timer_fires_while_the_loop_is_busy() -> None:
    async def waits() -> bool:
        due = asyncio.Event()
        asyncio.get_running_loop().call_later(0.001, due.set)
        while not due.is_set():
            await asyncio.sleep(0)
        return True

    assert run_virtual(waits())
