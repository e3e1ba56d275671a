import numpy as np
import pytest

from ivr.speech.audio import Samples
from ivr.speech.resample import Resampler

_TONE: Samples = np.rint(9000 * np.sin(2 * np.pi * 440 * np.arange(8000) / 8000)).astype(np.int16)


def _through(resampler: Resampler, piece: int) -> Samples:
    parts = [resampler.push(_TONE[at : at + piece]) for at in range(0, len(_TONE), piece)]
    return np.concatenate([*parts, resampler.flush()])


@pytest.mark.parametrize("piece", [160, 1600, 37])
def test_a_second_comes_out_whole_however_it_is_cut(piece: int) -> None:
    doubled = _through(Resampler(8000, 16000), piece)
    assert len(doubled) == 16000
    ideal = 9000 * np.sin(2 * np.pi * 440 * np.arange(16000) / 16000)
    assert np.abs(doubled - ideal)[200:-200].max() < 100


def test_flush_makes_it_ready_for_the_next_signal() -> None:
    resampler = Resampler(8000, 16000)
    first, second = _through(resampler, 160), _through(resampler, 160)
    assert np.abs(first.astype(int) - second).max() <= 2  # the resampler dithers


def test_the_same_rate_passes_through() -> None:
    resampler = Resampler(8000, 8000)
    assert resampler.push(_TONE) is _TONE
    assert len(resampler.flush()) == 0
