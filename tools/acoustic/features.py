"""Kaldi's MFCC for 8 kHz telephone speech, in PyTorch: what libvosk computes from conf/mfcc.conf.

After Kaldi's feature-mfcc.cc and mel-computations.cc: no dither, povey window, natural logarithms.
"""

import math

import torch

RATE, WINDOW, SHIFT, FFT = 8000, 200, 80, 256
BINS = CEPS = 30
LOW, HIGH = 100.0, 3800.0
LIFTER = 22.0
CONF = f"""--sample-frequency={RATE}
--use-energy=false
--num-mel-bins={BINS}
--num-ceps={CEPS}
--low-freq={LOW:g}
--high-freq={HIGH:g}
--dither=0
"""


def _mel(hz: float) -> float:
    return 1127.0 * math.log(1.0 + hz / 700.0)


def _filters() -> torch.Tensor:
    low, high = _mel(LOW), _mel(HIGH)
    step = (high - low) / (BINS + 1)
    bank = torch.zeros(BINS, FFT // 2 + 1)
    for b in range(BINS):
        left, centre, right = low + b * step, low + (b + 1) * step, low + (b + 2) * step
        for i in range(FFT // 2):
            mel = _mel(i * RATE / FFT)
            if left < mel < right:
                bank[b, i] = (mel - left) / (centre - left) if mel <= centre else (right - mel) / (right - centre)
    return bank.T


def _dct() -> torch.Tensor:
    k, n = torch.arange(CEPS)[:, None], torch.arange(BINS)[None]
    table = math.sqrt(2.0 / BINS) * torch.cos(math.pi / BINS * (n + 0.5) * k)
    table[0] = math.sqrt(1.0 / BINS)
    lift = 1.0 + 0.5 * LIFTER * torch.sin(math.pi * torch.arange(CEPS) / LIFTER)
    return (table * lift[:, None]).T


_WINDOW = (0.5 - 0.5 * torch.cos(2 * math.pi * torch.arange(WINDOW) / (WINDOW - 1))) ** 0.85
_FILTERS, _DCT = _filters(), _dct()
_FLOOR = torch.finfo(torch.float32).eps


def log_mel(wave: torch.Tensor) -> torch.Tensor:
    """(..., samples) in 16-bit units -> (..., frames, BINS); only whole windows."""
    frames = wave.unfold(-1, WINDOW, SHIFT)
    frames = frames - frames.mean(-1, keepdim=True)
    first = frames[..., :1]
    frames = frames - 0.97 * torch.cat([first, frames[..., :-1]], -1)
    power = torch.fft.rfft(frames * _WINDOW, FFT).abs().square()
    return (power @ _FILTERS).clamp_min(_FLOOR).log()


def cepstra(mel: torch.Tensor) -> torch.Tensor:
    """(..., frames, BINS) -> (..., frames, CEPS), liftered as Kaldi does."""
    return mel @ _DCT


def mfcc(wave: torch.Tensor) -> torch.Tensor:
    """The features that libvosk computes of the wave."""
    return cepstra(log_mel(wave))
