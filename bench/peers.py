"""What the helpline is measured against, each as plain as it can be made.

    python -m bench.peers echo            a Starlette socket that sends back what it receives
    python -m bench.peers page            a Starlette route that answers every POST with the same TwiML
    python -m bench.peers vosk MODEL      recognition as vosk-server does it

vosk-server, by its public description (alphacep.com/vosk/server): a process has one model; each connection has one
recogniser, fed every chunk of audio as it comes, silence too; a thread of a pool takes the chunk, and the client is
sent the partial result, or the result where an utterance ended. Written anew here, in its terms.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import vosk
import websockets
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from ivr.web.server import listen

RATE_HZ = 8000
_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response><Connect><Stream url="ws://127.0.0.1/"/></Connect></Response>'


def _listening(url: str) -> None:
    print(json.dumps({"url": url}), flush=True)


async def _echo(websocket: WebSocket) -> None:
    await websocket.accept()
    with suppress(WebSocketDisconnect):  # a caller who goes in the middle of an answer
        async for text in websocket.iter_text():
            await websocket.send_text(text)


async def _page(request: Request) -> Response:
    await request.body()
    return Response(_TWIML, media_type="application/xml")


def _heard(recogniser: vosk.KaldiRecognizer, chunk: bytes) -> str:
    ended = recogniser.AcceptWaveform(chunk)
    return str(recogniser.Result() if ended else recogniser.PartialResult())


async def _vosk(model: str) -> None:
    vosk.SetLogLevel(-1)
    shared, pool = vosk.Model(model), ThreadPoolExecutor(os.cpu_count() or 1)
    loop, ended = asyncio.get_running_loop(), asyncio.Event()

    async def recognise(socket: websockets.ServerConnection) -> None:
        recogniser = vosk.KaldiRecognizer(shared, RATE_HZ)
        recogniser.SetWords(True)
        with suppress(websockets.ConnectionClosed):  # a caller who goes in the middle of an answer
            async for chunk in socket:
                assert isinstance(chunk, bytes)
                await socket.send(await loop.run_in_executor(pool, _heard, recogniser, chunk))

    loop.add_signal_handler(signal.SIGTERM, ended.set)
    async with websockets.serve(recognise, "127.0.0.1", 0, compression=None) as server:
        _listening(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        await ended.wait()


def main() -> None:
    routes: dict[str, Callable[[], Starlette]] = {
        "echo": lambda: Starlette(routes=[WebSocketRoute("/", _echo)]),
        "page": lambda: Starlette(routes=[Route("/", _page, methods=["POST"])]),
    }
    if sys.argv[1] == "vosk":
        asyncio.run(_vosk(sys.argv[2]))
    else:
        listen(routes[sys.argv[1]], ("127.0.0.1", 0), _listening)


if __name__ == "__main__":
    main()
