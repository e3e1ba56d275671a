"""How a replayed call reaches the application: over real sockets in paced time, or inside one process in virtual time.

In virtual time the carrier's turn comes when the application asks for the next message, so it has done all that the
last one caused: the carrier takes what was answered, lets the clock move by 20 ms, and gives a frame. Nothing waits on
the wall.
"""

import asyncio
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx
import websockets
from starlette.types import ASGIApp
from twilio.request_validator import RequestValidator

from ivr.core.clock import SetClock
from ivr.core.errors import ReplayError
from ivr.replay.caller import FRAME_MS
from ivr.replay.stream import StreamSide

LATE_S = 0.1
MADE_UP_S = 1.0  # a stall longer than this is not made up for
QUIET_LIMIT_MS = 60_000  # a caller with nothing left to do hangs up on a helpline that says nothing for so long


class _Webhooks:
    """Signed requests to the application."""

    def __init__(self, client: httpx.AsyncClient, auth_token: str) -> None:
        self._client = client
        self._validator = RequestValidator(auth_token)

    def signature(self, url: str, form: Mapping[str, str]) -> str:
        return str(self._validator.compute_signature(url, dict(form)))

    async def post(self, url: str, form: Mapping[str, str]) -> str:
        headers = {"X-Twilio-Signature": self.signature(url, form)}
        response = await self._client.post(url, data=dict(form), headers=headers)
        if response.status_code not in (200, 204):
            raise ReplayError(f"POST {urlsplit(url).path} was answered with {response.status_code}")
        return response.text

    async def get(self, url: str) -> bytes:
        response = await self._client.get(url)
        if response.status_code != 200:
            raise ReplayError(f"GET {urlsplit(url).path} was answered with {response.status_code}")
        return response.content


class SocketWire(_Webhooks):
    """Real HTTP and WebSocket, `speed` times as fast as life. One for a call.

    Frames follow a schedule: one that was late is made up for by the next, as on a real line, so the call's own
    milliseconds stay those of the wall. `frames` so far; `late`: those of them that this side sent `LATE_S` late.
    """

    def __init__(self, client: httpx.AsyncClient, auth_token: str, speed: float = 1.0) -> None:
        super().__init__(client, auth_token)
        self._pace_s = FRAME_MS / 1000 / speed
        self._next: float | None = None
        self.frames = self.late = 0

    async def post(self, url: str, form: Mapping[str, str]) -> str:
        self._next = None  # while the application thinks, the line carries nothing
        return await super().post(url, form)

    async def tick(self) -> None:
        now = asyncio.get_running_loop().time()
        self._next = (now if self._next is None else self._next) + self._pace_s
        self.frames += 1
        self.late += now - self._next > LATE_S
        if now - self._next > MADE_UP_S:
            self._next = now
        await asyncio.sleep(max(0.0, self._next - now))

    async def stream(self, url: str, side: StreamSide) -> None:
        headers = {"X-Twilio-Signature": self.signature(url, {})}
        # The carrier's sockets are not compressed.
        async with websockets.connect(url, additional_headers=headers, max_size=None, compression=None) as socket:
            self._next = None
            receiving = asyncio.create_task(self._receive(socket, side))
            try:
                for text in side.opening():
                    await socket.send(text)
                while not receiving.done() and not side.hung_up and not side.lost:
                    if side.quiet_ms > QUIET_LIMIT_MS:
                        side.hung_up = True
                        for text in side.stop():
                            await socket.send(text)
                        break
                    await self.tick()
                    for text in side.tick():
                        await socket.send(text)
            except websockets.ConnectionClosed:
                pass
            finally:
                await socket.close()
                await receiving

    async def _receive(self, socket: websockets.ClientConnection, side: StreamSide) -> None:
        try:
            async for text in socket:
                for answer in side.receive(str(text)):
                    await socket.send(answer)
        except websockets.ConnectionClosed:
            return


