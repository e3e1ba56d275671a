"""Live calls on one core, beside vosk-server's loop on the same model and the same callers' audio.

    python -m bench.live [--quick]

Server on one core, callers on another. First what a call costs: ten calls are held in real time, then the peer is sent
the same callers' audio as ten streams, three times over; processor seconds a second of call. Then how many are held:
calls until replies come later than 1.2 s at p95, streams until answers do. `--quick` leaves the second out.
"""

import argparse
import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from bench.callers import Streams, sound, talkers
from bench.processes import TOKEN, Running, helpline, on_the_other_core, running
from bench.results import Target as Aim
from bench.results import load_average, machine, ratios, spread, table, versions, write_section, write_targets
from ivr.core.data import data_dir
from ivr.replay.carrier import Line
from ivr.replay.case import Case
from ivr.replay.load.callers import Crowd, LoadCall, Target, talking
from ivr.replay.load.figures import Limits, percentile
from ivr.replay.load.ramp import Ramp
from ivr.replay.load.run import Loaded, Plan, load

LANG = "hi"
AFTER_MS, TIMES = 2500, 3  # so that callers talk about 30 % of the time
FEW, CALLS, ROUNDS, WARM_S, HOLD_S = 3, 10, 3, 8.0, 20.0
LIMIT_S = 1.2
# a hundred replies, or two late ones decide; callers who all begin at once speak all at once; a hiccup of the machine,
# which sends one caller to the keys or some frames late, decides nothing
LIMITS = Limits(LIMIT_S * 1000, refused=0.05, late=0.05, fewest=100)
STAGE_S, SETTLE_S, RING_S = 20.0, 10.0, 30.0
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Cost:
    """Processor seconds a second of call: of all, and of all but the threads that decode; the callers' share of speech;
    bytes a call above the idle server."""

    all: float
    besides: float
    talk: float
    memory: float


@dataclass(frozen=True, slots=True)
class Trace:
    """What the server tells of its replies."""

    path: Path

    def lines(self, since: int = 0) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.path.read_text(encoding="utf-8").splitlines()[since:]]

    def decoders(self) -> list[int]:
        found = self.lines()[-1:]
        return [int(str(thread)) for line in found for thread in line["decoders"]]  # type: ignore[attr-defined]

    def work_s(self, since: int) -> list[float]:
        return [float(str(line["work_s"])) for line in self.lines(since)]


async def _ours(
    server: Running, trace: Trace, cases: Sequence[Case], idle: int, count: int
) -> tuple[Cost, list[LoadCall]]:
    async with httpx.AsyncClient(timeout=30) as client:
        crowd = Crowd(Target(Line(f"{server.url}/twilio/voice", "+911800111555"), TOKEN), cases, client)
        try:
            await crowd.resize(count, WARM_S)
            await asyncio.sleep(WARM_S)
            decoders = trace.decoders()
            before, decoding = server.cpu_s(), server.threads_s(decoders)
            await asyncio.sleep(HOLD_S)
            used, decoded = server.cpu_s() - before, server.threads_s(decoders) - decoding
            memory = (server.memory_bytes() - idle) / count
        finally:
            await crowd.disperse()
    seconds = count * HOLD_S
    share = talking([call.record for call in crowd.calls])
    return Cost(used / seconds, (used - decoded) / seconds, share, memory), crowd.calls


async def _theirs(peer: Running, audio: Sequence[bytes]) -> float:
    streams = Streams.to(peer.url, audio)
    try:
        await streams.resize(CALLS)
        await asyncio.sleep(3.0)
        before = peer.cpu_s()
        await asyncio.sleep(HOLD_S)
        return (peer.cpu_s() - before) / (CALLS * HOLD_S)
    finally:
        await streams.resize(0)


async def _streams_held(peer: Running, audio: Sequence[bytes], most: int) -> int:
    """The most streams whose answers come within the limit."""
    streams, ramp = Streams.to(peer.url, audio), Ramp(2, most)
    try:
        while (count := ramp.following()) is not None:
            await streams.resize(count)
            await asyncio.sleep(3.0)
            streams.lags_s.clear()
            await asyncio.sleep(HOLD_S / 2)
            ramp = ramp.after(count, bool(streams.lags_s) and streams.p95_s() <= LIMIT_S)
    finally:
        await streams.resize(0)
    return ramp.held


