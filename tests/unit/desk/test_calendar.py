"""Office hours: deadlines counted on working days."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.desk.rules.calendar import Calendar
from ivr.dialogue.hours import INDIA, Hours

OFFICE = Calendar(
    Hours.read({"days": ["mon", "tue", "wed", "thu", "fri", "sat"], "from": "10:00", "to": "18:00"}),
    frozenset({"01-26", "2026-11-24"}),
)
MOMENTS = st.integers(0, 1_000_000).map(lambda minute: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute))
HOURS = st.floats(0, 60, allow_nan=False)


def india(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=INDIA)


@pytest.mark.parametrize(
    ("at", "hours", "end"),
    [
        ("2026-11-23 11:00", 5, "2026-11-23 16:00"),  # Monday
        ("2026-11-23 17:00", 5, "2026-11-25 14:00"),  # Tuesday is a holiday
        ("2026-11-23 08:00", 5, "2026-11-23 15:00"),  # before the office opens
        ("2026-11-21 17:30", 1, "2026-11-23 10:30"),  # over Sunday
        ("2026-01-24 17:00", 2, "2026-01-27 11:00"),  # over Sunday and Republic Day
        ("2026-11-23 11:00", 7, "2026-11-23 18:00"),  # till it closes
    ],
)
def test_hours_of_office(at: str, hours: float, end: str) -> None:
    assert OFFICE.add(india(at), hours) == india(end)


@given(MOMENTS, HOURS)
def test_round_the_clock_is_plain_time(at: datetime, hours: float) -> None:
    assert Calendar().add(at, hours) == at + timedelta(hours=hours)


@given(MOMENTS, HOURS)
def test_the_end_is_as_many_office_hours_away(at: datetime, hours: float) -> None:
    end = OFFICE.add(at, hours)
    assert abs(OFFICE.between(at, end) - timedelta(hours=hours)) < timedelta(milliseconds=1)
    assert end >= at


@given(MOMENTS, MOMENTS, HOURS, HOURS)
def test_later_or_longer_never_ends_earlier(one: datetime, other: datetime, few: float, many: float) -> None:
    first, second = sorted((one, other))
    less, more = sorted((few, many))
    assert OFFICE.add(first, less) <= OFFICE.add(second, more)


def test_a_calendar_without_a_working_day_is_a_mistake() -> None:
    never = Calendar(OFFICE.hours, frozenset(f"{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 32)))
    with pytest.raises(ValueError, match="no working day"):
        never.add(india("2026-11-23 11:00"), 1)
