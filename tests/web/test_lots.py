"""Sockets are read by lots: no sooner than the next moment at which all are, and not before all was taken."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from ivr.web.lots import LOT_S, LotReading

MOMENT_S = 1000 * LOT_S  # at which all sockets read


class RememberingLoop:
    """A loop at a time of its own that keeps what it is asked to do later."""

    def __init__(self, now_s: float) -> None:
        self.now_s = now_s
        self.later: list[tuple[float, Callable[[], None]]] = []

    def time(self) -> float:
        return self.now_s

    def call_at(self, when_s: float, work: Callable[[], None]) -> None:
        self.later.append((when_s, work))


class RememberingTransport:
    def __init__(self) -> None:
        self.asked: list[str] = []

    def resume_reading(self) -> None:
        self.asked.append("resume")


async def _nobody(scope: Any, receive: Any, send: Any) -> None: ...


def taken(count: int, now_s: float) -> tuple[RememberingLoop, RememberingTransport, LotReading]:
    """A socket that stopped reading with three messages, after `count` of them were taken."""
    config = uvicorn.Config(_nobody, ws=LotReading, log_config=None)
    config.load()
    loop, transport = RememberingLoop(now_s), RememberingTransport()
    protocol = LotReading(config, ServerState(), {}, _loop=loop)  # type: ignore[arg-type]
    protocol.transport = transport  # type: ignore[assignment]
    protocol.read_paused = True
    for text in ("a", "b", "c"):
        protocol.queue.put_nowait({"type": "websocket.receive", "text": text})

    async def take() -> None:
        for _ in range(count):
            await protocol.receive()

    asyncio.run(take())
    return loop, transport, protocol


def test_nothing_more_is_read_while_something_waits() -> None:
    loop, transport, _ = taken(2, MOMENT_S + LOT_S / 9)
    assert not loop.later
    assert transport.asked == []


@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_all_sockets_read_on_at_the_same_moment(share: float) -> None:
    loop, transport, protocol = taken(3, MOMENT_S + share * LOT_S)
    ((when_s, work),) = loop.later
    assert when_s == pytest.approx(MOMENT_S + LOT_S)
    assert transport.asked == []
    work()
    assert transport.asked == ["resume"]
    assert not protocol.read_paused


def test_a_socket_that_reads_already_is_left_alone() -> None:
    loop, transport, protocol = taken(3, MOMENT_S + LOT_S / 9)
    protocol.read_paused = False  # closing does that
    loop.later[0][1]()
    assert transport.asked == []
