"""Audio as numbers: G.711 µ-law tables, WAV files, and any other file as 8 kHz mono.

Inside the house audio is int16 at 8 kHz; outside, towards the carrier, it is µ-law. This module owns both forms and
nothing of time, networks or recognition.
"""

import shutil
import struct
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soxr

from ivr.core.errors import AudioError

Samples = npt.NDArray[np.int16]
Wide = npt.NDArray[np.int32]

RATE_HZ = 8000
FRAME_MS = 20
FRAME_SAMPLES = RATE_HZ * FRAME_MS // 1000
MULAW_SILENCE = 0xFF
BARE_MULAW = (".ulaw", ".mulaw", ".ul", ".mu", ".pcmu")  # 8 kHz, one channel, no header
MAX_FILE_BYTES = 512 * 1024 * 1024

_PCM, _MULAW, _EXTENSIBLE = 1, 7, 0xFFFE
_BIAS, _CLIP = 0x84, 32635


def _decoding_table() -> Samples:
    """ITU-T G.711 µ-law: code (0..255) -> linear sample, scaled to 16 bits."""
    codes = ~np.arange(256) & 0xFF
    magnitude = (((codes & 0x0F) << 3) + _BIAS) << ((codes & 0x70) >> 4)
    return np.where(codes & 0x80, _BIAS - magnitude, magnitude - _BIAS).astype(np.int16)


def _encoding_table() -> npt.NDArray[np.uint8]:
    """ITU-T G.711 µ-law: sample + 32768 -> code; 64 KiB, so that encoding is one look-up."""
    samples = np.arange(-32768, 32768)
    magnitude = np.minimum(np.abs(samples), _CLIP) + _BIAS
    exponent = np.floor(np.log2(magnitude)).astype(np.int64) - 7
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    sign = np.where(samples < 0, 0x80, 0)
    codes: npt.NDArray[np.uint8] = (~(sign | (exponent << 4) | mantissa) & 0xFF).astype(np.uint8)
    return codes


_DECODE = _decoding_table()
_ENCODE = _encoding_table()


def mulaw_decode(data: bytes) -> Samples:
    """µ-law bytes -> int16 samples of the same count."""
    return _DECODE.take(np.frombuffer(data, np.uint8))


def mulaw_encode(samples: Samples) -> bytes:
    """int16 samples -> µ-law bytes of the same count."""
    return _ENCODE.take(samples.astype(np.int32) + 32768).tobytes()


def silence(duration_ms: float) -> Samples:
    return np.zeros(round(duration_ms * RATE_HZ / 1000), np.int16)


def duration_ms(samples: Samples) -> int:
    return round(len(samples) * 1000 / RATE_HZ)


def level_dbfs(samples: Samples) -> float:
    """RMS level relative to full scale; -96 for digital silence or no audio."""
    if not len(samples):
        return -96.0
    power = float(np.mean(np.square(samples.astype(np.float64))))
    return max(-96.0, 10 * np.log10(power / 32768.0**2)) if power > 0 else -96.0


def to_int16(samples: npt.NDArray[np.floating]) -> Samples:
    """Rounded, clipped rather than wrapped."""
    whole: Samples = np.clip(np.rint(samples), -32768, 32767).astype(np.int16)
    return whole


def resampled(samples: Samples, from_hz: int, to_hz: int) -> Samples:
    """The whole signal at another rate."""
    if from_hz == to_hz or not len(samples):
        return samples
    changed: Samples = soxr.resample(samples, from_hz, to_hz)
    return changed


@dataclass(frozen=True, slots=True)
class _Format:
    code: int
    channels: int
    rate_hz: int
    bits: int


def read_any(path: Path) -> Samples:
    """Any audio file as int16 mono at 8 kHz; channels are averaged.

    WAV (PCM 8/16/24/32 bit, µ-law) and bare µ-law (a file named as in `BARE_MULAW`) are read here; other kinds by
    pydub, which needs ffmpeg. AudioError says what to do.
    """
    return _mono(*_wide(path))


def read_channels(path: Path) -> tuple[Samples, ...]:
    """Any audio file, as `read_any` takes it, each channel by itself: a call's recording has the caller on one."""
    wide, rate_hz = _wide(path)
    return tuple(resampled(wide[:, channel].astype(np.int16), rate_hz, RATE_HZ) for channel in range(wide.shape[1]))


def read_wav_bytes(data: bytes) -> Samples:
    """A WAV file's bytes, of the codings named at `read_any`, as int16 mono at 8 kHz. AudioError for others."""
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise AudioError("not a WAV file")
    found = _wav(data, "WAV")
    if found is None:
        raise AudioError("a WAV file that is neither PCM nor µ-law")
    return _mono(*found)


