"""Text to telephone speech by Piper, where an administrator has put it: the program `piper` on the path, and for a
language a voice `voices/<lang>/<name>.onnx` with its `.onnx.json` in the data folder.

A process a text: every published Piper reads a line and writes raw samples, and what else they can differs. Fixed
prompts are cached, so the cost (loading the voice) falls on what is said of one caller only. Nothing of Piper or of its
voices comes with this package.
"""

import json
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ivr.core.errors import AudioError, DataError
from ivr.speech.audio import RATE_HZ, Samples, resampled
from ivr.speech.levels import evened, trimmed

PROGRAM = "piper"
TIMEOUT_S = 20.0
SLOW = 1.25  # times as long: numbers that are written down


@dataclass(frozen=True, slots=True)
class PiperVoice:
    """`model`: the voice's file; `rate_hz`: of its samples, by its own description."""

    program: str
    model: Path
    rate_hz: int

    @property
    def key(self) -> str:
        """Equal for voices that sound equal; part of cache keys."""
        return f"piper|{self.model.name}|{self.model.stat().st_size}"

    def say(self, text: str, slow: bool = False) -> Samples:
        """`text` as 8 kHz speech. Blocking. AudioError when Piper fails or says nothing."""
        command = [self.program, "--model", str(self.model), "--output_raw"]
        command += ["--length_scale", str(SLOW)] if slow else []
        line = " ".join(text.split()).encode() + b"\n"
        try:
            done = subprocess.run(command, input=line, capture_output=True, timeout=TIMEOUT_S, check=False)  # noqa: S603
        except (OSError, subprocess.TimeoutExpired) as error:
            raise AudioError(f"{self.program} does not answer; take {self.model.parent} away to do without") from error
        if done.returncode or len(done.stdout) < 2:
            raise AudioError(f"{self.program} failed with {self.model.name} (exit {done.returncode})")
        samples = np.frombuffer(done.stdout[: len(done.stdout) // 2 * 2], "<i2").astype(np.int16)
        return evened(trimmed(resampled(samples, self.rate_hz, RATE_HZ)))


def piper_voices(folder: Path, languages: Iterable[str]) -> dict[str, PiperVoice]:
    """The voices below `folder`, the first of each language by name; none where there is no Piper. DataError where a
    voice lacks its description."""
    program = shutil.which(PROGRAM)
    found = {lang: sorted((folder / lang).glob("*.onnx")) for lang in languages} if program else {}
    return {lang: PiperVoice(program or "", models[0], _rate_hz(models[0])) for lang, models in found.items() if models}


def _rate_hz(model: Path) -> int:
    path = model.with_name(f"{model.name}.json")
    try:
        return int(json.loads(path.read_text(encoding="utf-8"))["audio"]["sample_rate"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path}: must stand beside the voice and name audio.sample_rate ({error!r})") from error
