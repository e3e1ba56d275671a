"""A recording spoiled step by step, from the mouth to the carrier. Seeded and pure but for codecs (ffmpeg).

speaker (speed) -> room (distance, surroundings) -> telephone (level, clipping, band) -> network (codec, lost packets)
-> carrier (µ-law)
"""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

import numpy as np

from ivr.core.errors import ReplayError
from ivr.replay.spoil.codecs import CODECS, coded
from ivr.replay.spoil.noise import NOISES, Wave, band, with_noise
from ivr.speech.audio import RATE_HZ, Samples, mulaw_decode, mulaw_encode, to_int16

SLOWEST, FASTEST = 0.8, 1.25
_PACKET = RATE_HZ // 50  # 20 ms
_BURST = 2.0  # packets are lost so many at a time, on average
_REVERB_S = 0.25
_SPAN, _SEEK = 240, 80  # samples of a piece and of the search, when speed is changed


@dataclass(frozen=True, slots=True)
class Spoil:
    """`noise` of NOISES at `snr_db` below the speech; `lost`: share of 20 ms packets, in bursts, filled by fading
    repeats; `codec` of CODECS; `clip_db`: so far above full scale the telephone is shouted at; `level_db` of all;
    `distance_m` from the mouth; `speed` 0.8-1.25, the pitch stays; `band`: only 300-3400 Hz; `mulaw`: G.711."""

    noise: str = ""
    snr_db: float = 20.0
    lost: float = 0.0
    codec: str = ""
    clip_db: float = 0.0
    level_db: float = 0.0
    distance_m: float = 0.0
    speed: float = 1.0
    band: bool = True
    mulaw: bool = True
    seed: int = 1

    def __post_init__(self) -> None:
        if self.noise and self.noise not in NOISES:
            raise ReplayError(f"no noise {self.noise!r}, only {', '.join(NOISES)}")
        if self.codec and self.codec not in CODECS:
            raise ReplayError(f"no codec {self.codec!r}, only {', '.join(CODECS)}")
        if not SLOWEST <= self.speed <= FASTEST:
            raise ReplayError(f"speed must be {SLOWEST} to {FASTEST}")
        if not 0 <= self.lost < 1 or self.distance_m < 0 or self.clip_db < 0:
            raise ReplayError("lost is a share below 1; distance and clipping are not negative")

    def for_file(self, name: str) -> "Spoil":
        """The same with a seed of this file's own, so that not all files meet the same stretch of noise."""
        return replace(self, seed=zlib.crc32(f"{self.seed}/{name}".encode()))


def spoil_of(given: Iterable[str]) -> Spoil:
    """NAME=VALUE each, names as in `Spoil`. ReplayError for what is none of them."""
    kinds = {field.name: field.type for field in fields(Spoil)}
    found: dict[str, object] = {}
    for one in given:
        name, _, value = one.partition("=")
        if name not in kinds or not value:
            raise ReplayError(f"{one}: write NAME=VALUE, with one of {', '.join(kinds)}")
        try:
            found[name] = _READ[str(kinds[name])](value)
        except (KeyError, ValueError) as error:
            raise ReplayError(f"{one}: no value of {name}") from error
    return Spoil(**found)  # type: ignore[arg-type]


_READ = {"<class 'str'>": str, "<class 'float'>": float, "<class 'int'>": int}
_READ["<class 'bool'>"] = lambda text: {"yes": True, "true": True, "no": False, "false": False}[text]  # type: ignore[assignment]


def spoiled(samples: Samples, how: Spoil) -> Samples:
    """int16 at 8 kHz in and out; as long as it was, but for `speed`."""
    wave = np.asarray(samples, np.float64)
    if how.speed != 1.0:
        wave = at_speed(wave, how.speed)
    if how.distance_m:
        wave = from_afar(wave, how.distance_m, how.seed)
    if how.noise:
        wave = with_noise(wave, how.noise, how.snr_db, how.seed)
    wave = wave * 10 ** (how.level_db / 20)
    if how.clip_db:
        loudest = np.abs(wave).max(initial=1.0)
        wave = np.clip(wave * (32767 / loudest) * 10 ** (how.clip_db / 20), -32767, 32767)
    if how.band:
        wave = band(wave)
    out = to_int16(wave)
    if how.codec:
        out = coded(out, how.codec)
    if how.lost:
        out = with_lost_packets(out, how.lost, how.seed)
    return mulaw_decode(mulaw_encode(out)) if how.mulaw else out


def mulaw_spoiled(mulaw: bytes, how: Spoil) -> bytes:
    """The same of µ-law."""
    return mulaw_encode(spoiled(mulaw_decode(mulaw), how))


def with_lost_packets(samples: Samples, share: float, seed: int) -> Samples:
    """Packets of 20 ms lost in bursts (Gilbert's model: two states, `_BURST` packets in the bad one on average), each
    filled by the last that came, fading by half each time, as receivers do."""
    rng, leave = np.random.default_rng(seed), 1 / _BURST
    enter = min(1.0, leave * share / (1 - share))
    out, bad, fade = samples.copy(), False, 1.0
    for start in range(0, len(out), _PACKET):
        bad = rng.random() >= leave if bad else rng.random() < enter
        if not bad:
            fade = 1.0
            continue
        fade /= 2
        piece = out[start : start + _PACKET]
        before = out[start - _PACKET : start] if start else np.zeros(_PACKET, np.int16)
        piece[:] = (before[: len(piece)] * (fade if fade == 0.5 else 0.5)).astype(np.int16)
    return out


def from_afar(wave: Wave, metres: float, seed: int) -> Wave:
    """The voice across a room: the direct sound falls by 6 dB a doubling from 0.1 m on, its echoes do not."""
    rng = np.random.default_rng(seed)
    length = int(_REVERB_S * RATE_HZ)
    tail = rng.normal(size=length) * np.exp(-6.9 * np.arange(length) / length)
    tail /= np.sqrt(np.square(tail).sum())
    direct = 1 / max(1.0, metres / 0.1)
    echoes = np.fft.irfft(np.fft.rfft(wave, len(wave) + length) * np.fft.rfft(tail, len(wave) + length))
    return np.asarray(wave * direct + 0.1 * echoes[: len(wave)])


def at_speed(wave: Wave, speed: float) -> Wave:
    """Faster or slower with its pitch kept: pieces laid over one another where they fit best (WSOLA; Verhelst and
    Roelands, 1993)."""
    if len(wave) <= 2 * _SPAN + _SEEK:
        return wave
    half, window = _SPAN, np.hanning(2 * _SPAN + 1)[:-1]
    out = np.zeros(int(len(wave) / speed) + 2 * half)
    at, here = 0, 0
    while here + half + 2 * half < len(wave) and at + 2 * half <= len(out):
        out[at : at + 2 * half] += wave[here : here + 2 * half] * window
        at += half
        follows = wave[here + half : here + 2 * half]
        wanted = int(at * speed)
        low, high = max(0, wanted - _SEEK), min(wanted + _SEEK, len(wave) - 2 * half)
        if low >= high:
            break
        fits = np.correlate(wave[low : high + half], follows, "valid")
        here = low + int(np.argmax(fits))
    return out[: int(len(wave) / speed)]
