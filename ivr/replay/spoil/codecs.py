"""Codecs of telephone networks: encoded and decoded again, by ffmpeg where it has them."""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np

from ivr.core.errors import AudioError
from ivr.speech.audio import RATE_HZ, Samples

# name -> (ffmpeg's encoder, its container, its options)
CODECS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "gsm": ("libgsm", "gsm", ()),
    "amr": ("libopencore_amrnb", "amr", ("-b:a", "7.95k")),
    "opus": ("libopus", "ogg", ("-b:a", "8k", "-application", "voip")),
    "speex": ("libspeex", "ogg", ("-b:a", "8k")),
    "g726": ("g726", "wav", ("-b:a", "24k")),
}


@cache
def available() -> tuple[str, ...]:
    """Names of `CODECS` that this machine's ffmpeg can encode."""
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        return ()
    listed = _run([ffmpeg, "-v", "error", "-encoders"], b"").decode(errors="replace").split()
    return tuple(name for name, (encoder, _, _) in CODECS.items() if encoder in listed)


def coded(samples: Samples, codec: str) -> Samples:
    """The samples (8 kHz) through a codec and back, as long as they were. AudioError where it cannot be had."""
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        raise AudioError(f"codec {codec} needs ffmpeg: apt install ffmpeg")
    if codec not in available():
        raise AudioError(f"this ffmpeg has no encoder for {codec}; it has {', '.join(available()) or 'none of ours'}")
    encoder, container, options = CODECS[codec]
    pcm = ("-f", "s16le", "-ar", str(RATE_HZ), "-ac", "1")
    encode = [ffmpeg, "-v", "error", "-bitexact", *pcm, "-i", "pipe:0", "-c:a", encoder, *options, "-f", container]
    packed = _run([*encode, "pipe:1"], samples.astype("<i2").tobytes())
    raw = _run([ffmpeg, "-v", "error", "-f", container, "-i", "pipe:0", *pcm, "pipe:1"], packed)
    back = np.frombuffer(raw[: len(raw) // 2 * 2], "<i2").astype(np.int16)
    return np.pad(back[: len(samples)], (0, max(0, len(samples) - len(back))))


def _run(command: Sequence[str], data: bytes) -> bytes:
    done = subprocess.run(command, input=data, capture_output=True, check=False)  # noqa: S603 - words of ours
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        raise AudioError(f"ffmpeg failed: {lines[-1] if lines else 'without a word'}")
    return done.stdout
