"""Blocking work of the web: off the loop, bounded, and never waited for without end."""

import threading

import anyio
import pytest

from ivr.core.errors import OverloadedError, StoreError
from ivr.web.workroom import Workroom


def test_work_is_done_in_another_thread() -> None:
    async def go() -> int:
        return await Workroom().run(threading.get_ident)

    assert anyio.run(go) != threading.get_ident()


def test_an_error_of_the_work_is_the_callers() -> None:
    async def go() -> None:
        await Workroom().run(int, "x")

    with pytest.raises(ValueError, match="invalid literal"):
        anyio.run(go)


def test_one_more_than_there_is_room_for_is_refused_at_once_and_the_room_empties_again() -> None:
    gate = threading.Event()

    async def go() -> None:
        room = Workroom(threads=1, queue=1)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(room.run, gate.wait, 10)
            tasks.start_soon(room.run, gate.wait, 10)
            await anyio.lowlevel.checkpoint()
            with pytest.raises(OverloadedError) as refused:
                await room.run(threading.get_ident)
            assert refused.value.code == "workroom_full"
            gate.set()
        assert await room.run(int, "7") == 7

    anyio.run(go)


def test_work_that_hangs_is_given_up() -> None:
    gate = threading.Event()

    async def go() -> None:
        try:
            await Workroom(timeout_s=0.01).run(gate.wait, 10)
        finally:
            gate.set()

    with pytest.raises(StoreError) as given_up:
        anyio.run(go)
    assert (given_up.value.code, given_up.value.retryable) == ("workroom_timeout", True)
