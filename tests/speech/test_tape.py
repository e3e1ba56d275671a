"""Recordings on disk: what players read, at any moment of the call and after any death of the process."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.core.errors import AudioError
from ivr.speech.audio import mulaw_decode, mulaw_encode, read_any
from ivr.speech.tape import BYTES_PER_MS, HEADER_BYTES, PEAK_MS, Tape, TapeFile, erase, header, peaks, peaks_path

SECOND = 8_000


def noise(seconds: float, seed: int) -> bytes:
    return np.random.default_rng(seed).integers(0, 256, round(seconds * SECOND), np.uint8).tobytes()


def taped(folder: Path, *pieces: tuple[bytes, bytes]) -> tuple[Tape, Path]:
    path = folder / "2026-11" / "CA1.wav"
    tape = Tape(path)
    for piece in pieces:
        tape.write(*piece)
    return tape, path


def test_it_is_a_wav_of_two_channels_as_the_carrier_sent_them(tmp_path: Path) -> None:
    caller, helpline = noise(2.5, 1), noise(2.5, 2)
    tape, path = taped(tmp_path, (caller[:SECOND], helpline[:SECOND]), (caller[SECOND:], helpline[SECOND:]))
    tape.close()
    file = TapeFile.open(path)
    assert file.duration_ms == tape.duration_ms == 2_500
    assert file.sound(0, 9_999) == (caller, helpline)
    assert file.sound(1_000, 1_020) == (caller[8_000:8_160], helpline[8_000:8_160])
    assert path.read_bytes()[HEADER_BYTES + 1_000 * BYTES_PER_MS :][:2] == caller[8_000:8_001] + helpline[8_000:8_001]
    both = (mulaw_decode(caller).astype(int) + mulaw_decode(helpline)) // 2
    assert np.abs(read_any(path).astype(int) - both).max() <= 1  # our own reader of WAV files takes it


def test_a_process_that_was_killed_leaves_a_recording_that_plays(tmp_path: Path) -> None:
    caller, helpline = noise(3, 1), noise(3, 2)
    tape, path = taped(tmp_path, (caller, helpline))  # never ended
    tape._sound.close(), tape._peaks.close()
    peaks_path(path).write_bytes(b"\0")
    with path.open("ab") as file:
        file.write(b"x")  # half a sample
    read = TapeFile.open(path)
    whole = read.read(0, read.size)
    assert whole[:HEADER_BYTES] == header(2 * len(caller)) != path.read_bytes()[:HEADER_BYTES]
    assert whole[HEADER_BYTES::2] == caller
    assert read.peaks()[0::2] == peaks(caller).tobytes()
    assert read.peaks()[1::2] == peaks(helpline).tobytes()


@given(st.binary(max_size=2_000))
def test_peaks_are_the_loudest_magnitude_of_50_ms(mulaw: bytes) -> None:
    found = peaks(mulaw)
    assert len(found) == -(-len(mulaw) // (PEAK_MS * 8))
    for at, peak in enumerate(found):
        loudest = np.abs(mulaw_decode(mulaw[at * 400 : at * 400 + 400]).astype(int)).max()
        assert abs(mulaw_decode(bytes([~int(peak) & 0xFF])).astype(int)[0]) == loudest


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.integers(0, 700), st.integers(0, 700))
def test_any_range_is_a_piece_of_the_whole(tmp_path: Path, start: int, length: int) -> None:
    path = tmp_path / "a.wav"
    if not path.exists():
        tape = Tape(path)
        tape.write(b"ab" * 150, b"cd" * 150)
        tape.close()
    assert TapeFile.open(path).read(start, start + length) == path.read_bytes()[start : start + length]


def test_peaks_were_written_while_recording(tmp_path: Path) -> None:
    loud = mulaw_encode(np.full(SECOND, 20_000, np.int16))
    tape, path = taped(tmp_path, (loud, b"\xff" * SECOND))
    tape.close()
    kept = peaks_path(path).read_bytes()
    assert kept == TapeFile.open(path).peaks()
    assert set(kept[1::2]) == {0}
    assert min(kept[0::2]) > 110


def test_what_is_erased_is_gone(tmp_path: Path) -> None:
    tape, path = taped(tmp_path, (noise(1, 1), noise(1, 2)))
    tape.close()
    erase(path)
    erase(path)
    assert list(path.parent.iterdir()) == []
    with pytest.raises(AudioError, match="cannot be read"):
        TapeFile.open(path)
