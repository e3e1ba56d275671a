"""Numbers, tickets, dates, amounts and durations in the words of a language, from grammars/<lang>/spoken.yaml.

Pure: the day of the call is an argument. Every form comes in two: as it is said (words of the language, `|` for a
pause) and, by `written`, as it stands in a transcript. It joins nothing into sentences.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from ivr.core.data import load_mapping, wrong

PAUSE = "|"
_MOST = 10**9


@dataclass(frozen=True, slots=True)
class _Scale:
    """A hundred, a thousand ... `{n}` in the forms is how many of it."""

    value: int
    one: str
    one_more: str
    many: str
    many_more: str


class Spoken:
    """One language's way of saying values. Values that are no number or date are said as they stand."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        numbers = data["numbers"]
        self._small = _small_numbers(numbers)
        self._scales = tuple(_Scale(**scale) for scale in numbers["scales"])
        self._before_noun: Mapping[str, str] = numbers["before_noun"]
        self._point: str = numbers["point"]
        self._half: Mapping[str, str] = numbers["half"]
        self._groups: Mapping[str, Sequence[int]] = data["groups"]
        self._months: Sequence[str] = data["months"]
        self._weekdays: Sequence[str] = data["weekdays"]
        self._dates: Mapping[str, str] = data["dates"]
        self._units: Mapping[str, Sequence[str]] = data["units"]
        if (len(self._small), len(self._months), len(self._weekdays)) != (100, 12, 7):
            raise ValueError("needs the words for 0 to 99, twelve months and seven weekdays")

    @classmethod
    def load(cls, grammars_dir: Path, lang: str) -> "Spoken":
        """DataError when the language's spoken.yaml is missing or incomplete."""
        path = grammars_dir / lang / "spoken.yaml"
        try:
            return cls(load_mapping(path))
        except (KeyError, TypeError, ValueError) as error:
            raise wrong(path, f"incomplete: {error}") from error

    def number(self, value: int | float | str, before_noun: bool = False) -> str:
        """0 to 999,999,999 with any decimals; a half in the language's own way. `before_noun`: it counts something."""
        amount = _decimal(value)
        if amount is None:
            return str(value)
        whole = int(amount)
        if amount == whole:
            return self._whole(whole, before_noun)
        if amount - whole == Decimal("0.5"):
            half = self._half.get(str(whole)) or self._half.get("other")
            if half is not None:
                return half.replace("{n}", self._whole(whole))
        decimals = format(amount.normalize(), "f").partition(".")[2]
        return f"{self._whole(whole)} {self._point} {self._one_by_one(decimals)}"

    def _whole(self, value: int, before_noun: bool = False) -> str:
        said = self._parts(value, before_noun)
        if before_noun and said[-1] in self._before_noun:
            said[-1] = self._before_noun[said[-1]]
        return " ".join(said)

    def _parts(self, value: int, more: bool) -> list[str]:
        """The words of `value`; `more`: another word follows them."""
        for scale in self._scales:
            count, rest = divmod(value, scale.value)
            if count:
                follows = more or rest > 0
                one = scale.one_more if rest else scale.one  # "వంద రూపాయలు", but "నూట పది"
                many = scale.many_more if follows else scale.many
                said = one if count == 1 else many.replace("{n}", " ".join(self._parts(count, True)))
                return [*said.split(), *(self._parts(rest, more) if rest else [])]
        return self._small[value].split()

    def _one_by_one(self, digits: str) -> str:
        return " ".join(self._small[int(digit)] for digit in digits)

    def digits(self, value: str) -> str:
        """Digit by digit in groups, a pause between groups; other characters are left out."""
        digits = "".join(c for c in value if c in "0123456789")
        sizes = self._groups.get(str(len(digits))) or [3] * (-(-len(digits) // 3))
        groups, at = [], 0
        for size in sizes:
            groups.append(self._one_by_one(digits[at : at + size]))
            at += size
        return f" {PAUSE} ".join(groups)

    ticket = digits

    def day(self, value: str, today: date | None = None, *, written: bool = False) -> str:
        """An ISO date: today, tomorrow, weekday within a week, with its year only when that is another one."""
        try:
            day = date.fromisoformat(value)
        except ValueError:
            return value
        number = str if written else self._whole
        return self._dates[_date_form(day, today)].format(
            day=number(day.day),
            month=self._months[day.month - 1],
            weekday=self._weekdays[day.weekday()],
            year=number(day.year),
        )

    def amount(self, rupees: int | float | str) -> str:
        """Rupees, and paise where there are any."""
        value = _decimal(rupees)
        if value is None:
            return str(rupees)
        paise = int((value * 100).to_integral_value(ROUND_HALF_UP))
        said = [self._counted(paise // 100, "rupee")] if paise >= 100 or not paise else []
        if paise % 100:
            said.append(self._counted(paise % 100, "paisa"))
        return " ".join(said)

    def duration(self, minutes: int) -> str:
        """Days where it is whole days, else hours and minutes."""
        hours, rest = divmod(minutes, 60)
        if not rest and hours >= 24 and not hours % 24:
            return self._counted(hours // 24, "day")
        said = [self._counted(hours, "hour")] if hours else []
        if rest or not hours:
            said.append(self._counted(rest, "minute"))
        return " ".join(said)

    def _counted(self, count: int, unit: str) -> str:
        return f"{self._whole(count, before_noun=True)} {self._units[unit][0 if count == 1 else 1]}"


def written_ticket(value: str) -> str:
    """ "4827316" -> "4827-316": how a ticket number stands in an SMS or transcript."""
    return f"{value[:4]}-{value[4:]}" if len(value) == 7 and value.isdigit() else value


def _small_numbers(numbers: Mapping[str, Any]) -> tuple[str, ...]:
    """0 to 99: all listed, or up to 19 and the tens."""
    words = numbers["words"].split()
    tens = numbers.get("tens", {})
    for value in range(len(words), 100 if tens else 0):
        ten, unit = divmod(value, 10)
        words.append(f"{tens[str(ten * 10)]} {words[unit]}" if unit else tens[str(ten * 10)])
    return tuple(words)


def _decimal(value: int | float | str) -> Decimal | None:
    """None where it is no number from 0 to a thousand million."""
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and 0 <= number < _MOST else None


def _date_form(day: date, today: date | None) -> str:
    if today is None:
        return "year"
    ahead = (day - today).days
    if ahead in (0, 1):
        return ("today", "tomorrow")[ahead]
    if 1 < ahead < 7:
        return "week"
    return "year" if day.year == today.year or 0 <= ahead < 180 else "other"