def _wide(path: Path) -> tuple[Wide, int]:
    """(samples as (time, channel), scaled to 16 bits; their rate)."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise AudioError(f"{path}: larger than {MAX_FILE_BYTES // 2**20} MiB; cut it into calls")
        data = path.read_bytes()
    except OSError as error:
        raise AudioError(f"{path}: cannot be read: {error.strerror or error}") from error
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        found = _wav(data, str(path))
        if found is not None:
            return found
    elif path.suffix.lower() in BARE_MULAW:
        return mulaw_decode(data).astype(np.int32)[:, None], RATE_HZ
    return _by_pydub(path)


def _mono(wide: Wide, rate_hz: int) -> Samples:
    return resampled(to_int16(wide.mean(axis=1, dtype=np.float64)), rate_hz, RATE_HZ)


def _wav(data: bytes, source: str) -> tuple[Wide, int] | None:
    """A WAV file's bytes; None where its coding is left to pydub."""
    layout: _Format | None = None
    at = 12
    while at + 8 <= len(data):
        name, size = data[at : at + 4], struct.unpack_from("<I", data, at + 4)[0]
        body = data[at + 8 : at + 8 + size]  # a recording cut off by a crash may be shorter than it says
        if name == b"fmt ":
            layout = _layout(body, source)
        elif name == b"data":
            if layout is None:
                raise AudioError(f"{source}: WAV data before its format; the file is damaged")
            return _samples(body, layout)
        at += 8 + size + (size & 1)
    raise AudioError(f"{source}: WAV without audio; the file is damaged")


def _layout(body: bytes, source: str) -> _Format:
    if len(body) < 16:
        raise AudioError(f"{source}: WAV with a cut-off format; the file is damaged")
    code, channels, rate_hz, _, _, bits = struct.unpack_from("<HHIIHH", body)
    if code == _EXTENSIBLE and len(body) >= 26:
        code = struct.unpack_from("<H", body, 24)[0]
    if not 1 <= channels <= 16 or not 1000 <= rate_hz <= 384_000:
        raise AudioError(f"{source}: WAV with {channels} channels at {rate_hz} Hz; the file is damaged")
    return _Format(code, channels, rate_hz, bits)


def _samples(body: bytes, layout: _Format) -> tuple[Wide, int] | None:
    wide = _linear(body, layout)
    if wide is None:
        return None
    whole = len(wide) // layout.channels * layout.channels
    return wide[:whole].reshape(-1, layout.channels), layout.rate_hz


def _linear(body: bytes, layout: _Format) -> npt.NDArray[np.int32] | None:
    """Interleaved samples scaled to 16 bits."""
    match layout.code, layout.bits:
        case 7, 8:
            return mulaw_decode(body).astype(np.int32)
        case 1, 8:
            return (np.frombuffer(body, np.uint8).astype(np.int32) - 128) << 8
        case 1, 16:
            return np.frombuffer(body[: len(body) // 2 * 2], "<i2").astype(np.int32)
        case 1, 24:
            triples = np.frombuffer(body[: len(body) // 3 * 3], np.uint8).reshape(-1, 3).astype(np.int32)
            wide = (triples[:, 2] << 8) | triples[:, 1]
            return np.where(wide >= 32768, wide - 65536, wide).astype(np.int32)
        case 1, 32:
            return np.frombuffer(body[: len(body) // 4 * 4], "<i4") >> 16
    return None


def _by_pydub(path: Path) -> tuple[Wide, int]:
    with warnings.catch_warnings():  # it imports audioop and looks for ffmpeg, and says so on every start
        warnings.simplefilter("ignore")
        from pydub import AudioSegment
        from pydub.exceptions import CouldntDecodeError

    if shutil.which("ffmpeg") is None:
        raise AudioError(f"{path}: not a plain WAV; install ffmpeg (apt install ffmpeg) or convert it to WAV")
    try:
        with path.open("rb") as file:  # given the path, it leaves the file open
            segment = AudioSegment.from_file(file)
    except (CouldntDecodeError, OSError, IndexError, KeyError, ValueError) as error:
        raise AudioError(f"{path}: not an audio file that ffmpeg can read") from error
    samples = np.array(segment.set_sample_width(2).get_array_of_samples(), np.int32)
    return samples.reshape(-1, segment.channels), segment.frame_rate


def write_wav(path: Path, samples: Samples, rate_hz: int = RATE_HZ) -> None:
    """PCM16 mono."""
    _write(path, samples.astype("<i2").tobytes(), _Format(_PCM, 1, rate_hz, 16))


def write_mulaw_wav(path: Path, mulaw: bytes, channels: int = 1) -> None:
    """µ-law at 8 kHz; with two channels the bytes are interleaved."""
    _write(path, mulaw, _Format(_MULAW, channels, RATE_HZ, 8))


def mulaw_wav(mulaw: bytes, channels: int = 1) -> bytes:
    """The WAV file of µ-law at 8 kHz."""
    return _file(mulaw, _Format(_MULAW, channels, RATE_HZ, 8))


def _write(path: Path, body: bytes, layout: _Format) -> None:
    try:
        path.write_bytes(_file(body, layout))
    except OSError as error:
        raise AudioError(f"{path}: cannot be written: {error.strerror or error}") from error


def _file(body: bytes, layout: _Format) -> bytes:
    width = layout.channels * layout.bits // 8
    fmt = struct.pack(
        "<HHIIHH", layout.code, layout.channels, layout.rate_hz, layout.rate_hz * width, width, layout.bits
    )
    chunks = [(b"fmt ", fmt if layout.code == _PCM else fmt + b"\0\0")]
    if layout.code != _PCM:
        chunks.append((b"fact", struct.pack("<I", len(body) // width)))
    chunks.append((b"data", body))
    content = b"".join(name + struct.pack("<I", len(part)) + part + b"\0" * (len(part) & 1) for name, part in chunks)
    return b"RIFF" + struct.pack("<I", 4 + len(content)) + b"WAVE" + content
