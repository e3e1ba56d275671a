"""Reads sockets by lots: what came within `LOT_S`, of all calls, in one waking.

A process that wakes for every frame of every call finds its caches cold each time, which costs a small helpline more
than the frame's own work. Under uvicorn; knows no call.
"""

import math

from uvicorn._types import ASGIReceiveEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

LOT_S = 0.06  # three frames; the most by which anything a caller does is noticed later


class LotReading(WebSocketsSansIOProtocol):
    """Reads on, once all that was read has been taken, at the next whole `LOT_S` of the loop's clock: all sockets at
    the same moment."""

    async def receive(self) -> ASGIReceiveEvent:
        message = await self.queue.get()
        if self.read_paused and self.queue.empty():
            self.loop.call_at(math.ceil(self.loop.time() / LOT_S) * LOT_S, self._read_on)
        return message

    def _read_on(self) -> None:
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
