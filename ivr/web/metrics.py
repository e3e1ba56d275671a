"""Numbers of the edge for Prometheus, in a registry of their own. Labels come from closed sets, never from a peer."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


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
        self.messages = Counter(
            "janvaani_stream_messages", "Media stream messages received", ["event"], registry=self.registry
        )
        self.malformed = Counter(
            "janvaani_stream_malformed",
            "Stream messages that broke the protocol",
            ["code"],
            registry=self.registry,
        )

    def exposition(self) -> bytes:
        """All numbers in Prometheus' text format."""
        return generate_latest(self.registry)
