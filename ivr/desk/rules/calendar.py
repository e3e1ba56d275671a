"""Hours of an office: deadlines counted on working days, or round the clock. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ivr.dialogue.hours import INDIA, Hours

_DAY = timedelta(days=1)
_FURTHEST = 3660  # days; a calendar that holds no working day in ten years is a mistake in the data


@dataclass(frozen=True, slots=True)
class Calendar:
    """`hours` None: round the clock. `holidays` are days as "MM-DD" (every year) or "YYYY-MM-DD"."""

    hours: Hours | None = None
    holidays: frozenset[str] = frozenset()

    def works(self, day: date) -> bool:
        """Whether the office is open on `day` at all."""
        if self.hours is None:
            return True
        iso = day.isoformat()
        return day.weekday() in self.hours.days and iso not in self.holidays and iso[5:] not in self.holidays

    def add(self, at: datetime, hours: float) -> datetime:
        """The moment `hours` of office time after `at` (aware). Never later for an earlier `at`."""
        left = timedelta(hours=hours)
        if self.hours is None:
            return at + left
        there = at.astimezone(INDIA)
        for ahead in range(_FURTHEST):
            day = there.date() + ahead * _DAY
            if not self.works(day):
                continue
            begin = max(there, datetime.combine(day, self.hours.opens, INDIA))
            room = datetime.combine(day, self.hours.closes, INDIA) - begin
            if left <= room:
                return (begin + left).astimezone(at.tzinfo)
            left -= max(room, timedelta(0))
        raise ValueError("the calendar has no working day")

    def between(self, begin: datetime, end: datetime) -> timedelta:
        """Office time from `begin` to `end`; 0 where `end` is not later."""
        if self.hours is None:
            return max(end - begin, timedelta(0))
        first, last, total = begin.astimezone(INDIA), end.astimezone(INDIA), timedelta(0)
        for ahead in range((last.date() - first.date()).days + 1):
            day = first.date() + ahead * _DAY
            if self.works(day):
                opens = datetime.combine(day, self.hours.opens, INDIA)
                closes = datetime.combine(day, self.hours.closes, INDIA)
                total += max(min(last, closes) - max(first, opens), timedelta(0))
        return total
