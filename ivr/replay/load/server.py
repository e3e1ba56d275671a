"""The server's own figures, read from its `/metrics` while calls are held."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import httpx
from prometheus_client.parser import text_string_to_metric_families

from ivr.replay.load.figures import ServerUse

Labelled = Mapping[tuple[str, tuple[tuple[str, str], ...]], float]  # (name, sorted labels) -> value

_CPU, _MEMORY = "process_cpu_seconds_total", "process_resident_memory_bytes"
_LAG, _REPLY = "janvaani_decoding_lag_seconds", "janvaani_reply_seconds_bucket"


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at `/metrics`. `at_s`: on the reader's clock."""

    at_s: float
    values: Labelled = field(default_factory=dict)

    def value(self, name: str) -> float | None:
        return self.values.get((name, ()))

    def buckets(self, part: str) -> list[tuple[float, float]]:
        """(upper bound in seconds, replies up to it) of that part of a reply, ascending."""
        found = [(dict(labels), count) for (name, labels), count in self.values.items() if name == _REPLY]
        return sorted((float(has["le"]), count) for has, count in found if has.get("part") == part)


async def read(client: httpx.AsyncClient, url: str, at_s: float) -> Reading:
    """What the server tells; nothing where it tells nothing (another server, a page that is closed to us)."""
    try:
        answer = await client.get(f"{url}/metrics")
    except httpx.HTTPError:
        return Reading(at_s)
    return Reading(at_s, parsed(answer.text) if answer.status_code == 200 else {})


def parsed(text: str) -> Labelled:
    """Prometheus' text format; empty for any other."""
    try:
        families = list(text_string_to_metric_families(text))
    except (ValueError, IndexError, KeyError):
        return {}
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}


def use(readings: Sequence[Reading]) -> ServerUse:
    """The server's figures between the first and the last reading."""
    if len(readings) < 2 or not readings[0].values:
        return ServerUse()
    first, last = readings[0], readings[-1]
    before, after, seconds = first.value(_CPU), last.value(_CPU), last.at_s - first.at_s
    lags = [lag for reading in readings if (lag := reading.value(_LAG)) is not None]
    return ServerUse(
        cores=(after - before) / seconds if after is not None and before is not None and seconds > 0 else None,
        memory_bytes=last.value(_MEMORY),
        lag_s=max(lags, default=None),
        work_ms=_middle_and_tail(first, last, "work"),
        decoding_ms=_middle_and_tail(first, last, "decoding"),
    )


def _middle_and_tail(first: Reading, last: Reading, part: str) -> tuple[float, float] | None:
    before = dict(first.buckets(part))
    counts = [(bound, count - before.get(bound, 0.0)) for bound, count in last.buckets(part)]
    if not counts or counts[-1][1] <= 0:
        return None
    return _bound(counts, 0.5), _bound(counts, 0.95)


def _bound(cumulated: Sequence[tuple[float, float]], share: float) -> float:
    wanted = share * cumulated[-1][1]
    return next(bound for bound, count in cumulated if count >= wanted) * 1000
