"""Times and numbers as people read them, worked out on the server: India's zone, the user's language, lakhs."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ivr.console.texts import Words
from ivr.core.clock import INDIA


@dataclass(frozen=True, slots=True)
class Times:
    """Times told from `now`."""

    words: Words
    now: datetime

    def when(self, at: datetime | None) -> str:
        """ "22 Nov 10:11"; with the year where it is not this one. "-" for none."""
        if at is None:
            return "-"
        local = at.astimezone(INDIA)
        year = f" {local.year}" if local.year != self.now.astimezone(INDIA).year else ""
        return f"{local.day} {self.words(f'times.month_{local.month}')}{year} {local:%H:%M}"

    def day(self, at: datetime | None) -> str:
        """ "22 Nov"; "-" for none."""
        if at is None:
            return "-"
        local = at.astimezone(INDIA)
        return f"{local.day} {self.words(f'times.month_{local.month}')}"

    def date(self, day: date) -> str:
        """ "22 Nov" of a calendar day."""
        return f"{day.day} {self.words(f'times.month_{day.month}')}"

    def iso(self, at: datetime) -> str:
        """For the datetime attribute."""
        return at.isoformat(timespec="seconds")

    def span(self, length: timedelta) -> str:
        """ "3 h 10 m", two units at most, rounded down; never "0 days" for something that is late."""
        minutes = int(abs(length).total_seconds()) // 60
        if minutes < 60:
            return self.words("times.minutes", m=minutes)
        if minutes < 48 * 60:
            return self.words("times.hours_minutes", h=minutes // 60, m=minutes % 60)
        return self.words("times.days_hours", d=minutes // 1440, h=minutes % 1440 // 60)

    def ago(self, at: datetime) -> str:
        """ "9 m ago"."""
        return self.words("times.ago", span=self.span(self.now - at))

    def due(self, at: datetime | None) -> str:
        """ "LATE 3 h 10 m" or "47 m left": in words, not by colour alone."""
        if at is None:
            return self.words("times.no_deadline")
        name = "times.late" if self.late(at) else "times.left"
        return self.words(name, span=self.span(at - self.now))

    def late(self, at: datetime | None) -> bool:
        return at is not None and at <= self.now

    def clock(self, ms: int | None) -> str:
        """A moment of a recording: 83000 -> "1:23"."""
        seconds = (ms or 0) // 1000
        return f"{seconds // 60}:{seconds % 60:02}"


def grouped(number: float | int | None, digits: int = 0) -> str:
    """With commas as in India: 1234567 -> "12,34,567"; "-" for none."""
    if number is None:
        return "-"
    whole, _, part = f"{abs(number):.{digits}f}".partition(".")
    head, tail = whole[:-3], whole[-3:]
    groups: list[str] = []
    while head:
        groups.insert(0, head[-2:])
        head = head[:-2]
    sign = "-" if number < 0 else ""
    return sign + ",".join([*groups, tail]) + (f".{part}" if part else "")
