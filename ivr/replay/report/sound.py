"""A call's sound for a page: both sides in one player, and their peaks as a drawing."""

import base64
import shutil
import subprocess
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from ivr.replay.stream import Heard
from ivr.speech.audio import RATE_HZ, mulaw_decode, mulaw_wav

BARS = 480  # of a waveform
MIDDLE = 30  # of a drawing twice as high
_ENCODER = ("-codec:a", "libmp3lame", "-b:a", "32k", "-ar", "16000", "-map_metadata", "-1", "-f", "mp3", "pipe:1")


def both_sides(streams: Sequence[Heard]) -> tuple[bytes, bytes]:
    """Caller and helpline over all streams of a call, µ-law."""
    caller = b"".join(bytes(heard.caller) for heard in streams)
    helpline = b"".join(bytes(heard.helpline) for heard in streams)
    length = max(len(caller), len(helpline))
    return caller.ljust(length, b"\xff"), helpline.ljust(length, b"\xff")


def player(caller: bytes, helpline: bytes) -> str:
    """A `data:` address of both sides, caller left: MP3 where ffmpeg can, a µ-law WAV four times as long otherwise."""
    both = np.stack([np.frombuffer(side, np.uint8) for side in (caller, helpline)], axis=1)
    wav = mulaw_wav(both.tobytes(), channels=2)
    small = _mp3(wav)
    kind, content = ("audio/mpeg", small) if small else ("audio/wav", wav)
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _mp3(wav: bytes) -> bytes:
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        return b""
    command = [ffmpeg, "-v", "error", "-bitexact", "-i", "pipe:0", *_ENCODER]
    done = subprocess.run(command, input=wav, capture_output=True, check=False)  # noqa: S603 - fixed words, our audio
    return done.stdout if done.returncode == 0 else b""


def drawing(mulaw: bytes, upwards: bool) -> str:
    """An SVG path, `BARS` wide, of one side's peaks from the middle (`MIDDLE`) up or down."""
    sign = -1 if upwards else 1
    bars = enumerate(peaks(mulaw))
    return "".join(f"M{at} {MIDDLE}v{sign * max(1, round(peak * (MIDDLE - 1)))}" for at, peak in bars if peak)


def peaks(mulaw: bytes, bars: int = BARS) -> list[float]:
    """The loudest sample of each of `bars` equal parts, 0 to 1, on a scale that shows quiet speech: its square root."""
    loud = np.abs(mulaw_decode(mulaw).astype(np.int32))
    edges = np.linspace(0, len(loud), bars + 1).astype(int)
    found = [int(loud[a:b].max(initial=0)) for a, b in pairwise(edges)]
    return [0.0 if value < 40 else float(np.sqrt(value / 32768)) for value in found]


def length_s(mulaw: bytes) -> float:
    return len(mulaw) / RATE_HZ
