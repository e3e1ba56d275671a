"""Webhooks at 50 calls a second, beside a bare Starlette page under the same server settings.

    python -m bench.webhooks [--quick]

Signed requests to /twilio/voice, each of a call that begins, arrive evenly, 50 a second, whether earlier ones were
answered or not; server on one core, caller on another. Each writes a call to SQLite. The page answers the same TwiML to
everybody. In turns, three rounds; wall-clock milliseconds from sending to the whole answer.
"""

import argparse
import asyncio
import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from twilio.request_validator import RequestValidator

from bench.processes import TOKEN, helpline, on_the_other_core, running
from bench.results import Target, load_average, machine, spread, table, versions, write_section, write_targets
from ivr.replay.load.figures import percentile
from ivr.replay.stream import ACCOUNT
from ivr.replay.wires import call_sid

A_SECOND, SECONDS, ROUNDS = 50, 15, 3

Request = tuple[Mapping[str, str], Mapping[str, str]]  # form and headers


def voice(url: str, numbers: Iterator[int]) -> Request:
    """A call that begins, signed."""
    number = next(numbers)
    caller = f"+9198{number:08d}"
    form = {"CallSid": call_sid(number), "AccountSid": ACCOUNT, "From": caller, "To": "+911800111555"}
    form |= {"CallStatus": "ringing", "Direction": "inbound", "ApiVersion": "2010-04-01"}
    return form, {"X-Twilio-Signature": RequestValidator(TOKEN).compute_signature(url, form)}


async def asked(url: str, made: Callable[[], Request], count: int) -> list[float]:
    """Milliseconds of each request; one that fails takes for ever."""
    took = list[float]()
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=200)
    async with httpx.AsyncClient(timeout=10, limits=limits) as client:

        async def ask(form: Mapping[str, str], headers: Mapping[str, str]) -> None:
            begun = time.perf_counter()
            answer = await client.post(url, data=dict(form), headers=dict(headers))
            took.append((time.perf_counter() - begun) * 1000 if answer.status_code == 200 else float("inf"))

        requests = [made() for _ in range(count)]
        due, tasks, loop = asyncio.get_running_loop().time(), list[asyncio.Task[None]](), asyncio.get_running_loop()
        for request in requests:
            tasks.append(asyncio.create_task(ask(*request)))
            due += 1 / A_SECOND
            await asyncio.sleep(due - loop.time())
        await asyncio.gather(*tasks)
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="shorter rounds")
    count = A_SECOND * (SECONDS // 3 if parser.parse_args().quick else SECONDS)
    begun, numbers = load_average(), itertools.count(1)
    ours, page = list[list[float]](), list[list[float]]()
    with (
        TemporaryDirectory(prefix="janvaani-bench-") as folder,
        running("bench.served", f"{folder}/trace", env=helpline(Path(folder))[1]) as server,
        running("bench.peers", "page") as peer,
        on_the_other_core(),
    ):
        address = f"{server.url}/twilio/voice"
        asyncio.run(asked(address, lambda: voice(address, numbers), A_SECOND))
        for _ in range(ROUNDS):
            ours.append(asyncio.run(asked(address, lambda: voice(address, numbers), count)))
            page.append(asyncio.run(asked(f"{peer.url}/", lambda: voice(address, numbers), count)))
    write_section("Webhooks at 50 calls a second", _body(ours, page, begun))
    p99 = [percentile(took, 0.99) for took in ours]
    aim = Target("voice webhook at 50 calls a second, p99", "<= 25 ms", f"{spread(p99, 1)} ms", max(p99) <= 25)
    write_targets("Webhooks at 50 calls a second", [aim])


def _body(ours: Sequence[Sequence[float]], page: Sequence[Sequence[float]], begun: str) -> str:
    rows = [
        (name, *(spread([percentile(took, share) for took in rounds], 1) for share in (0.5, 0.95, 0.99)))
        for name, rounds in (("POST /twilio/voice", ours), ("a bare page", page))
    ]
    return f"""`python -m bench.webhooks` on {machine()}; {versions(("starlette", "uvicorn", "sqlalchemy"))}.
Load average {begun} before, {load_average()} after.
{(__doc__ or "").split("[--quick]")[1].strip()}

{table(("what", "p50 ms", "p95 ms", "p99 ms"), rows)}"""


if __name__ == "__main__":
    main()
