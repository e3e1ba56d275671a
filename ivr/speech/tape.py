"""The sound of one call on disk: two channels of µ-law as the carrier sends them, and the peaks of both.

`<name>.wav` is 16 bytes a millisecond after a header of `HEADER_BYTES`: caller and helpline interleaved. `<name>.pk` is
a byte a channel for every `PEAK_MS`: the loudest sample as its 7-bit logarithmic magnitude. A process that is killed
leaves a header that promises too much; `TapeFile` reads by the size of the file and gives the header that is right.
Knows no call and no database. Blocking.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from ivr.core.errors import AudioError
from ivr.speech.audio import RATE_HZ

CHANNELS = 2
PEAK_MS = 50
SILENCE = b"\xff"
_PEAK_SAMPLES = RATE_HZ * PEAK_MS // 1000
_FORMAT = struct.Struct("<4sI4s4sIHHIIHHH4sII4sI")
HEADER_BYTES = _FORMAT.size
BYTES_PER_MS = RATE_HZ // 1000 * CHANNELS
_UNKNOWN = 0xFFFF_FFFF  # what streams write: "to the end of the file"


def header(data_bytes: int) -> bytes:
    """The WAV header of so many bytes of sound (format 7, µ-law, 8 kHz, two channels)."""
    known = 0 <= data_bytes <= _UNKNOWN - HEADER_BYTES
    size, whole = (data_bytes, HEADER_BYTES - 8 + data_bytes) if known else (_UNKNOWN, _UNKNOWN)
    rate = RATE_HZ * CHANNELS
    fmt = (18, 7, CHANNELS, RATE_HZ, rate, CHANNELS, 8, 0)
    return _FORMAT.pack(b"RIFF", whole, b"WAVE", b"fmt ", *fmt, b"fact", 4, size // CHANNELS, b"data", size)


def peaks(mulaw: bytes) -> npt.NDArray[np.uint8]:
    """Of one channel: 0 (silence) to 127 (loudest), one for every begun `PEAK_MS`."""
    short = -len(mulaw) % _PEAK_SAMPLES
    sound = np.frombuffer(mulaw + SILENCE * short, np.uint8)
    found: npt.NDArray[np.uint8] = (~sound & 0x7F).reshape(-1, _PEAK_SAMPLES).max(axis=1)
    return found


class Tape:
    """Writes one recording. Every piece but the last must be a multiple of `PEAK_MS` long. OSError where the disk
    refuses."""

    def __init__(self, path: Path) -> None:
        """A new file; FileExistsError where there is one."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._sound: BinaryIO = path.open("xb", buffering=0)
        self._peaks: BinaryIO = peaks_path(path).open("wb", buffering=0)
        self._sound.write(header(-1))
        self.data_bytes = 0

    @property
    def duration_ms(self) -> int:
        return self.data_bytes // BYTES_PER_MS

    def write(self, caller: bytes, helpline: bytes) -> None:
        """Both channels of the same time, 8 bytes a millisecond each."""
        both = np.empty((len(caller), CHANNELS), np.uint8)
        both[:, 0], both[:, 1] = np.frombuffer(caller, np.uint8), np.frombuffer(helpline, np.uint8)
        self._sound.write(both.tobytes())
        self._peaks.write(np.stack([peaks(caller), peaks(helpline)], axis=1).tobytes())
        self.data_bytes += both.size

    def close(self) -> None:
        """Write the true length; call once."""
        try:
            self._sound.seek(0)
            self._sound.write(header(self.data_bytes))
        finally:
            self._sound.close()
            self._peaks.close()


def peaks_path(path: Path) -> Path:
    """Where the peaks of a recording are."""
    return path.with_suffix(".pk")


@dataclass(frozen=True, slots=True)
class TapeFile:
    """A recording for reading, whether or not it was closed. AudioError where it is not there."""

    path: Path
    size: int  # bytes, with its header

    @classmethod
    def open(cls, path: Path) -> "TapeFile":
        try:
            size = path.stat().st_size
        except OSError as error:
            raise AudioError(f"{path}: cannot be read ({error.strerror})", code="recording_gone") from error
        return cls(path, HEADER_BYTES + max(0, size - HEADER_BYTES) // CHANNELS * CHANNELS)

    @property
    def duration_ms(self) -> int:
        return (self.size - HEADER_BYTES) // BYTES_PER_MS

    def read(self, start: int, stop: int) -> bytes:
        """Bytes `start` to `stop` (excluded) of the file with the header that is right."""
        stop = min(stop, self.size)
        right = header(self.size - HEADER_BYTES)[start:stop]
        begin = max(start, HEADER_BYTES)
        return right + self._data(begin, stop - begin) if begin < stop else right

    def sound(self, start_ms: int, stop_ms: int) -> tuple[bytes, bytes]:
        """Caller and helpline between these times, as far as there is sound."""
        first = HEADER_BYTES + max(0, start_ms) * BYTES_PER_MS
        data = self._data(first, min(self.size, HEADER_BYTES + stop_ms * BYTES_PER_MS) - first)
        return data[0::CHANNELS], data[1::CHANNELS]

    def peaks(self) -> bytes:
        """Caller and helpline in turn, for every `PEAK_MS`; measured anew where the file of peaks is not whole."""
        wanted = -(-(self.size - HEADER_BYTES) // (CHANNELS * _PEAK_SAMPLES)) * CHANNELS
        try:
            kept = peaks_path(self.path).read_bytes()
        except OSError:
            kept = b""
        if len(kept) >= wanted:
            return kept[:wanted]
        both = self.sound(0, self.duration_ms + PEAK_MS)
        return np.stack([peaks(channel) for channel in both], axis=1).tobytes()

    def _data(self, start: int, length: int) -> bytes:
        if length <= 0:
            return b""
        try:
            with self.path.open("rb") as file:
                file.seek(start)
                return file.read(length)
        except OSError as error:
            raise AudioError(f"{self.path}: cannot be read ({error.strerror})", code="recording_gone") from error


def erase(path: Path) -> None:
    """Remove a recording and its peaks; what is not there is well."""
    path.unlink(missing_ok=True)
    peaks_path(path).unlink(missing_ok=True)
