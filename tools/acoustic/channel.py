"""What a telephone does to a voice, for a whole batch of training speech at once."""

import math
from collections.abc import Callable

import torch

from tools.acoustic.features import BINS, RATE

MU = 255.0


def mulaw(wave: torch.Tensor) -> torch.Tensor:
    """Through 8-bit mu-law and back, in 16-bit units."""
    x = (wave / 32768.0).clamp(-1.0, 1.0)
    code = torch.round(x.sign() * torch.log1p(MU * x.abs()) / math.log1p(MU) * 127.0) / 127.0
    return torch.round(code.sign() * torch.expm1(code.abs() * math.log1p(MU)) / MU * 32768.0)


def _uniform(rng: torch.Generator, low: float, high: float, *shape: int) -> torch.Tensor:
    return torch.rand(*shape, generator=rng) * (high - low) + low


def _sometimes(rng: torch.Generator, share: float, *shape: int) -> torch.Tensor:
    return torch.rand(*shape, generator=rng) < share


def _response(rng: torch.Generator, count: int, bins: int) -> torch.Tensor:
    """Random telephone frequency responses: a band and a few bumps in it."""
    knots = _uniform(rng, -8.0, 8.0, count, 1, 9)
    curve = torch.nn.functional.interpolate(knots, bins, mode="linear", align_corners=True)[:, 0]
    tilt = _uniform(rng, -4.0, 4.0, count, 1) * torch.linspace(-1, 1, bins)
    hz = torch.linspace(0, RATE / 2, bins)
    low = _uniform(rng, 150, 380, count, 1)
    high = _uniform(rng, 3150, 3850, count, 1)
    band = torch.sigmoid((hz - low) / 30.0) * torch.sigmoid((high - hz) / 60.0)
    band = torch.where(_sometimes(rng, 0.85, count, 1), band.clamp_min(1e-3), torch.ones(()))
    return 10.0 ** ((curve + tilt) / 20.0) * band


def _rooms(rng: torch.Generator, count: int, samples: int) -> torch.Tensor:
    length = int(0.3 * RATE)
    time = torch.arange(length) / RATE
    t60 = _uniform(rng, 0.08, 0.4, count, 1)
    tail = torch.randn(count, length, generator=rng) * torch.exp(-6.9 * time / t60)
    tail = tail / tail.square().sum(1, keepdim=True).sqrt() * _uniform(rng, 0.05, 0.5, count, 1)
    tail = torch.where(_sometimes(rng, 0.35, count, 1), tail, torch.zeros(()))
    tail[:, 0] = 1.0
    return torch.fft.rfft(tail, samples)


def _tones(rng: torch.Generator, count: int, samples: int) -> torch.Tensor:
    """Dial tones, beeps, hum and something like music: a few sine waves that come and go."""
    time = torch.arange(samples) / RATE
    out = torch.zeros(count, samples)
    for _ in range(4):
        hz = 10.0 ** _uniform(rng, 2.0, 3.4, count, 1)
        vibrato = torch.sin(2 * math.pi * _uniform(rng, 0.5, 7.0, count, 1) * time)
        wobble = _uniform(rng, 0.0, 0.02, count, 1) * vibrato
        pace = _uniform(rng, 0.2, 4.0, count, 1)
        gate = torch.sigmoid(20 * (torch.sin(2 * math.pi * (pace * time + torch.rand(count, 1, generator=rng))) + 0.3))
        out += torch.sin(2 * math.pi * hz * (time + wobble / hz * 20)) * gate * _uniform(rng, 0.0, 1.0, count, 1)
    return out


