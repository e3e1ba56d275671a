"""Text to telephone speech by espeak-ng, in a process of its own (docs/decisions/0003-synthesis.md).

One text at a time under a lock; a process that dies or hangs is started again once. What comes out is 8 kHz int16, at
an even loudness, without the silence around it. It caches nothing and knows no prompts.
"""

import atexit
import json
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

import espeakng_loader
import numpy as np

from ivr.core.errors import AudioError
from ivr.speech.audio import RATE_HZ, Samples, resampled
from ivr.speech.levels import evened, trimmed

ENGINE = f"espeak-ng {version('espeakng-loader')}"
TIMEOUT_S = 10.0
MAX_TEXT = 4000


@dataclass(frozen=True, slots=True)
class Voice:
    """An espeak-ng voice. `rate` in words a minute, `pitch` and `range` 0..99, `gap` between words in 10 ms."""

    name: str
    variant: str = ""
    rate: int = 150
    pitch: int = 50
    range: int = 50
    gap: int = 0

    @property
    def full_name(self) -> str:
        return f"{self.name}+{self.variant}" if self.variant else self.name

    @property
    def key(self) -> str:
        """Equal for voices that sound equal; part of cache keys."""
        return f"{ENGINE}|{'|'.join(str(value) for value in asdict(self).values())}"


class Synthesiser:
    """The process, started at the first text. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def say(self, text: str, voice: Voice) -> Samples:
        """`text` as 8 kHz speech; empty when there is nothing to say. AudioError when it cannot be had."""
        if len(text) > MAX_TEXT:
            raise AudioError(f"a text of {len(text)} characters is too long to be spoken; the limit is {MAX_TEXT}")
        spoken = " ".join(text.replace("\0", " ").split())
        if not spoken:
            return np.zeros(0, np.int16)
        request = {"text": spoken, "voice": voice.full_name}
        request |= {key: getattr(voice, key) for key in ("rate", "pitch", "range", "gap")}
        with self._lock:
            samples, rate_hz = self._ask_twice(json.dumps(request).encode() + b"\n")
        return evened(trimmed(resampled(samples, rate_hz, RATE_HZ)))

    def close(self) -> None:
        """Ends the process; the next text starts another."""
        with self._lock:
            self._end()

    def _ask_twice(self, request: bytes) -> tuple[Samples, int]:
        for attempt in (1, 2):
            try:
                return self._ask(request)
            except (OSError, EOFError, json.JSONDecodeError) as error:
                self._end()
                if attempt == 2:
                    raise AudioError("espeak-ng does not answer; run `ivr doctor`", retryable=True) from error
        raise AssertionError("unreachable")

    def _ask(self, request: bytes) -> tuple[Samples, int]:
        process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        watchdog = threading.Timer(TIMEOUT_S, process.kill)  # a killed process ends the reads below
        watchdog.start()
        try:
            process.stdin.write(request)
            process.stdin.flush()
            return _answer(process.stdout)
        finally:
            watchdog.cancel()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-I", "-S", str(Path(__file__).with_name("espeak.py"))]
        command += [espeakng_loader.get_library_path(), espeakng_loader.get_data_path()]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603
        atexit.register(self.close)
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        atexit.unregister(self.close)
        process.kill()
        process.communicate()


def _answer(stream: IO[bytes]) -> tuple[Samples, int]:
    header = stream.readline()
    if not header:
        raise EOFError("the process ended")
    answer: dict[str, Any] = json.loads(header)
    if "error" in answer:
        raise AudioError(f"espeak-ng: {answer['error']}")
    wanted = int(answer["samples"]) * 2
    audio = stream.read(wanted)
    if len(audio) < wanted:
        raise EOFError("the process ended in the middle of an answer")
    return np.frombuffer(audio, "<i2").astype(np.int16), int(answer["rate_hz"])


_shared = Synthesiser()


def synthesise(text: str, voice: Voice) -> Samples:
    """`text` as 8 kHz int16 speech by the process that all of this program shares. Blocking; AudioError."""
    return _shared.say(text, voice)
