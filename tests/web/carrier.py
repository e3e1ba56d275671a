"""A carrier for tests, by Twilio's documentation."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode

import httpx
from starlette.types import ASGIApp, Receive, Scope, Send
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from ivr.twilio import token
from ivr.web.app import create_app
from ivr.web.server import Server, address, bind
from tests.web.fakes import AUTH_TOKEN, PUBLIC_URL, SECRET, Behind, FakeLine

CALL_SID = "CA" + "0" * 31 + "1"
STREAM_SID = "MZ" + "0" * 31 + "1"


def signed(url: str, params: Mapping[str, str | list[str]] | None = None, auth_token: str = AUTH_TOKEN) -> str:
    """X-Twilio-Signature, written from the documentation: HMAC-SHA1 over the address and the sorted fields."""
    text = url
    for name, value in sorted((params or {}).items()):
        text += "".join(name + one for one in sorted({value} if isinstance(value, str) else set(value)))
    return base64.b64encode(hmac.new(auth_token.encode(), text.encode(), hashlib.sha1).digest()).decode()


@cache
def client() -> httpx.Client:
    """One for all tests: to make one takes longer than the tests."""
    return httpx.Client(trust_env=False)


@dataclass
class Carrier:
    """Calls a running server as Twilio would: signs for the public address, connects to the loopback one."""

    url: str
    behind: Behind

    def post(self, path: str, params: Mapping[str, str | list[str]], signature: str | None = None) -> httpx.Response:
        """A webhook; signed rightly unless `signature` is given ("" sends none)."""
        given = signed(PUBLIC_URL + path, params) if signature is None else signature
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if given:
            headers["X-Twilio-Signature"] = given
        return client().post(self.url + path, content=urlencode(params, doseq=True), headers=headers)

    def get(self, path: str) -> httpx.Response:
        return client().get(self.url + path)

    @contextmanager
    def socket(self, signature: str | None = None) -> Iterator[ClientConnection]:
        given = signed("wss://helpline.example/twilio/media") if signature is None else signature
        headers = {"x-twilio-signature": given} if given else {}
        url = self.url.replace("http", "ws", 1) + "/twilio/media"
        with connect(url, additional_headers=headers, proxy=None, compression=None, close_timeout=5) as socket:
            yield socket

    def token(self, call_sid: str = CALL_SID, token_id: str = "0123456789abcdef") -> str:
        return token.issue(SECRET, call_sid, token_id, self.behind.clock.now())


class Switchboard:
    """A real server on loopback, started once for many tests: it serves whatever application is plugged in."""

    def __init__(self) -> None:
        self.app: ASGIApp | None = None
        self._bound = bind("127.0.0.1", 0)
        ready = threading.Event()
        self._server = Server(self, lambda url: ready.set())
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._bound]})
        self._thread.start()
        assert ready.wait(20), "the server did not start"

    @property
    def url(self) -> str:
        return address(self._bound)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            for _ in range(2):
                await send({"type": (await receive())["type"] + ".complete"})
            return
        assert self.app is not None
        await self.app(scope, receive, send)

    def end(self) -> None:
        self._server.should_exit = True
        self._thread.join(20)
        self._bound.close()


@cache
def shared_switchboard() -> Switchboard:
    """The one of this process; ended by the conftest."""
    return Switchboard()


@contextmanager
def running(behind: Behind, switchboard: Switchboard | None = None) -> Iterator[Carrier]:
    """A real server on loopback over `behind`."""
    board = switchboard or shared_switchboard()
    board.app = create_app(behind.services())
    yield Carrier(board.url, behind)


def connected() -> str:
    return json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"})


def start(stream_token: str, call_sid: str = CALL_SID, **changes: Any) -> str:
    body: dict[str, Any] = {
        "streamSid": STREAM_SID,
        "accountSid": "AC" + "0" * 32,
        "callSid": call_sid,
        "tracks": ["inbound"],
        "customParameters": {"token": stream_token},
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
    } | changes
    return json.dumps({"event": "start", "sequenceNumber": "1", "start": body, "streamSid": STREAM_SID})


def media(payload: bytes = b"\xff" * 160, chunk: int = 1, **changes: Any) -> str:
    text = base64.b64encode(payload).decode()
    part = {"track": "inbound", "chunk": str(chunk), "timestamp": str(20 * chunk), "payload": text} | changes
    return json.dumps({"event": "media", "sequenceNumber": str(chunk + 1), "media": part, "streamSid": STREAM_SID})


def dtmf(digit: str) -> str:
    part = {"track": "inbound_track", "digit": digit}
    return json.dumps({"event": "dtmf", "streamSid": STREAM_SID, "sequenceNumber": "5", "dtmf": part})


def mark(name: str) -> str:
    return json.dumps({"event": "mark", "sequenceNumber": "4", "streamSid": STREAM_SID, "mark": {"name": name}})


def stop(call_sid: str = CALL_SID) -> str:
    part = {"accountSid": "AC" + "0" * 32, "callSid": call_sid}
    return json.dumps({"event": "stop", "sequenceNumber": "5", "stop": part, "streamSid": STREAM_SID})


def begin(
    socket: ClientConnection, phone: Carrier, call_sid: str = CALL_SID, token_id: str = "0123456789abcdef"
) -> None:
    socket.send(connected())
    socket.send(start(phone.token(call_sid, token_id), call_sid))


def close_code(socket: ClientConnection) -> int | None:
    """Reads until the server closes the socket."""
    try:
        while True:
            socket.recv(timeout=10)
    except ConnectionClosed:
        return socket.close_code


def only_line(phone: Carrier) -> FakeLine:
    (line,) = phone.behind.factory.lines
    return line
