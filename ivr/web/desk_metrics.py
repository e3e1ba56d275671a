"""The desk's numbers for Prometheus: complaints, SMS, jobs. Read from the database when they are asked for, so that
every process of a house tells the same; labels come from closed sets."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from threading import Lock
from time import monotonic

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ivr.core.clock import Clock
from ivr.core.errors import StoreError
from ivr.desk.rules.matrix import Matrix
from ivr.store import gauges
from ivr.store.database import Database
from ivr.store.gauges import DeskNumbers

FRESH_S = 10.0  # several who ask cost the database one look

_PLAIN = (
    ("tickets_overdue", "Complaints that are late by any promise", "overdue"),
    ("tickets_raised_last_day", "Complaints that went up a level in the last 24 hours", "raised"),
    ("tickets_closed_last_day", "Complaints closed by the citizen's yes in the last 24 hours", "closed"),
    ("jobs_oldest_seconds", "How long the first job that is due has waited", "oldest_s"),
    ("jobs_dead", "Jobs that were given up and wait for a person", "dead"),
)
_JOBS = ("waiting", "working", "later")


class DeskMetrics(Collector):
    """`look` reads the numbers, blocking; `levels`: ids of escalation.yaml, lowest first. `refresh` is called before a
    collection, off the event loop; what cannot be read is left out, and `janvaani_desk_up` is 0."""

    def __init__(self, look: Callable[[], DeskNumbers], levels: Sequence[str]) -> None:
        self._look, self._levels = look, levels
        self._numbers: DeskNumbers | None = None
        self._read_at = float("-inf")
        self._lock = Lock()

    @classmethod
    def of(cls, db: Database, clock: Clock, matrix: Matrix) -> "DeskMetrics":
        """Those of a house."""

        def look() -> DeskNumbers:
            with db.read() as connection:
                return gauges.count(connection, clock.now())

        return cls(look, [level.id for level in matrix.levels])

    def refresh(self) -> None:
        """Read the numbers anew unless they are fresh. Never raises for a database that is away."""
        with self._lock:
            if monotonic() - self._read_at < FRESH_S:
                return
            try:
                self._numbers = self._look()
            except StoreError:
                self._numbers = None
            self._read_at = monotonic()

    def lose(self) -> None:
        """They could not even be asked for."""
        self._numbers, self._read_at = None, float("-inf")

    def collect(self) -> Iterator[Metric]:
        numbers = self._numbers
        yield GaugeMetricFamily("janvaani_desk_up", "Whether the desk's numbers could be read", numbers is not None)
        if numbers is None:
            return
        found = GaugeMetricFamily("janvaani_tickets_open", "Complaints not closed", labels=["level", "state"])
        for (level, state), count in numbers.open.items():
            found.add_metric([self._levels[level] if level < len(self._levels) else str(level), state], count)
        yield found
        for name, about, field in _PLAIN:
            yield GaugeMetricFamily(f"janvaani_{name}", about, getattr(numbers, field))
        yield _labelled("sms_last_day", "SMS by state; queued: all, else of the last 24 hours", "state", numbers.sms)
        jobs = {name: getattr(numbers, name) for name in _JOBS}
        yield _labelled("jobs", "Jobs that are due, in work, or for later", "state", jobs)


def _labelled(name: str, about: str, label: str, values: Mapping[str, int]) -> Metric:
    found = GaugeMetricFamily(f"janvaani_{name}", about, labels=[label])
    for value, count in values.items():
        found.add_metric([value], count)
    return found