class VirtualWire(_Webhooks):
    """The application in this process, in the time of `clock`, which moves only here.

    `lose_when`: the stream breaks off, without a word, once this is true; the call itself goes on.
    """

    def __init__(self, app: ASGIApp, auth_token: str, clock: SetClock, base_url: str) -> None:
        transport = httpx.ASGITransport(app=app)
        super().__init__(httpx.AsyncClient(transport=transport, base_url=base_url), auth_token)
        self._app, self._clock = app, clock
        self.lose_when: Callable[[], bool] | None = None

    async def tick(self) -> None:
        self._clock.advance(FRAME_MS / 1000)

    async def stream(self, url: str, side: StreamSide) -> None:
        socket = _VirtualSocket(url, {"x-twilio-signature": self.signature(url, {})})
        await socket.run(self._app, self._side(socket, side))

    def _side(self, socket: "_VirtualSocket", side: StreamSide) -> "_Peer":
        yield from self._exchange(socket, side, side.opening())
        while not socket.ended and not side.hung_up:
            self._clock.advance(FRAME_MS / 1000)
            yield from self._exchange(socket, side, side.tick())
            if side.lost or (self.lose_when is not None and self.lose_when()):
                return
            if side.quiet_ms > QUIET_LIMIT_MS:
                side.hung_up = True
                yield from self._exchange(socket, side, side.stop())

    def _exchange(self, socket: "_VirtualSocket", side: StreamSide, messages: list[str]) -> "_Peer":
        todo = list(messages)
        while todo and not socket.ended:
            answers = yield todo.pop(0)
            for text in answers:
                todo += side.receive(text)


_Peer = Generator[str, list[str], None]  # messages out; in what was answered until the next one was asked for


class _VirtualSocket:
    """A WebSocket connection to an ASGI application. The peer goes on where the application asks for a message, within
    the application's own task: two tasks that take turns cost a replay more than the call's work on a frame."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        parts = urlsplit(url)
        self._scope: dict[str, Any] = {
            "type": "websocket",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "scheme": parts.scheme,
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "root_path": "",
            "headers": [(b"host", parts.netloc.encode()), *((k.encode(), v.encode()) for k, v in headers.items())],
            "client": ("127.0.0.1", 1),
            "server": (parts.hostname, parts.port or 443),
            "subprotocols": [],
            "state": {},
            "extensions": {},
        }
        self._steps = self._handshake()
        self._from_app: list[dict[str, Any]] = []
        self._failure: BaseException | None = None
        self.ended = False  # the application has let go of the socket

    async def run(self, app: ASGIApp, peer: _Peer) -> None:
        """Until the application has ended, which it is told to once the peer has. Raises what the peer raised, and
        ReplayError where the application refuses the stream."""
        self._peer = peer
        await asyncio.create_task(_running(app, self._scope, self._receive, self._send))
        self.ended = True
        next(self._steps, None)
        if self._failure is not None:
            raise self._failure

    def _handshake(self) -> Iterator[dict[str, Any]]:
        yield {"type": "websocket.connect"}
        if not self._from_app or self._from_app[0]["type"] != "websocket.accept":
            raise ReplayError("the application refused the media stream")
        self._from_app.clear()
        text = next(self._peer, None)
        while text is not None:
            yield {"type": "websocket.receive", "text": text}
            answers, self._from_app = self._from_app, []
            try:
                text = self._peer.send([a["text"] for a in answers if a["type"] == "websocket.send"])
            except StopIteration:
                text = None

    async def _receive(self) -> dict[str, Any]:
        try:
            return next(self._steps, {"type": "websocket.disconnect", "code": 1000})
        except BaseException as failure:  # the replay's own: the application, through which it goes, may well catch it
            self._failure = failure
            raise

    async def _send(self, message: Any) -> None:
        self._from_app.append(dict(message))


async def _running(app: ASGIApp, *connection: Any) -> None:
    await app(*connection)


def call_sid(number: int) -> str:
    """A call id in the carrier's form, the same for the same number."""
    return f"CA{number:032x}"