def _coloured(rng: torch.Generator, count: int, samples: int) -> torch.Tensor:
    """White to brown noise, steady or in gusts."""
    bins = samples // 2 + 1
    shape = torch.arange(bins).clamp_min(20).float() ** -_uniform(rng, 0.0, 1.2, count, 1)
    noise = torch.fft.irfft(torch.fft.rfft(torch.randn(count, samples, generator=rng)) * shape, samples)
    gusts = _uniform(rng, -1.5, 1.5, count, 1, max(2, samples // 2400)) * _sometimes(rng, 0.5, count, 1, 1)
    return noise * torch.nn.functional.interpolate(gusts, samples, mode="linear", align_corners=True)[:, 0].exp()


def _babble(rng: torch.Generator, speech: torch.Tensor, count: int) -> torch.Tensor:
    """Five other callers of the batch at once."""
    out = torch.zeros(count, speech.shape[1])
    for _ in range(5):
        chosen = torch.randint(len(speech), (count,), generator=rng)
        out += speech[chosen].roll(int(torch.randint(speech.shape[1], (), generator=rng)), 1)
    return out


def _noise(rng: torch.Generator, speech: torch.Tensor) -> torch.Tensor:
    """For each row one kind of noise: coloured, crackle, tones or babble."""
    kind = torch.multinomial(torch.tensor([0.55, 0.05, 0.12, 0.28]), len(speech), replacement=True, generator=rng)
    out, samples = torch.zeros_like(speech), speech.shape[1]
    makers: tuple[Callable[[int], torch.Tensor], ...] = (
        lambda n: _coloured(rng, n, samples),
        lambda n: torch.randn(n, samples, generator=rng) * _sometimes(rng, 0.002, n, samples),
        lambda n: _tones(rng, n, samples),
        lambda n: _babble(rng, speech, n),
    )
    for number, make in enumerate(makers):
        rows = (kind == number).nonzero()[:, 0]
        if len(rows):
            out[rows] = make(len(rows))
    return out


def mouth(mel: torch.Tensor, rng: torch.Generator) -> torch.Tensor:
    """Other vocal tracts and recordings: bend the frequency axis and scale the spectrum's contrast."""
    count = mel.shape[0]
    at = torch.arange(BINS).float()
    phase = at / (BINS - 1) * math.pi
    bend = sum(_uniform(rng, -b, b, count, 1) * torch.sin(k * phase) for k, b in ((1, 1.2), (2, 0.8), (3, 0.5)))
    at = (at + bend).clamp(0, BINS - 1)
    low = at.floor().long().clamp_max(BINS - 2)
    part = (at - low)[:, None]
    low = low[:, None].expand(-1, mel.shape[1], -1)
    mel = mel.gather(2, low) * (1 - part) + mel.gather(2, low + 1) * part
    mean = mel.mean((1, 2), keepdim=True)
    return (mel - mean) * _uniform(rng, 0.75, 1.2, count, 1, 1) + mean


def blur(cepstra: torch.Tensor, rng: torch.Generator) -> torch.Tensor:
    """Broader or narrower formants: weaken or strengthen the fine structure of the spectrum."""
    count, order = cepstra.shape[0], torch.arange(cepstra.shape[2]) / 10.0
    return cepstra * torch.exp(-_uniform(rng, -0.2, 0.35, count, 1, 1) * order)


def telephone(speech: torch.Tensor, rng: torch.Generator) -> torch.Tensor:
    """(utterances, samples) clean at full level -> as a line would carry it."""
    count, samples = speech.shape
    bins = samples // 2 + 1
    power = speech.square().mean(1, keepdim=True)
    power = torch.where(power < 1e4, power.median() * _uniform(rng, 0.01, 1.0, count, 1), power)
    noise = _noise(rng, speech)
    snr = _uniform(rng, 2.0, 32.0, count, 1)
    noise = noise * (power / noise.square().mean(1, keepdim=True).clamp_min(1.0) * 10.0 ** (-snr / 10.0)).sqrt()
    noise = torch.where(_sometimes(rng, 0.8, count, 1), noise, torch.zeros(()))
    spectrum = torch.fft.rfft(speech) * _rooms(rng, count, samples) + torch.fft.rfft(noise)
    wave = torch.fft.irfft(spectrum * _response(rng, count, bins), samples)
    wave = wave * 10.0 ** (_uniform(rng, -30.0, 3.0, count, 1) / 20.0)
    return mulaw(wave)
