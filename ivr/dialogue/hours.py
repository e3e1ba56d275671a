"""When people can be reached: hours of the day by day of the week, in India's one time zone. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from typing import Any

INDIA = timezone(timedelta(hours=5, minutes=30))  # one zone, no summer time
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Hours:
    """Open on `days` (0 is Monday) from `opens` until before `closes`."""

    days: frozenset[int] = frozenset(range(7))
    opens: time = time(0)
    closes: time = time.max

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> "Hours":
        """From `{days: [mon, ...], from: "09:00", to: "20:00"}`; no days means all. ValueError on anything else."""
        if unknown := set(raw) - {"days", "from", "to"}:
            raise ValueError(f"knows no {', '.join(sorted(unknown))}")
        days = frozenset(DAYS.index(day) for day in raw.get("days", DAYS))
        opens, closes = time.fromisoformat(raw["from"]), time.fromisoformat(raw["to"])
        if not days or opens >= closes:
            raise ValueError("must open before it closes, on one day at least")
        return cls(days, opens, closes)

    def open(self, at: datetime) -> bool:
        """Whether `at` (aware) is within the hours."""
        there = at.astimezone(INDIA)
        return there.weekday() in self.days and self.opens <= there.time() < self.closes

    def next(self, at: datetime) -> datetime:
        """`at` itself while open, else when it next opens."""
        if self.open(at):
            return at
        there = at.astimezone(INDIA)
        for ahead in range(8):
            day = there.date() + timedelta(days=ahead)
            opening = datetime.combine(day, self.opens, INDIA)
            if day.weekday() in self.days and opening >= there:
                return opening.astimezone(at.tzinfo)
        raise AssertionError("there is at least one day a week")


@dataclass(frozen=True, slots=True)
class HouseHours:
    """`operator`: when a call may be connected to a person; `calling`: when citizens may be rung."""

    operator: Hours = Hours()
    calling: Hours = Hours()

    def next_call(self, at: datetime, operator: bool) -> datetime:
        """From `at` on, when a citizen may be rung; where a person is to speak (`operator`), while one is there."""
        for _ in range(8):
            when = self.calling.next(at)
            if not operator or self.operator.open(when):
                return when
            at = self.operator.next(when)
        return self.calling.next(at)  # the two never meet: the citizen's night counts more
