"""Cases out of recordings, and cases that cut their turns out of one."""

from pathlib import Path

import numpy as np
import pytest

from ivr.core.errors import ReplayError
from ivr.replay.case import Case
from ivr.replay.recording import PAUSE_MS, case_of_recording
from ivr.replay.text_voice import Speech, TextVoice
from ivr.speech.audio import RATE_HZ, mulaw_decode, mulaw_encode, write_mulaw_wav

HUM = TextVoice().say(Speech("aaaa bbbb cccc", "hi"))
HUM_MS = len(HUM) // 8


def side(*begins_ms: int, seconds: int = 12) -> bytes:
    audio = bytearray(b"\xff" * (RATE_HZ * seconds))
    for begin in begins_ms:
        audio[begin * 8 : begin * 8 + len(HUM)] = HUM
    return bytes(audio)


def stereo(path: Path, left: bytes, right: bytes) -> Path:
    both = np.stack([np.frombuffer(left, np.uint8), np.frombuffer(right, np.uint8)], axis=1)
    write_mulaw_wav(path, both.tobytes(), channels=2)
    return path


def test_turns_are_found_on_the_callers_side_with_their_interruptions(tmp_path: Path) -> None:
    path = stereo(tmp_path / "call.wav", side(4000, 8000), side(1000, 8000 - 400))
    made = case_of_recording(path, "te")
    made.write(tmp_path / "te" / "new")
    case = Case.load(tmp_path / "te" / "new")
    assert [turn.file for turn in case.turns] == ["01.wav", "02.wav"]
    assert case.turns[0].after_ms is None
    assert case.turns[1].after_ms == pytest.approx(400, abs=60)
    assert all(HUM_MS < len(turn.audio) // 8 < HUM_MS + 500 for turn in case.turns)
    swapped = case_of_recording(path, "te", channel=1)
    assert len(swapped.files) == 3


def test_a_pause_within_a_turn_does_not_end_it(tmp_path: Path) -> None:
    both = side(1000, 1000 + HUM_MS + PAUSE_MS - 200)
    write_mulaw_wav(tmp_path / "one.wav", both)
    assert len(case_of_recording(tmp_path / "one.wav", "hi").files) == 2


def test_nobody_speaking_is_told(tmp_path: Path) -> None:
    write_mulaw_wav(tmp_path / "one.wav", side())
    with pytest.raises(ReplayError, match="nobody speaks"):
        case_of_recording(tmp_path / "one.wav", "hi")
    with pytest.raises(ReplayError, match="only 1 channel"):
        case_of_recording(tmp_path / "one.wav", "hi", channel=1)


HEAD = 'title: A\nlanguage: hi\ncaller: "+919415550101"\nrecording: call.wav\nturns:\n'


def test_a_case_cuts_its_turns_out_of_one_recording(tmp_path: Path) -> None:
    stereo(tmp_path / "call.wav", side(4000), side(1000))
    (tmp_path / "case.yaml").write_text(
        HEAD + "  - {say: a, from_ms: 4000, to_ms: 4500}\n  - {say: b, channel: 2, to_ms: 1000}\n  - {press: 1}\n"
    )
    first, second, _ = Case.load(tmp_path).turns
    assert np.array_equal(mulaw_decode(first.audio), mulaw_decode(HUM[:4000]))
    assert set(second.audio) == {0xFF}
    assert len(second.audio) == 8000


@pytest.mark.parametrize(
    ("turn", "wrong"), [("channel: 3", "2 channels, none is 3"), ("from_ms: 90000", "has nothing from 90000 ms")]
)
def test_a_side_or_time_that_is_not_there_is_named(tmp_path: Path, turn: str, wrong: str) -> None:
    stereo(tmp_path / "call.wav", side(), side())
    (tmp_path / "case.yaml").write_text(HEAD + "  - {say: a, " + turn + "}\n")
    with pytest.raises(ReplayError, match=wrong):
        Case.load(tmp_path)


def test_bare_mulaw_is_read_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "01.ulaw").write_bytes(HUM)
    (tmp_path / "case.yaml").write_text(HEAD + "  - {say: a, file: 01.ulaw}\n")
    assert Case.load(tmp_path).turns[0].audio == mulaw_encode(mulaw_decode(HUM))
