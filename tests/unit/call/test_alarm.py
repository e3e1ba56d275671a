"""Calls for help by words and by keys."""

from hypothesis import given
from hypothesis import strategies as st

from ivr.call.alarm import KeyAlarm, SpokenAlarm


def press(alarm: KeyAlarm, keys: str, gap_ms: int, string: bool = False) -> list[bool]:
    return [alarm.press(key, 10_000 + i * gap_ms, string) for i, key in enumerate(keys)]


def test_two_results_running_must_tell_the_same_in_one_language() -> None:
    alarm = SpokenAlarm()
    told = [("hi", "fire"), ("te", "fire"), ("hi", None), ("hi", "fire"), ("hi", "medical"), ("hi", "medical")]
    assert [alarm.heard(lang, kind) for lang, kind in told] == [False, False, False, False, False, True]
    alarm.forget()
    assert not alarm.heard("hi", "medical")


def test_the_sequence_within_two_seconds() -> None:
    assert press(KeyAlarm("111"), "111", 1_000) == [False, False, True]
    assert press(KeyAlarm("111"), "111", 1_020) == [False, False, False]
    assert press(KeyAlarm("111"), "2111", 300) == [False, False, False, True]
    assert press(KeyAlarm("111"), "1121", 300) == [False] * 4
    assert press(KeyAlarm("111"), "111111", 300) == [False, False, True] * 2
    assert not any(press(KeyAlarm(""), "111111", 100))


def test_in_a_number_it_counts_only_when_nothing_follows() -> None:
    alarm = KeyAlarm("111")
    assert press(alarm, "111", 300, string=True) == [False] * 3
    assert not alarm.due(10_600 + 980)
    assert alarm.due(10_600 + 1_000)
    assert not alarm.due(20_000)
    press(alarm, "1114", 300, string=True)
    assert not alarm.due(60_000)


@given(st.text("02345689*#", max_size=40), st.integers(0, 400))
def test_other_keys_never_call_for_help(keys: str, gap_ms: int) -> None:
    assert not any(press(KeyAlarm("111"), keys, gap_ms))