async def _calls_held(server: Running, cases: Sequence[Case], most: int) -> Loaded:
    target = Target(Line(f"{server.url}/twilio/voice", "+911800111555"), TOKEN)
    plan = Plan(Ramp(8, most, step=2), LIMITS, STAGE_S, SETTLE_S, RING_S)
    return await load(target, server.url, cases, plan, lambda told: print("ours", told, flush=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="what a call costs, not how many are held")
    options = parser.parse_args()
    cases = talkers(LANG, AFTER_MS, TIMES)
    with TemporaryDirectory(prefix="janvaani-bench-") as folder:
        trace = Trace(Path(folder) / "trace")
        _, env = helpline(Path(folder), max_calls="400")
        model = str(data_dir("audio") / "models" / LANG)
        with (
            running("bench.served", str(trace.path), env=env) as server,
            running("bench.peers", "vosk", model) as peer,
            on_the_other_core(),
        ):
            measured(server, peer, trace, cases, options.quick)


def measured(server: Running, peer: Running, trace: Trace, cases: Sequence[Case], quick: bool) -> None:
    begun = load_average()
    idle = server.memory_bytes()
    asyncio.run(_ours(server, trace, cases, idle, CALLS))  # its prompts are rendered and kept
    few_since = len(trace.lines())
    for _ in range(ROUNDS):
        asyncio.run(_ours(server, trace, cases, idle, FEW))
    few_s = trace.work_s(few_since)
    idle, costs, theirs = server.memory_bytes(), list[Cost](), list[float]()
    calls: list[LoadCall] = []
    for number in range(ROUNDS):
        cost, calls = asyncio.run(_ours(server, trace, cases, idle, CALLS))
        costs.append(cost)
        theirs.append(asyncio.run(_theirs(peer, sound(calls))))
        print(f"round {number + 1}: a call {cost.all:.4f} cores, a stream {theirs[-1]:.4f}", flush=True)
    rows = _cost_rows(costs, theirs, few_s)
    aims = _cost_aims(costs, theirs, few_s)
    if not quick:
        held_since = len(trace.lines())
        streams = asyncio.run(_streams_held(peer, sound(calls), 64))
        loaded = asyncio.run(_calls_held(server, cases, 256))
        rows += [("streams held by vosk-server's loop", streams), ("calls held", loaded.held)]
        aims += _held_aims(streams, loaded, trace.work_s(held_since))
    write_section("Live calls", _body(rows, begun))
    write_targets("Live calls", aims)


def _cost_rows(costs: Sequence[Cost], theirs: Sequence[float], work_s: Sequence[float]) -> list[tuple[object, ...]]:
    return [
        ("callers talk, share of the time", spread([cost.talk for cost in costs], 2)),
        ("a call, cores", spread([cost.all for cost in costs], 4)),
        ("of it all but recognition", spread([cost.besides for cost in costs], 4)),
        ("a stream of vosk-server's loop, cores", spread(theirs, 4)),
        ("calls a core by cost", spread([1 / cost.all for cost in costs], 1)),
        ("streams a core by cost", spread([1 / cost for cost in theirs], 1)),
        (
            f"work of a reply with {FEW} calls, p50 and p95 in ms",
            f"{_ms(work_s, 0.5)}, {_ms(work_s, 0.95)} of {len(work_s)}",
        ),
        ("memory a call above the idle server, MiB", spread([cost.memory / _MIB for cost in costs], 1)),
    ]


def _ms(values_s: Sequence[float], share: float) -> str:
    return f"{percentile(values_s, share) * 1000:.0f}"


def _cost_aims(costs: Sequence[Cost], theirs: Sequence[float], work_s: Sequence[float]) -> list[Aim]:
    gained = ratios(theirs, [cost.all for cost in costs])
    besides = [100 * cost.besides for cost in costs]
    memory = [cost.memory / _MIB for cost in costs]
    return [
        Aim("calls a core, by cost, against vosk-server's loop", ">= 3x", spread(gained, 2), min(gained) >= 3),
        Aim("all but recognition, of a core a call", "<= 1 %", f"{spread(besides, 2)} %", max(besides) <= 1),
        Aim("memory a call above the models", "<= 6 MB", f"{spread(memory, 1)} MiB", max(memory) * 1.048576 <= 6),
        Aim(f"work of a reply with {FEW} calls, p95", "<= 120 ms (one call)", f"{_ms(work_s, 0.95)} ms",
            percentile(work_s, 0.95) <= 0.12),
    ]  # fmt: skip


def _held_aims(streams: int, loaded: Loaded, work_s: Sequence[float]) -> list[Aim]:
    gained = loaded.held / streams if streams else float("inf")
    return [
        Aim("calls held at p95 reply <= 1.2 s against streams held", ">= 3x",
            f"{gained:.1f} ({loaded.held} to {streams})", gained >= 3),
        Aim("work of a reply up to the most calls held, p95", "<= 300 ms", f"{_ms(work_s, 0.95)} ms",
            percentile(work_s, 0.95) <= 0.3),
    ]  # fmt: skip


def _body(rows: Sequence[tuple[object, ...]], begun: str) -> str:
    return f"""`python -m bench.live` on {machine()}; {versions(("vosk", "starlette", "uvicorn", "websockets"))}.
Load average {begun} before, {load_average()} after.
{(__doc__ or "").split("[--quick]")[1].strip()}
The callers are {LANG} ones of audio/fixtures, {AFTER_MS} ms into each prompt, everything said {TIMES} times over. The
peer is in bench/peers.py. In brackets the least and the most of {ROUNDS} rounds.

{table(("what", "measured"), rows)}"""


if __name__ == "__main__":
    main()
