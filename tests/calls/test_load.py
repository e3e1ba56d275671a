"""Load against a server on loopback that answers by a rule of its own, faster than life."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from typer.testing import CliRunner

from ivr.cli import build
from ivr.replay.carrier import Line
from ivr.replay.case import Act, Case, Turn
from ivr.replay.load.callers import Target
from ivr.replay.load.figures import Limits
from ivr.replay.load.ramp import Ramp
from ivr.replay.load.run import Loaded, Plan, load
from ivr.web.server import Server, address, bind

LOUD = base64.b64encode(b"\x00" * 1600).decode()
SPEECH = b"\x10" * 1600
CALLER = Case("test", Path(), "", "hi", "+919415550101", (Turn(Act.SAY, "x", audio=SPEECH),) * 200)


class Helpline:
    """Greets, and answers when speech ends. Takes `room` streams, sends everybody else to the keys."""

    def __init__(self, room: int) -> None:
        self.room, self.open = room, 0
        self.app = Starlette(
            routes=[
                Route("/healthz", self.health),
                Route("/twilio/voice", self.voice, methods=["POST"]),
                Route("/twilio/status", self.health, methods=["POST"]),
                WebSocketRoute("/media", self.media),
            ]
        )
        self.url = ""

    async def health(self, request: Request) -> Response:
        return PlainTextResponse("ok")

    async def voice(self, request: Request) -> Response:
        if self.open >= self.room:
            return PlainTextResponse('<Response><Gather action="/gather"/></Response>')
        return PlainTextResponse(
            f'<Response><Connect><Stream url="{self.url.replace("http", "ws")}/media"/></Connect></Response>'
        )

    async def media(self, socket: WebSocket) -> None:
        await socket.accept()
        self.open += 1
        try:
            await self.talk(socket)
        except WebSocketDisconnect:
            pass
        finally:
            self.open -= 1

    async def talk(self, socket: WebSocket) -> None:
        speaking = True  # so that the first silence is answered: the greeting
        while True:
            message = json.loads(await socket.receive_text())
            if message["event"] != "media":
                continue
            silent = base64.b64decode(message["media"]["payload"])[-1] == 0xFF
            if silent and speaking:
                answer = {"event": "media", "streamSid": message["streamSid"], "media": {"payload": LOUD}}
                await socket.send_text(json.dumps(answer))
            speaking = not silent


@asynccontextmanager
async def running(helpline: Helpline) -> AsyncIterator[str]:
    bound = bind("127.0.0.1", 0)
    helpline.url = address(bound)
    ready = asyncio.Event()
    server = Server(helpline.app, lambda _: ready.set())
    task = asyncio.create_task(server.serve(sockets=[bound]))
    await ready.wait()
    try:
        yield helpline.url
    finally:
        server.should_exit = True
        await task


async def loaded(room: int) -> Loaded:
    async with running(Helpline(room)) as url:
        target = Target(Line(f"{url}/twilio/voice", "+911800111555"), "token", speed=5)
        plan = Plan(Ramp(2, 4), Limits(reply_ms=1e6, late=1.0, fewest=1), hold_s=0.3, settle_s=0.05, ring_s=0.05)
        return await load(target, url, [CALLER], plan, lambda _: None)


def test_the_most_calls_that_the_server_takes_are_found() -> None:
    found = asyncio.run(loaded(room=3))
    assert found.held == 3
    assert [(stage.calls, why.split(":")[0]) for stage, why in found.stages][:1] == [(2, "")]
    assert all(stage.reply_ms for stage, why in found.stages if not why)
    assert any("sent to the keys" in why for _, why in found.stages)


def test_strangers_are_not_called_by_accident() -> None:
    result = CliRunner().invoke(build(["load"]), ["load", "--url", "https://helpline.example.in"])
    assert result.exit_code == 2
    assert "test-server" in result.output


def test_a_server_that_is_not_there_is_one_sentence() -> None:
    with bind("127.0.0.1", 0) as taken:
        url = address(taken)
    result = CliRunner().invoke(build(["load"]), ["load", "--url", url])
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert "cannot be reached" in result.stderr
