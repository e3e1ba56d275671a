"""The socket path without speech, beside a bare Starlette echo of the same frames.

    python -m bench.sockets [--quick]

Callers who say nothing are held in real time, 50 frames a second each, server on one core and callers on another; then
the same number of sockets sends the same frames to an echo under the same server settings. Three rounds; processor
seconds a second of call. The helpline also plays prompts, detects voice and counts the waits; the echo sends each frame
back, which the helpline does not.
"""

import argparse
import asyncio
import json
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import websockets

from bench.processes import TOKEN, Running, helpline, on_the_other_core, running
from bench.results import Target as Aim
from bench.results import load_average, machine, ratios, spread, table, versions, write_section, write_targets
from ivr.replay.caller import FRAME_MS, SILENCE
from ivr.replay.carrier import Line
from ivr.replay.case import Act, Case, Turn
from ivr.replay.load.callers import Crowd, Target

CALLS, WARM_S, HOLD_S, ROUNDS = 10, 5.0, 20.0, 3
_SILENT = Case("silent", Path(), "says nothing", "hi", "+919900000000", (Turn(Act.SILENCE),) * 50)


async def _ours(server: Running, hold_s: float) -> float:
    """Cores a call."""
    async with httpx.AsyncClient(timeout=30) as client:
        crowd = Crowd(Target(Line(f"{server.url}/twilio/voice", "+911800111555"), TOKEN), [_SILENT], client)
        try:
            await crowd.resize(CALLS, 3.0)
            await asyncio.sleep(WARM_S)
            before = server.cpu_s()
            await asyncio.sleep(hold_s)
            return (server.cpu_s() - before) / (CALLS * hold_s)
        finally:
            await crowd.disperse()


async def _frames(url: str) -> None:
    """Silence in real time to an echo, until cancelled."""
    body = {"track": "inbound", "chunk": "1", "timestamp": "20", "payload": b64encode(SILENCE).decode()}
    text = json.dumps({"event": "media", "sequenceNumber": "1", "media": body, "streamSid": "MZ" + "0" * 32})
    loop = asyncio.get_running_loop()
    async with websockets.connect(url, compression=None) as socket:

        async def drained() -> None:
            async for _ in socket:
                pass

        reading = asyncio.create_task(drained())
        due_s = loop.time()
        try:
            while True:
                await socket.send(text)
                due_s += FRAME_MS / 1000
                await asyncio.sleep(due_s - loop.time())
        finally:
            reading.cancel()


async def _echo(server: Running, hold_s: float) -> float:
    tasks = []
    for _ in range(CALLS):
        tasks.append(asyncio.create_task(_frames(server.url.replace("http", "ws", 1))))
        await asyncio.sleep(FRAME_MS / 1000 / CALLS)
    try:
        await asyncio.sleep(1.0)
        before = server.cpu_s()
        await asyncio.sleep(hold_s)
        return (server.cpu_s() - before) / (CALLS * hold_s)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="shorter rounds")
    hold_s = HOLD_S / 2 if parser.parse_args().quick else HOLD_S
    begun, ours, echo = load_average(), list[float](), list[float]()
    with TemporaryDirectory(prefix="janvaani-bench-") as folder:
        _, env = helpline(Path(folder), max_calls="400")
        with (
            running("bench.served", f"{folder}/trace", env=env) as server,
            running("bench.peers", "echo") as peer,
            on_the_other_core(),
        ):
            asyncio.run(_ours(server, 2.0))  # its prompts are rendered and kept
            for number in range(ROUNDS):
                ours.append(asyncio.run(_ours(server, hold_s)))
                echo.append(asyncio.run(_echo(peer, hold_s)))
                print(f"round {number + 1}: a call {ours[-1]:.4f} cores, an echo {echo[-1]:.4f}", flush=True)
    write_section("Socket path without speech", _body(ours, echo, begun))
    percent = [100 * cost for cost in ours]
    aim = Aim("a call without speech, of a core", "<= 1 %", f"{spread(percent, 2)} %", max(percent) <= 1)
    write_targets("Socket path without speech", [aim])


def _body(ours: Sequence[float], echo: Sequence[float], begun: str) -> str:
    rows = [
        ("a silent call, cores", spread(ours, 4)),
        ("an echo of its frames, cores", spread(echo, 4)),
        ("a call against an echo", spread(ratios(ours, echo), 2)),
    ]
    return f"""`python -m bench.sockets` on {machine()}; {versions(("starlette", "uvicorn", "websockets"))}.
Load average {begun} before, {load_average()} after.
{(__doc__ or "").split("[--quick]")[1].strip()}

{table(("what", "measured"), rows)}"""


if __name__ == "__main__":
    main()
