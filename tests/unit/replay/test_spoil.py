"""Spoiled audio: each step does what it says, the same again for the same seed."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from ivr.cli import build
from ivr.core.errors import AudioError, ReplayError
from ivr.replay.case import Case
from ivr.replay.spoil.codecs import CODECS, available, coded
from ivr.replay.spoil.noise import NOISES, band, speech_power, with_noise
from ivr.replay.spoil.spoiled import Spoil, at_speed, from_afar, spoil_of, spoiled, with_lost_packets
from ivr.speech.audio import level_dbfs, read_any

ROOT = Path(__file__).resolve().parents[3]
VOICE = read_any(ROOT / "audio/fixtures/hi/street_light_ticket/02.wav")
WAVE = VOICE.astype(np.float64)

spoils = st.builds(
    Spoil,
    noise=st.sampled_from(["", *NOISES]),
    snr_db=st.floats(-5, 30),
    lost=st.floats(0, 0.5),
    clip_db=st.floats(0, 20),
    level_db=st.floats(-20, 6),
    distance_m=st.floats(0, 3),
    speed=st.floats(0.8, 1.25),
    seed=st.integers(0, 3),
)


@settings(max_examples=12, deadline=None)
@given(spoils)
def test_the_same_again_and_as_long_as_it_should_be(how: Spoil) -> None:
    out = spoiled(VOICE, how)
    assert np.array_equal(out, spoiled(VOICE, how))
    assert len(out) == pytest.approx(len(VOICE) / how.speed, abs=1)
    assert out.dtype == np.int16


@pytest.mark.parametrize("kind", NOISES)
@pytest.mark.parametrize("snr_db", [0.0, 10.0, 20.0])
def test_noise_stands_as_far_below_speech_as_was_asked(kind: str, snr_db: float) -> None:
    wave = band(WAVE)
    added = with_noise(wave, kind, snr_db, 7) - wave
    assert 10 * np.log10(speech_power(wave) / np.square(added).mean()) == pytest.approx(snr_db, abs=0.01)


@pytest.mark.parametrize("speed", [0.8, 0.9, 1.1, 1.25])
def test_speed_keeps_the_pitch(speed: float) -> None:
    tone = 8000 * np.sin(2 * np.pi * 220 * np.arange(16_000) / 8000)
    out = at_speed(tone, speed)
    middle = out[2000:-2000]
    assert np.argmax(np.abs(np.fft.rfft(middle))) * 8000 / len(middle) == pytest.approx(220, abs=4)
    assert np.abs(middle).max() < 9000


@settings(max_examples=12, deadline=None)
@given(st.floats(0.01, 0.4), st.integers(0, 50))
def test_about_the_share_of_packets_is_lost(share: float, seed: int) -> None:
    counted = np.arange(160 * 2000) % 30_000
    lost = with_lost_packets((counted + 1).astype(np.int16), share, seed) != (counted + 1).astype(np.int16)
    packets = lost.reshape(-1, 160).any(axis=1)
    assert packets.mean() == pytest.approx(share, abs=0.09)


def test_clipping_level_distance_and_band() -> None:
    plain = Spoil(band=False, mulaw=False)
    assert np.array_equal(spoiled(VOICE, plain), VOICE)
    clipped = spoiled(VOICE, Spoil(clip_db=12, band=False, mulaw=False))
    assert np.mean(np.abs(clipped) >= 32766) > 10 * np.mean(np.abs(VOICE) >= 32766)
    quiet = spoiled(VOICE, Spoil(level_db=-12, band=False, mulaw=False))
    assert level_dbfs(VOICE) - level_dbfs(quiet) == pytest.approx(12, abs=0.1)
    near, far = (np.square(from_afar(WAVE, metres, 1)).mean() for metres in (0.2, 1.6))
    assert near > 8 * far
    hiss = np.random.default_rng(1).normal(scale=3000, size=8000)
    spectrum = np.abs(np.fft.rfft(band(hiss)))
    assert spectrum[3900:].max() < 0.05 * spectrum[500:3000].mean()


@pytest.mark.parametrize("codec", CODECS)
def test_codecs_change_the_sound_a_little(codec: str) -> None:
    if codec not in available():
        with pytest.raises(AudioError, match="ffmpeg"):
            coded(VOICE, codec)
        return
    out = coded(VOICE, codec)
    assert len(out) == len(VOICE)
    assert not np.array_equal(out, VOICE)
    assert level_dbfs(out) == pytest.approx(level_dbfs(VOICE), abs=4)


def test_it_is_given_by_names() -> None:
    given_ = ["noise=bus", "snr_db=5", "lost=0.1", "seed=3", "mulaw=no"]
    assert spoil_of(given_) == Spoil(noise="bus", snr_db=5, lost=0.1, seed=3, mulaw=False)
    for wrong in ("noise=rain", "speed=2", "lost=1", "loud=1", "snr_db=x", "mulaw=maybe", "codec=mp3"):
        with pytest.raises(ReplayError):
            spoil_of([wrong])


def test_a_case_comes_out_as_a_case(tmp_path: Path) -> None:
    words = [
        "degrade",
        str(ROOT / "audio/fixtures/hi/fast_voice"),
        "--out",
        str(tmp_path),
        "--noise",
        "fan",
        "--snr",
        "15",
    ]
    result = CliRunner().invoke(build(["degrade"]), words)
    assert result.exit_code == 0, result.output
    was, case = Case.load(ROOT / "audio/fixtures/hi/fast_voice"), Case.load(tmp_path / "fast_voice")
    assert [len(turn.audio) for turn in case.turns] == [len(turn.audio) for turn in was.turns]
    assert case.turns[0].audio != was.turns[0].audio
    assert not (tmp_path / "fast_voice" / "expected.txt").exists()
    refused = CliRunner().invoke(build(["degrade"]), ["degrade", str(tmp_path / "none.wav"), "--out", str(tmp_path)])
    assert refused.exit_code == 1
