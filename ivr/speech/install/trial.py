"""Tries a model as a call would use it, in a process of its own, so that an abort in libvosk stays an error."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import ivr
from ivr.core.errors import AudioError, ModelError
from ivr.speech.audio import Samples, silence
from ivr.speech.models import check_files
from ivr.speech.synthesis import Voice, synthesise

TIMEOUT_S = 600.0  # a model of gigabytes from a slow disk takes minutes
_TEXT = "1 2 3"  # every voice says digits in its own language


@dataclass(frozen=True, slots=True)
class Trial:
    """How a model did: `heard` may be "", which is no failure; `memory_mb` is the most the process held."""

    rate_hz: int
    dynamic: bool
    heard: str
    load_s: float
    decode_s: float
    memory_mb: int


def try_out(lang: str, folder: Path, timeout_s: float = TIMEOUT_S) -> Trial:
    """Checks the files of the model in `folder`, loads it and lets it hear a second of speech.

    ModelError says what is wrong and what to do.
    """
    check_files(folder)
    command = [sys.executable, "-m", "ivr.speech.install.decode", lang, str(folder.resolve())]
    sound = _speech(lang).astype("<i2").tobytes()
    try:
        done = subprocess.run(  # noqa: S603
            command, input=sound, capture_output=True, timeout=timeout_s, env=_environment(), check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ModelError(
            f"{folder}: not loaded within {timeout_s:.0f} s; use a smaller model or more memory"
        ) from error
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        raise ModelError(f"{folder}: {_ending(done)}") from None
    if "error" in answer:
        raise ModelError(str(answer["error"]))
    return Trial(**answer)


def _ending(done: "subprocess.CompletedProcess[bytes]") -> str:
    if done.returncode == -signal.SIGKILL:
        return "ended by the system while loading, most likely for want of memory; use a smaller model or more memory"
    lines = done.stderr.decode("utf-8", errors="replace").split("\n")
    reason = next((line.strip() for line in lines if "ERROR" in line or "ASSERTION" in line), "no reason given")
    return f"libvosk ended the process that tried this model ({reason[:300]}); install another"


def _speech(lang: str) -> Samples:
    """At least a second; in English where espeak-ng has no voice of this language, silence where it has none at all."""
    for voice in (lang, "en"):
        try:
            return np.concatenate((silence(250), synthesise(_TEXT, Voice(voice)), silence(500)))
        except AudioError:
            continue
    return silence(1000)


def _environment() -> dict[str, str]:
    """With this package on the path, however this process found it."""
    paths = [str(Path(ivr.__file__).parent.parent), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
