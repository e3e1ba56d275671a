"""One timer for many waits: late is told, what comes in time comes, and others' cancelling is not swallowed."""

import asyncio

import pytest

from ivr.web.patience import Patience


async def _never() -> int:
    await asyncio.Event().wait()
    return 0


async def _soon() -> int:
    await asyncio.sleep(0)
    return 1


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.anyio
async def test_what_comes_in_time_comes_and_what_does_not_is_none() -> None:
    patience = Patience(0.01)
    assert [await patience.of(_soon()) for _ in range(3)] == [1, 1, 1]
    assert await patience.of(_never()) is None
    assert await patience.of(_soon()) == 1  # the task goes on as if nothing had been
    task = asyncio.current_task()
    assert task is not None
    assert not task.cancelling()
    patience.close()


@pytest.mark.anyio
async def test_time_between_two_waits_does_not_count() -> None:
    patience = Patience(0.01)
    await patience.of(_soon())
    await asyncio.sleep(0.03)
    assert await patience.of(_soon()) == 1
    patience.close()


@pytest.mark.anyio
async def test_cancelled_by_somebody_else_is_cancelled() -> None:
    patience = Patience(10)
    task = asyncio.create_task(patience.of(_never()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    patience.close()


@pytest.mark.anyio
async def test_an_error_of_what_comes_passes() -> None:
    async def bad() -> int:
        raise KeyError("x")

    patience = Patience(10)
    with pytest.raises(KeyError):
        await patience.of(bad())
    patience.close()
