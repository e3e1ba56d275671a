"""Numbers of the edge for Prometheus, in a registry of their own. Labels come from closed sets, never from a peer."""

from collections import defaultdict
from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from ivr.call.trace import Replied, TraceEvent, TraceSink
from ivr.speech.pool import DecodingPool
from ivr.web.desk_metrics import DeskMetrics

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class _Messages(Collector):
    """Media stream messages by kind, as plain numbers: there are fifty a second and call, all counted on one thread."""

    def __init__(self) -> None:
        self.counts = defaultdict[type, int](int)

    def collect(self) -> Iterator[Metric]:
        found = CounterMetricFamily("janvaani_stream_messages", "Media stream messages received", labels=["event"])
        for kind, count in tuple(self.counts.items()):
            found.add_metric([kind.__name__.lower()], count)
        yield found


class Metrics:
    """One a process. Other rooms may add their own numbers to `registry`."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "janvaani_webhook_requests", "Webhook requests", ["route", "outcome"], registry=self.registry
        )
        self.request_s = Histogram(
            "janvaani_webhook_seconds", "Time to answer a webhook", ["route"], buckets=_SECONDS, registry=self.registry
        )
        self.refused = Counter(
            "janvaani_refused", "Requests refused before they did anything", ["route", "code"], registry=self.registry
        )
        self.streams = Gauge("janvaani_streams_open", "Media streams open now", registry=self.registry)
        self.stream_ends = Counter(
            "janvaani_stream_ends", "Media streams ended, by reason", ["reason"], registry=self.registry
        )
        self._messages = _Messages()
        self.registry.register(self._messages)
        self.malformed = Counter(
            "janvaani_stream_malformed",
            "Stream messages that broke the protocol",
            ["code"],
            registry=self.registry,
        )
        self.reply_s = Histogram(
            "janvaani_reply_seconds",
            "From the caller's last word to the first audio sent: the silence that ends a turn, in audio time; "
            "recognition after it; all work after it, recognition included",
            ["part"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        ProcessCollector(registry=self.registry)
        self.desk: DeskMetrics | None = None

    def tell_desk(self, desk: DeskMetrics) -> None:
        """Tell the desk's numbers too; it must be refreshed before each exposition."""
        self.desk = desk
        self.registry.register(desk)

    def received(self, kind: type) -> None:
        """Count a stream's message."""
        self._messages.counts[kind] += 1

    def watch(self, pool: DecodingPool) -> None:
        """Tell how late decoding is and how much of it waits."""
        lag = Gauge(
            "janvaani_decoding_lag_seconds",
            "Longest wait for a decoder in the last ten seconds",
            registry=self.registry,
        )
        lag.set_function(lambda: pool.lag_s)
        pending = Gauge("janvaani_decoding_pending", "Pieces of audio that wait or are decoded", registry=self.registry)
        pending.set_function(lambda: pool.pending)

    def timed(self, sinks: Callable[[str], TraceSink]) -> Callable[[str], TraceSink]:
        """`sinks`, with the replies' times counted on the way."""

        def of_call(call_sid: str) -> TraceSink:
            sink = sinks(call_sid)

            def told(event: TraceEvent) -> None:
                if isinstance(event, Replied):
                    self.reply_s.labels("silence").observe(event.endpoint_ms / 1000)
                    self.reply_s.labels("decoding").observe(event.decode_s)
                    self.reply_s.labels("work").observe(event.work_s)
                sink(event)

            return told

        return of_call

    def exposition(self) -> bytes:
        """All numbers in Prometheus' text format."""
        return generate_latest(self.registry)
