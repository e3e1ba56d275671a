"""A program of its own: espeak-ng as a process that turns lines of JSON into speech.

    python espeak.py LIBRARY DATA

A request is one line on standard input: {"text", "voice", "rate", "pitch", "range", "gap"}. The answer on standard
output is one line, {"samples": n, "rate_hz": r} followed by n little-endian int16 samples, or {"error": "..."}. It ends
with its standard input. It imports nothing of this package and nothing outside the standard library, so that a fault
in the synthesiser, or its licence, stays on this side of the pipe.
"""

import ctypes as c
import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any, BinaryIO, NoReturn

_SYNCHRONOUS = 2
_UTF8 = 1
_LIMIT_S = 8  # a text takes milliseconds
_NO_VOICE = 2
_PARAMETERS = {"rate": 1, "pitch": 3, "range": 4, "gap": 7}
_CALLBACK = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_int, c.c_void_p)


class Espeak:
    """espeak-ng's C library; one text at a time."""

    def __init__(self, library: str, data: str) -> None:
        self._lib = c.CDLL(library)
        self.rate_hz = int(self._lib.espeak_Initialize(_SYNCHRONOUS, 0, data.encode(), 0))
        if self.rate_hz <= 0:
            raise OSError(f"espeak-ng does not start with the data at {data}")
        self._pieces: list[bytes] = []
        self._callback = _CALLBACK(self._receive)  # kept: the library holds only its address
        self._lib.espeak_SetSynthCallback(self._callback)

    def _receive(self, wave: int | None, count: int, _events: int | None) -> int:
        if wave and count > 0:
            self._pieces.append(c.string_at(wave, count * 2))
        return 0

    def say(self, request: dict[str, Any]) -> bytes:
        """int16 samples at `rate_hz`, the same for the same request. ValueError when it cannot be had."""
        voice, text = request["voice"].encode(), request["text"].encode()
        numbers = {number: int(request[key]) for key, number in _PARAMETERS.items()}
        return _forked(lambda: self._speak(voice, numbers, text))

    def _speak(self, voice: bytes, numbers: dict[int, int], text: bytes) -> bytes:
        if self._lib.espeak_SetVoiceByName(voice):
            raise LookupError(voice)
        for number, value in numbers.items():
            self._lib.espeak_SetParameter(number, value, 0)
        self._pieces.clear()
        self._lib.espeak_Synth(text, len(text) + 1, 0, 1, 0, _UTF8, None, None)
        self._lib.espeak_Synchronize()
        return b"".join(self._pieces)


def _forked(work: Callable[[], bytes]) -> bytes:
    """`work()` done in a copy of this process. espeak-ng carries state from text to text: the same text would not sound
    the same, and after some hundred changes of voice it drops one. What crashes is the copy, too."""
    if not hasattr(os, "fork"):
        return work()
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        _end_with(work, write)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        made = pipe.read()
    _, status = os.waitpid(child, 0)
    if status == _NO_VOICE << 8:
        raise LookupError
    if status:
        raise ValueError(f"espeak-ng fails at this text (status {status})")
    return made


def _end_with(work: Callable[[], bytes], write: int) -> NoReturn:
    status = 1
    try:
        os.close(1)  # or who waits for our answers would wait for the copy's as well
        signal.alarm(_LIMIT_S)
        with os.fdopen(write, "wb") as pipe:
            pipe.write(work())
        status = 0
    except LookupError:
        status = _NO_VOICE
    finally:
        os._exit(status)


def serve(engine: Espeak, requests: BinaryIO, answers: BinaryIO) -> None:
    """One answer a line until the requests end."""
    for line in requests:
        try:
            audio = engine.say(json.loads(line))
            answer: dict[str, Any] = {"samples": len(audio) // 2, "rate_hz": engine.rate_hz}
        except LookupError:
            audio, answer = b"", {"error": "no such voice, or a request without all its keys"}
        except (ValueError, TypeError, AttributeError) as error:
            audio, answer = b"", {"error": str(error)}
        answers.write(json.dumps(answer).encode() + b"\n" + audio)
        answers.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever feeds us; we end when the requests do
    serve(Espeak(sys.argv[1], sys.argv[2]), sys.stdin.buffer, sys.stdout.buffer)
