"""Days as people say them: today, the day before, next Monday, three days ago, the fifteenth of August.

`today` is an argument. "कल" and its like are read by the tense of what stands around them.
"""

import calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ivr.understanding.numbers import NumberWords, after_cancel, apart, runs, value_of
from ivr.understanding.spot import Spotter
from ivr.understanding.text import Folder, Keys, Substitutions

_MOST_DAYS = 36_600  # a hundred years; further is a mishearing
_LEAST_YEAR = 1900
_DAYS_A_WEEK = 7


@dataclass(frozen=True)
class DateWords:
    """One language's words for days. Labels are "kind:value": day:-1, near:1 (tense decides the sign), weekday:0,
    month:8, unit:week, and bare next, last, this, ago, after, past, future, date."""

    spotter: Spotter
    numbers: NumberWords
    cancels: Substitutions

    @classmethod
    def build(
        cls, folder: Folder, labels: Mapping[str, Iterable[str]], numbers: NumberWords, cancels: Substitutions
    ) -> "DateWords":
        phrases = {label: [folder.keys(text) for text in texts] for label, texts in labels.items()}
        return cls(Spotter.build(folder, phrases), numbers, cancels)

    def find(self, keys: Keys, today: date) -> date | None:
        """The day meant, after the last cancelling words; None when no day is said or it cannot be one."""
        heard = _hear(self, after_cancel(keys, self.cancels))
        for read in (_counted, _relative, _calendar, _weekday, _day_of_month, _unit_alone):
            try:
                found = read(heard, today)
            except (ValueError, OverflowError):
                continue  # the thirty-first of February
            if found:
                return found
        return None


@dataclass(frozen=True)
class _Heard:
    """What was heard of a day: `values` are (label's value, position) by label's kind, `numbers` (value, position)."""

    values: Mapping[str, Sequence[tuple[str, int]]]
    numbers: Sequence[tuple[float, int]]

    def has(self, kind: str) -> bool:
        return kind in self.values

    def first(self, kind: str) -> tuple[int, int] | None:
        found = self.values.get(kind)
        return (int(found[0][0]), found[0][1]) if found else None

    @property
    def sign(self) -> int:
        """-1 where the past is spoken of, 1 for what is to come, 0 where nothing tells."""
        past = self.has("past") or self.has("last") or self.has("ago")
        future = self.has("future") or self.has("next") or self.has("after")
        return (-1 if past else 0) + (1 if future else 0)


def _hear(words: DateWords, keys: Keys) -> _Heard:
    values: dict[str, list[tuple[str, int]]] = {}
    covered: set[int] = set()
    for spot in words.spotter.in_order(keys):
        kind, _, value = spot.label.partition(":")
        values.setdefault(kind, []).append((value, spot.start))
        covered.update(range(spot.start, spot.end))
    numbers: list[tuple[float, int]] = []
    bare = tuple("" if at in covered else key for at, key in enumerate(keys))
    for start, _, heard in runs(words.numbers, bare, near=False):
        said = [value for value in map(value_of, apart(heard)) if value is not None]
        numbers.extend((value, start) for value in said)
    return _Heard(values, numbers)


def _relative(heard: _Heard, today: date) -> date | None:
    day = heard.first("day")
    if day:
        return today + timedelta(days=day[0])
    near = heard.first("near")
    if near:
        return today + timedelta(days=near[0] * (heard.sign or 1))
    return None


def _counted(heard: _Heard, today: date) -> date | None:
    """Three days ago, after two weeks."""
    units = heard.values.get("unit")
    if not units or heard.has("month") or not (heard.has("ago") or heard.has("after") or heard.sign):
        return None
    unit, at = units[0]
    counts = [value for value, place in heard.numbers if at - 3 <= place < at]
    if not counts:
        return None
    sign = 1 if heard.has("after") and not heard.has("ago") else heard.sign or 1
    return _move(today, unit, sign * counts[-1])


