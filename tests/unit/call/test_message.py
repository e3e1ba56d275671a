"""When a message is over, and whether it is one."""

import pytest

from ivr.call.alarm import KEYS_WITHIN_MS
from ivr.call.message import SILENCE_MS, SPOKEN_MS, Message

FRAME = bytes(160)


def message(voiced_ms: int, quiet_ms: int = 0) -> Message:
    made = Message()
    for voiced, ms in ((True, voiced_ms), (False, quiet_ms)):
        for _ in range(ms // 20):
            made.add(FRAME, voiced)
    return made


@pytest.mark.parametrize(("voiced_ms", "spoken"), [(0, False), (SPOKEN_MS - 20, False), (SPOKEN_MS, True)])
def test_silence_is_no_message(voiced_ms: int, spoken: bool) -> None:
    assert message(voiced_ms, SILENCE_MS).spoken is spoken


def test_over_by_silence_and_by_length() -> None:
    assert not message(4_000, SILENCE_MS - 20).over(120_000)
    assert message(4_000, SILENCE_MS).over(120_000)
    assert not message(4_000).over(4_020)
    assert message(4_000).over(4_000)


def test_thrown_away_once_no_key_for_help_can_follow() -> None:
    made = message(3_000)
    made.throw_away()
    assert made.spoken
    assert not made.over(120_000)
    for _ in range(KEYS_WITHIN_MS // 20):
        made.add(FRAME, voiced=True)
    assert made.over(120_000)
    assert not made.spoken
