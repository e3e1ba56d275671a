"""The recorded callers of audio/fixtures: every case is whole, and its audio is what its words and line make."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ivr.core.data import data_dir, load_mapping
from ivr.speech.audio import Samples, mulaw_decode, read_any, silence
from tools.fixtures.channel import NOISES, Line, telephone
from tools.fixtures.make_fixtures import make, rendered, stale
from tools.fixtures.voices import Caller, speak

ROOT = data_dir("audio") / "fixtures"
CASES = sorted(path.parent for path in ROOT.glob("*/*/case.yaml"))


def name(folder: Path) -> str:
    return f"{folder.parent.name}/{folder.name}"


def case(folder: Path) -> Mapping[str, Any]:
    return load_mapping(folder / "case.yaml")


def tone(level: float = 8000.0, hz: float = 1000.0) -> Samples:
    return (np.sin(2 * np.pi * hz * np.arange(16000) / 8000) * level).astype(np.int16)


def test_there_are_cases_enough_in_each_language() -> None:
    assert len(CASES) >= 14
    assert all(sum(folder.parent.name == lang for folder in CASES) >= 7 for lang in ("hi", "te"))


@pytest.mark.parametrize("folder", CASES, ids=name)
def test_every_case_says_what_is_hard_and_what_must_happen(folder: Path) -> None:
    found = case(folder)
    assert found["language"] == folder.parent.name
    assert found["hard"]
    assert found["expect"]["disposition"]


@pytest.mark.parametrize("folder", CASES, ids=name)
def test_every_spoken_turn_has_audio_of_a_credible_length(folder: Path) -> None:
    for turn in case(folder)["turns"]:
        if "say" in turn:
            seconds = len(read_any(folder / turn["file"])) / 8000
            assert 0.4 < seconds < 0.8 + len(turn["say"].split()) * 1.6


def test_callers_of_different_cases_have_numbers_of_their_own() -> None:
    numbers = [case(folder)["caller"] for folder in CASES if not case(folder).get("after")]
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("folder", [ROOT / "hi/income_certificate_sms", ROOT / "te/slow_old_voice"], ids=name)
def test_the_audio_in_the_repository_is_what_is_rendered(folder: Path) -> None:
    for file, mulaw in rendered(folder):
        kept, fresh = read_any(folder / file), mulaw_decode(mulaw)
        assert len(kept) == len(fresh)
        assert (kept == fresh).mean() > 0.999, file  # another processor may round a sample the other way


def test_rendering_is_repeatable_and_noticed_when_missing(tmp_path: Path) -> None:
    folder = tmp_path / "hi" / "one"
    folder.mkdir(parents=True)
    text = "language: hi\nvoice: {name: m5}\nline: {noise: street}\nturns:\n  - {say: हाँ, file: 01.wav}\n"
    (folder / "case.yaml").write_text(text, encoding="utf-8")
    assert stale(folder) == [folder / "01.wav"]
    first = [path.read_bytes() for path in make(folder)]
    assert [path.read_bytes() for path in make(folder)] == first
    assert stale(folder) == []
    (folder / "02.wav").write_bytes(b"")
    assert stale(folder) == [folder / "02.wav"]


def test_voices_of_the_training_are_refused() -> None:
    with pytest.raises(ValueError, match="is not one of"):
        speak("हाँ", "hi", Caller("m1"))


@pytest.mark.parametrize("noise", sorted(NOISES))
def test_noise_is_as_loud_as_asked_for(noise: str) -> None:
    # speech in the first half, nothing but noise in the second
    voice = np.concatenate([tone(), silence(2000)])
    heard = telephone(voice, Line(noise, snr_db=12), seed=5).astype(float)
    clean = telephone(voice, Line(), seed=5).astype(float)
    got = 10 * np.log10(np.square(clean[:16000]).mean() / np.square(heard - clean).mean())
    assert got == pytest.approx(12, abs=1.5)


def test_only_the_telephone_band_comes_through() -> None:
    def power(hz: float) -> float:
        return float(np.square(telephone(tone(hz=hz), Line(), 1)[4000:12000].astype(float)).mean())

    assert power(60) < power(1000) / 100
    assert power(3900) < power(1000) / 100
    assert power(2500) == pytest.approx(power(1000), rel=0.1)


def test_level_is_in_decibels() -> None:
    loud, soft = (telephone(tone(), Line(level_db=db), 1).astype(float) for db in (0, -20))
    assert 10 * np.log10(np.square(loud).mean() / np.square(soft).mean()) == pytest.approx(20, abs=0.3)


def test_the_same_seed_makes_the_same_line_and_another_does_not() -> None:
    one, same, other = (telephone(tone(), Line("street", 10), seed) for seed in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).any()


def test_a_noise_that_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match="is not one of"):
        telephone(tone(), Line("waterfall"), 1)