def _move(day: date, unit: str, count: float) -> date:
    if unit in ("day", "week"):
        days = count * (_DAYS_A_WEEK if unit == "week" else 1)
        if abs(days) > _MOST_DAYS:
            raise OverflowError(unit)
        return day + timedelta(days=round(days))
    months = round(count * (12 if unit == "year" else 1))
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def _calendar(heard: _Heard, today: date) -> date | None:
    """A day of a named month, with or without a year."""
    month = heard.first("month")
    if not month:
        return None
    numbers = [part for value, _ in heard.numbers for part in _day_and_year(value)]
    days = [value for value in numbers if 1 <= value <= 31 and value == int(value)]
    years = [int(value) for value in numbers if _LEAST_YEAR <= value < 2200]
    if not days:
        return None
    if years:
        return date(years[0], month[0], int(days[0]))
    candidates = [
        date(today.year + step, month[0], int(days[0])) for step in (-1, 0, 1) if _exists(today, step, month, days)
    ]
    return _nearest(candidates, today, heard.sign)


def _day_and_year(value: float) -> tuple[float, ...]:
    """A number as it is, or the twentieth or thirtieth and a year of this century that were read as one: Telugu's
    "twenty, two thousand and twenty-six" sounds like twenty-two thousand and twenty-six."""
    thousands, rest = divmod(value, 1000)
    return (thousands - 2, 2000 + rest) if thousands in (22, 32) else (value,)


def _exists(today: date, step: int, month: tuple[int, int], days: Sequence[float]) -> bool:
    return int(days[0]) <= calendar.monthrange(today.year + step, month[0])[1]


def _nearest(candidates: Sequence[date], today: date, sign: int) -> date | None:
    """The nearest of the days, on the side that the tense tells."""
    fitting = [day for day in candidates if sign == 0 or (day - today).days * sign >= 0] or list(candidates)
    return min(fitting, key=lambda day: (abs((day - today).days), day), default=None)


def _weekday(heard: _Heard, today: date) -> date | None:
    weekday = heard.first("weekday")
    if not weekday:
        return None
    ahead = (weekday[0] - today.weekday()) % _DAYS_A_WEEK
    if heard.has("this"):
        return today + timedelta(days=ahead)
    if heard.sign < 0:
        return today - timedelta(days=_DAYS_A_WEEK - ahead)
    if heard.has("next") and ahead == 0:
        ahead = _DAYS_A_WEEK
    return today + timedelta(days=ahead)


def _day_of_month(heard: _Heard, today: date) -> date | None:
    """ "The tenth", of this, next or last month."""
    months_at = [at for value, at in heard.values.get("unit", ()) if value == "month"]
    other_month = bool(months_at) and (heard.has("last") or heard.has("next"))
    days = [
        int(value)
        for value, at in heard.numbers
        if 1 <= value <= 31 and value == int(value) and (heard.has("date") or (other_month and at > months_at[0]))
    ]
    if not days or not (heard.has("date") or other_month):
        return _in_figures(heard)
    if months_at:
        step = 1 if heard.has("next") else -1 if heard.has("last") else 0
        return _move(today.replace(day=1), "month", step).replace(day=days[0])
    months = [_move(today.replace(day=1), "month", step) for step in (-1, 0, 1)]
    fitting = [day.replace(day=days[0]) for day in months if days[0] <= calendar.monthrange(day.year, day.month)[1]]
    return _nearest(fitting, today, heard.sign or 1)


def _in_figures(heard: _Heard) -> date | None:
    """Three numbers: day, month, year or the other way round."""
    values = [int(value) for value, _ in heard.numbers]
    if len(values) != 3:
        return None
    if values[0] >= _LEAST_YEAR:
        values.reverse()
    day, month, year = values
    return date(year, month, day) if year >= _LEAST_YEAR else None


def _unit_alone(heard: _Heard, today: date) -> date | None:
    """Last week, next month: the same day of it."""
    units = heard.values.get("unit")
    if not units or not (heard.has("next") or heard.has("last")):
        return None
    return _move(today, units[0][0], -1 if heard.has("last") else 1)
