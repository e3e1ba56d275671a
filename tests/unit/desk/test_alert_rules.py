"""The rules of alert campaigns, by what must hold for any numbers."""

from datetime import UTC, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from ivr.desk import alert_rules as rules

NOW = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)


@example(per_minute=17, late_s=[0.0] * 20)
@example(per_minute=372, late_s=[0.0] * 60)
@given(per_minute=st.integers(1, rules.MOST_A_MINUTE), late_s=st.lists(st.floats(0, 9), min_size=1, max_size=20))
def test_no_minute_has_more_calls_than_allowed_however_late_the_steps_come(
    per_minute: int, late_s: list[float]
) -> None:
    pace = rules.step(per_minute)
    at, steps = 0.0, []
    for late in late_s:
        steps.append(at)
        at += pace.wait.total_seconds() + late
    for begin in steps:
        assert pace.calls * sum(begin <= when < begin + 60 - 1e-3 for when in steps) <= per_minute


@given(per_minute=st.integers(1, rules.MOST_A_MINUTE))
def test_the_pace_is_kept_but_for_a_hundredth(per_minute: int) -> None:
    pace = rules.step(per_minute)
    kept = pace.calls / pace.wait.total_seconds() * 60
    assert 0.98 * per_minute <= kept <= per_minute + 1e-3


@given(failed=st.lists(st.booleans(), max_size=60))
def test_a_carrier_fails_by_its_last_calls_only(failed: list[bool]) -> None:
    last = failed[: rules.WINDOW]
    assert rules.carrier_fails(failed) == rules.carrier_fails(last)
    assert rules.carrier_fails(failed) == (len(last) >= rules.LEAST and last.count(True) * 2 >= len(last))


def test_seven_failures_prove_nothing_eight_do() -> None:
    assert not rules.carrier_fails([True] * 7)
    assert rules.carrier_fails([True] * 8)
    assert rules.carrier_fails([True, False] * 10)
    assert not rules.carrier_fails([True] * 9 + [False] * 11)


def test_tries_end_and_wait_longer_each_time() -> None:
    waits = [rules.next_try(tries, 4) for tries in (1, 2, 3, 4, 5)]
    assert waits == [timedelta(minutes=10), timedelta(minutes=40), timedelta(hours=3), None, None]


def test_each_hears_their_own_language_else_the_first() -> None:
    assert rules.message({"hi": "अ", "te": "అ"}, "te") == ("te", "అ")
    assert rules.message({"te": "అ"}, "hi") == ("te", "అ")


def test_the_next_step_waits_for_who_is_due() -> None:
    pace = timedelta(seconds=10)
    assert rules.when(None, NOW, pace) == NOW + rules.IDLE
    assert rules.when(NOW, NOW, pace) == NOW + pace
    assert rules.when(NOW + timedelta(hours=1), NOW, pace) == NOW + timedelta(hours=1)
