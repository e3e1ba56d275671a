"""What a stage of load came to, and whether it was held. Pure: measurements in, figures out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of `values` that at least `share` (0..1) of them do not exceed (nearest rank); NaN for none."""
    if not values:
        return math.nan
    ranked = sorted(values)
    return ranked[max(1, math.ceil(share * len(ranked))) - 1]


@dataclass(frozen=True, slots=True)
class Limits:
    """`reply_ms` at `share` of the replies; `refused`: the share of calls that may be sent to the keys; `late`: the
    share of frames beyond which this generator measures itself; `fewest`: replies for which a stage goes on, as long
    as it may, because a percentile of fewer says little."""

    reply_ms: float = 1200.0
    share: float = 0.95
    refused: float = 0.0
    late: float = 0.01
    fewest: int = 60


@dataclass(frozen=True, slots=True)
class ServerUse:
    """The server's own figures over a stage; None where it does not tell. `cores`: processor seconds a second;
    `memory_bytes`: resident at the end; `lag_s`: longest wait for a decoder; `work_ms`, `decoding_ms`: median and 95th
    percentile of a reply's work after the end of the turn, and of recognition in it (upper bounds of buckets)."""

    cores: float | None = None
    memory_bytes: float | None = None
    lag_s: float | None = None
    work_ms: tuple[float, float] | None = None
    decoding_ms: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """`calls` held at a time for `seconds`. `reply_ms`: from the end of a caller's audio to the first audible answer;
    `unanswered`: turns still without one after the limit. `refused`: calls that got keys instead of a stream, `broken`
    streams that the server gave up, `failed` what a call died of. `talking`: the callers' share of speech. `late`: the
    share of frames that this generator sent 0.1 s late or more."""

    calls: int
    seconds: float
    begun: int = 0
    ended: int = 0
    reply_ms: tuple[int, ...] = ()
    unanswered: int = 0
    refused: int = 0
    broken: int = 0
    failed: tuple[str, ...] = ()
    talking: float = 0.0
    late: float = 0.0
    server: ServerUse = field(default_factory=ServerUse)

    def reply_at(self, share: float) -> float:
        """The percentile of replies; a turn without an answer counts as endless."""
        return percentile([*map(float, self.reply_ms), *[math.inf] * self.unanswered], share)


def why_not_held(stage: Stage, limits: Limits) -> str:
    """Empty where the server held the stage's calls; otherwise the first reason that it did not."""
    if stage.failed:
        return f"{len(stage.failed)} calls failed: {stage.failed[0]}"
    if stage.refused > limits.refused * max(1, stage.begun):
        return f"{stage.refused} of {stage.begun} calls were sent to the keys"
    if stage.broken:
        return f"{stage.broken} streams were given up by the server"
    if stage.late > limits.late:
        return f"this machine sent {stage.late:.0%} of the frames late: too busy to measure so many calls from here"
    if not len(stage.reply_ms) + stage.unanswered:
        return f"no reply in {stage.seconds:.0f} s: callers speak too seldom to tell, or nobody answers"
    reply = stage.reply_at(limits.share)
    if reply > limits.reply_ms:
        return f"replies too late: {reply:.0f} ms at {limits.share:.0%}, limit {limits.reply_ms:.0f} ms"
    return ""


def a_call(stages: Sequence[Stage], idle_bytes: float | None) -> tuple[float | None, float | None]:
    """(cores, bytes) that a call costs: the slope over the stages' calls (least squares; of one stage the difference
    to the idle server). None where the server does not tell."""
    cores = [(float(s.calls), s.server.cores) for s in stages if s.server.cores is not None]
    memory = [(float(s.calls), s.server.memory_bytes) for s in stages if s.server.memory_bytes is not None]
    if idle_bytes is not None and memory:
        memory.append((0.0, idle_bytes))
    return _slope([*cores, (0.0, 0.0)]) if cores else None, _slope(memory)


def _slope(points: Sequence[tuple[float, float]]) -> float | None:
    """Least squares; None for points above one another."""
    if not points:
        return None
    x_mean, y_mean = (sum(values) / len(points) for values in zip(*points, strict=True))
    spread = sum((x - x_mean) ** 2 for x, _ in points)
    return sum((x - x_mean) * (y - y_mean) for x, y in points) / spread if spread else None
