import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.core.errors import AudioError
from ivr.speech import audio


@pytest.mark.parametrize(
    ("code", "sample"),
    [(0x00, -32124), (0x80, 32124), (0xFF, 0), (0x7F, 0), (0xFE, 8), (0x7E, -8), (0x0F, -16764), (0xF0, 120)],
)
def test_mulaw_codes_have_the_values_of_the_standard(code: int, sample: int) -> None:
    assert audio.mulaw_decode(bytes([code])).tolist() == [sample]


def test_every_code_comes_back_from_its_sample() -> None:
    codes = bytes(range(256))
    negative_zero = bytes(audio.MULAW_SILENCE if code == 0x7F else code for code in codes)
    assert audio.mulaw_encode(audio.mulaw_decode(codes)) == negative_zero


@given(st.integers(-32768, 32767))
def test_mulaw_stays_within_a_step_of_the_sample(sample: int) -> None:
    heard = int(audio.mulaw_decode(audio.mulaw_encode(np.array([sample], np.int16)))[0])
    assert abs(heard - sample) <= max(4, abs(sample) / 24 + 4)


def _wav(code: int, channels: int, rate_hz: int, bits: int, body: bytes, extensible: bool = False) -> bytes:
    width = channels * bits // 8
    fmt = struct.pack("<HHIIHH", 0xFFFE if extensible else code, channels, rate_hz, rate_hz * width, width, bits)
    if extensible:
        fmt += struct.pack("<HHIH14s", 22, bits, 0, code, b"")
    parts = b"fmt " + struct.pack("<I", len(fmt)) + fmt + b"LIST\x03\0\0\0abc\0"
    parts += b"data" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(parts) + 4) + b"WAVE" + parts


_TONE = np.rint(8000 * np.sin(np.arange(800) / 5)).astype(np.int16)


@pytest.mark.parametrize(
    "content",
    [
        _wav(1, 1, 8000, 16, _TONE.astype("<i2").tobytes()),
        _wav(1, 1, 8000, 16, _TONE.astype("<i2").tobytes(), extensible=True),
        _wav(1, 2, 8000, 16, np.repeat(_TONE, 2).astype("<i2").tobytes()),
        _wav(1, 1, 8000, 32, (_TONE.astype(np.int32) << 16).astype("<i4").tobytes()),
        _wav(1, 1, 8000, 24, b"".join(struct.pack("<i", int(s) << 8)[:3] for s in _TONE)),
    ],
    ids=["pcm16", "extensible", "stereo", "pcm32", "pcm24"],
)
def test_wav_of_every_coding_is_the_same_sound(content: bytes) -> None:
    assert audio.read_wav_bytes(content).tolist() == _TONE.tolist()


def test_coarse_codings_are_close() -> None:
    eight_bits = audio.read_wav_bytes(_wav(1, 1, 8000, 8, ((_TONE >> 8) + 128).astype(np.uint8).tobytes()))
    mulaw = audio.read_wav_bytes(_wav(7, 1, 8000, 8, audio.mulaw_encode(_TONE)))
    assert np.abs(eight_bits.astype(int) - _TONE).max() <= 256
    assert np.abs(mulaw.astype(int) - _TONE).max() <= 400


def test_other_rates_become_8_khz(tmp_path: Path) -> None:
    seconds = np.arange(44100) / 44100
    audio.write_wav(tmp_path / "a.wav", np.rint(9000 * np.sin(2 * np.pi * 440 * seconds)).astype(np.int16), 44100)
    heard = audio.read_any(tmp_path / "a.wav")
    loudest = np.argmax(np.abs(np.fft.rfft(heard.astype(float))))
    assert (len(heard), int(loudest)) == (8000, 440)


def test_mulaw_wav_round_trip_of_two_channels(tmp_path: Path) -> None:
    caller, us = audio.mulaw_encode(_TONE), audio.mulaw_encode(-_TONE)
    audio.write_mulaw_wav(tmp_path / "call.wav", bytes(b for pair in zip(caller, us, strict=True) for b in pair), 2)
    assert np.abs(audio.read_any(tmp_path / "call.wav")).max() <= 1  # the two cancel out


def test_a_recording_cut_off_by_a_crash_is_read_as_far_as_it_goes() -> None:
    whole = _wav(1, 1, 8000, 16, _TONE.astype("<i2").tobytes())
    assert audio.read_wav_bytes(whole[:-401]).tolist() == _TONE[:599].tolist()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"RIFF\0\0\0\0WAVE",
        b"RIFF\0\0\0\0WAVEdata\x04\0\0\0abcd",
        b"RIFF\0\0\0\0WAVEfmt \x02\0\0\0\1\0data\0\0\0\0",
        _wav(1, 0, 8000, 16, b""),
        _wav(1, 1, 1, 16, b""),
        _wav(85, 1, 8000, 16, b"1234"),
    ],
)
def test_damaged_wav_is_refused(content: bytes) -> None:
    with pytest.raises(AudioError):
        audio.read_wav_bytes(content)


def test_files_that_are_no_audio_or_not_there(tmp_path: Path) -> None:
    (tmp_path / "a.mp3").write_bytes(b"not music")
    with pytest.raises(AudioError, match=r"ffmpeg"):
        audio.read_any(tmp_path / "a.mp3")
    with pytest.raises(AudioError, match=r"cannot be read"):
        audio.read_any(tmp_path / "b.wav")


def test_level() -> None:
    full = np.full(800, 32767, np.int16)
    assert audio.level_dbfs(full) == pytest.approx(0, abs=0.01)
    assert audio.level_dbfs(full // 10) == pytest.approx(-20, abs=0.01)
    assert audio.level_dbfs(full[:0]) == audio.level_dbfs(audio.silence(20)) == -96.0


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg")
@pytest.mark.parametrize("kind", ["mp3", "m4a", "ogg", "flac"])
def test_recordings_of_any_kind_keep_their_two_sides(tmp_path: Path, kind: str) -> None:
    time = np.arange(44_100) / 44_100
    left, right = (8000 * np.sin(2 * np.pi * hz * time) for hz in (440, 1100))
    both = np.stack([left, right], axis=1).astype("<i2").tobytes()
    fmt = struct.pack("<HHIIHH", 1, 2, 44_100, 44_100 * 4, 4, 16)
    body = b"WAVEfmt " + struct.pack("<I", len(fmt)) + fmt + b"data" + struct.pack("<I", len(both)) + both
    (tmp_path / "a.wav").write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    command = ["ffmpeg", "-v", "error", "-i", str(tmp_path / "a.wav"), str(tmp_path / f"a.{kind}")]
    subprocess.run(command, check=True)
    sides = audio.read_channels(tmp_path / f"a.{kind}")
    assert len(sides) == 2
    for side, hz in zip(sides, (440, 1100), strict=True):
        middle = side[2000:6000].astype(float)
        assert np.argmax(np.abs(np.fft.rfft(middle))) * 8000 / len(middle) == pytest.approx(hz, abs=3)
    assert len(audio.read_any(tmp_path / f"a.{kind}")) == pytest.approx(8000, abs=500)
