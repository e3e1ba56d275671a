"""Runs a ramp of load against a server and gives its figures stage by stage."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import httpx

from ivr.core.errors import ReplayError
from ivr.replay.case import Act, Case, Turn
from ivr.replay.load import server
from ivr.replay.load.callers import Crowd, LoadCall, Target, talking
from ivr.replay.load.figures import Limits, Stage, a_call, why_not_held
from ivr.replay.load.ramp import Ramp
from ivr.replay.stream import Heard, SpokenTurn

_LOOK_S = 1.0
_LONGER = 5
_OPEN_FILES = 1000


@dataclass(frozen=True, slots=True)
class Plan:
    """`ramp` of calls. A stage's new callers ring within `ring_s`, for those who begin together also speak together; it
    settles for `settle_s`, then is measured for `hold_s`, or up to `_LONGER` times as long until there are replies
    enough."""

    ramp: Ramp
    limits: Limits = field(default_factory=Limits)
    hold_s: float = 30.0
    settle_s: float = 5.0
    ring_s: float = 20.0


@dataclass(frozen=True, slots=True)
class Loaded:
    """`stages` in the order of their run with why each was not held. `held`: the most calls held. `cores` and
    `memory_bytes` a call."""

    stages: tuple[tuple[Stage, str], ...]
    held: int
    cores: float | None
    memory_bytes: float | None


def suited(cases: Sequence[Case]) -> list[Case]:
    """The cases that speak, and that need no other case, no special house and no accident on the line."""
    fit = [
        case
        for case in cases
        if any(turn.act is Act.SAY and turn.audio for turn in case.turns)
        and not any(turn.act in (Act.HANG_UP, Act.LOSE) for turn in case.turns)
        and not case.after
    ]
    if not fit:
        raise ReplayError("none of these cases has spoken audio and goes to its end by itself")
    return fit


def interrupting(cases: Sequence[Case], after_ms: int) -> list[Case]:
    """The cases with callers who speak `after_ms` into each prompt instead of hearing it out: more speech a minute."""
    return [replace(case, turns=tuple(map(partial(_interrupting, after_ms), case.turns))) for case in cases]


def _interrupting(after_ms: int, turn: Turn) -> Turn:
    waits = turn.act is Act.SAY and turn.after_ms is None and not turn.at_once
    return replace(turn, after_ms=after_ms) if waits else turn


async def load(target: Target, url: str, cases: Sequence[Case], plan: Plan, told: Callable[[str], None]) -> Loaded:
    """Ramp up until it is known how many calls are held. ReplayError when the server cannot be reached."""
    limits = httpx.Limits(max_connections=_OPEN_FILES, max_keepalive_connections=_OPEN_FILES)
    async with httpx.AsyncClient(timeout=30, limits=limits) as client:
        await _reachable(client, url)
        idle = await server.read(client, url, asyncio.get_running_loop().time())
        crowd = Crowd(target, cases, client)
        ramp, stages = plan.ramp, list[tuple[Stage, str]]()
        try:
            while (calls := ramp.following()) is not None:
                told(f"{calls} calls")
                stage = await _stage(crowd, url, calls, plan)
                why = why_not_held(stage, plan.limits)
                stages.append((stage, why))
                told(f"{calls} calls: {why or 'held'}")
                ramp = ramp.after(calls, not why)
        finally:
            told("hanging up")
            await crowd.disperse()
    cores, memory = a_call([stage for stage, _ in stages], idle.value("process_resident_memory_bytes"))
    return Loaded(tuple(stages), ramp.held, cores, memory)


async def _reachable(client: httpx.AsyncClient, url: str) -> None:
    try:
        await client.get(f"{url}/healthz")
    except httpx.HTTPError as error:
        raise ReplayError(f"{url} cannot be reached ({error}); is `ivr serve` running there?") from error


async def _stage(crowd: Crowd, url: str, calls: int, plan: Plan) -> Stage:
    loop = asyncio.get_running_loop()
    await crowd.resize(min(calls, crowd.size), 0.0)
    crowd.forget()
    rung_s = loop.time()
    await crowd.resize(calls, plan.ring_s if calls > crowd.size else 0.0)
    await asyncio.sleep(plan.settle_s)
    for call in crowd.calls:
        call.wire.frames = call.wire.late = 0
    begun_s = loop.time()
    readings = [await server.read(crowd.client, url, begun_s)]
    while True:
        await asyncio.sleep(min(_LOOK_S, plan.hold_s))
        readings.append(await server.read(crowd.client, url, loop.time()))
        window = Window(rung_s, begun_s, loop.time())
        replies, unanswered = _replies(crowd.calls, window, plan.limits.reply_ms)
        enough = window.seconds >= plan.hold_s and len(replies) + unanswered >= plan.limits.fewest
        if enough or window.seconds >= _LONGER * plan.hold_s:
            return measured(crowd.calls, calls, window, plan.limits, readings)


@dataclass(frozen=True, slots=True)
class Window:
    """On the loop's clock: when a stage's callers began to ring, and between when and when it is measured."""

    rung_s: float
    begun_s: float
    ended_s: float

    @property
    def seconds(self) -> float:
        return self.ended_s - self.begun_s


def measured(
    calls: Sequence[LoadCall],
    held: int,
    window: Window,
    limits: Limits,
    readings: Sequence[server.Reading] = (),
) -> Stage:
    """The figures of `calls`: replies to turns that ended within the window, refusals of those who rang for it."""
    replies, unanswered = _replies(calls, window, limits.reply_ms)
    return Stage(
        calls=held,
        seconds=window.seconds,
        begun=len(calls),
        ended=sum(c.ended_s is not None for c in calls),
        reply_ms=tuple(replies),
        unanswered=unanswered,
        refused=sum(c.refused and c.begun_s >= window.rung_s for c in calls),
        broken=sum(c.broken for c in calls),
        failed=tuple(c.failed for c in calls if c.failed),
        talking=talking([c.record for c in calls]),
        late=sum(c.wire.late for c in calls) / max(1, sum(c.wire.frames for c in calls)),
        server=server.use(readings),
    )


def _replies(calls: Sequence[LoadCall], window: Window, limit_ms: float) -> tuple[list[int], int]:
    """Replies to turns that ended within the window, and how many such turns waited longer than the limit in vain."""
    replies, unanswered = list[int](), 0
    for call in calls:
        for stream_s, heard in zip(call.wire.streams_s, call.record.streams, strict=False):
            for spoken in heard.spoken:
                at_s = stream_s + spoken.ended_ms / 1000
                if not window.begun_s <= at_s <= window.ended_s:
                    continue
                if spoken.answered_ms is not None:
                    replies.append(spoken.answered_ms - spoken.ended_ms)
                elif call.ended_s is None and not spoken.passed_over and not _spoken_over(heard, spoken):
                    unanswered += (window.ended_s - at_s) * 1000 > limit_ms
    return replies, unanswered


def _spoken_over(heard: Heard, turn: SpokenTurn) -> bool:
    """Whether the turn was said into a prompt that has not ended yet."""
    return heard.spoken_over and turn is heard.spoken[-1]
