"""Surroundings and the telephone band, made by arithmetic and seeds: the same noise again, byte for byte.

Works on float arrays in 16-bit units at 8 kHz; numpy only.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ivr.speech.audio import RATE_HZ

LOW_HZ, HIGH_HZ = 300.0, 3400.0  # ITU-T G.712: the telephone band
_VOICED = 200.0  # samples louder than this count as speech when its power is measured
Wave = NDArray[np.float64]


def band(wave: Wave) -> Wave:
    """Only what a telephone carries, with soft edges."""
    spectrum = np.fft.rfft(wave)
    hz = np.fft.rfftfreq(len(wave), 1 / RATE_HZ)
    with np.errstate(over="ignore"):
        keep = 1 / (1 + np.exp((LOW_HZ - hz) / 30)) / (1 + np.exp((hz - HIGH_HZ) / 60))
    return np.asarray(np.fft.irfft(spectrum * keep, len(wave)))


def _coloured(rng: np.random.Generator, samples: int, slope: float) -> Wave:
    """Noise whose power falls with frequency: slope 0 white, 1 pink, 2 brown."""
    spectrum = np.fft.rfft(rng.normal(size=samples))
    hz = np.maximum(np.fft.rfftfreq(samples, 1 / RATE_HZ), 40.0)
    return np.asarray(np.fft.irfft(spectrum * hz ** (-slope / 2), samples))


def _gusts(rng: np.random.Generator, samples: int, per_second: float, depth: float) -> Wave:
    """A slowly changing loudness around 1."""
    knots = np.exp(rng.uniform(-depth, depth, max(2, int(samples / RATE_HZ * per_second) + 2)))
    return np.interp(np.linspace(0, len(knots) - 1, samples), np.arange(len(knots)), knots)


def _street(rng: np.random.Generator, samples: int) -> Wave:
    """Traffic that comes and goes, and a horn now and then."""
    time = np.arange(samples) / RATE_HZ
    wave = _coloured(rng, samples, 1.4) * _gusts(rng, samples, 1.5, 1.0)
    wave /= wave.std() or 1.0
    for _ in range(rng.poisson(samples / RATE_HZ / 4)):
        hz, at, length = rng.uniform(350, 520), rng.uniform(0, time[-1]), rng.uniform(0.2, 0.6)
        gate = ((time >= at) & (time < at + length)) * 0.9
        wave += gate * sum(np.sin(2 * np.pi * hz * k * time) / k for k in (1, 2, 3, 5))
    return wave


def _bus(rng: np.random.Generator, samples: int) -> Wave:
    """An engine's hum and its harmonics over the rattle of a bus."""
    time = np.arange(samples) / RATE_HZ
    pace = 2 * np.pi * np.cumsum(28 * _gusts(rng, samples, 0.7, 0.15)) / RATE_HZ
    hum = sum(np.sin(k * pace + rng.uniform(0, 6)) / k**0.5 for k in range(2, 25))
    rattle = _coloured(rng, samples, 1.0) * (1 + 0.6 * np.sin(2 * np.pi * 7 * time))
    return np.asarray(hum / np.std(hum) + rattle / rattle.std())


def _fan(rng: np.random.Generator, samples: int) -> Wave:
    """A ceiling fan near the telephone: steady noise that beats with the blades."""
    time = np.arange(samples) / RATE_HZ
    return _coloured(rng, samples, 0.8) * (1 + 0.4 * np.sin(2 * np.pi * rng.uniform(3, 5) * time))


def _babble(rng: np.random.Generator, samples: int) -> Wave:
    """A crowd: five voices' worth of noise in syllables, each with its own formants."""
    wave = np.zeros(samples)
    hz = np.fft.rfftfreq(samples, 1 / RATE_HZ)
    for _ in range(5):
        formants = ((rng.uniform(300, 800), 150), (rng.uniform(1000, 2400), 250))
        shape = sum(np.exp(-(((hz - f) / width) ** 2)) for f, width in formants)
        voice = np.fft.irfft(np.fft.rfft(rng.normal(size=samples)) * shape, samples)
        wave += voice / voice.std() * _gusts(rng, samples, 8.0, 1.5)
    return wave


NOISES: dict[str, Callable[[np.random.Generator, int], Wave]] = {
    "street": _street,
    "bus": _bus,
    "fan": _fan,
    "babble": _babble,
}


def speech_power(voice: Wave) -> float:
    """Mean square of what is loud enough to be speech; of nothing that of the quietest speech."""
    loud = voice[np.abs(voice) > _VOICED]
    return float(np.square(loud).mean()) if len(loud) else _VOICED**2


def with_noise(voice: Wave, kind: str, snr_db: float, seed: int) -> Wave:
    """The voice in surroundings of `NOISES`, its speech `snr_db` above them within the telephone band. KeyError for
    another kind."""
    noise = band(NOISES[kind](np.random.default_rng(seed), len(voice)))
    loud: Wave = voice + noise * np.sqrt(speech_power(voice) / np.square(noise).mean() / 10 ** (snr_db / 10))
    return loud
