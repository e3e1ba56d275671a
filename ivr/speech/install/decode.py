"""The process that tries a model: loads it, decodes the speech on its standard input, prints what happened.

    python -m ivr.speech.install.decode LANG FOLDER   int16 at 8 kHz on stdin; one JSON object on stdout

It is a program of its own since libvosk may end the process it runs in.
"""

import json
import resource
import sys
from pathlib import Path

import numpy as np

from ivr.core.clock import SystemClock
from ivr.core.errors import ModelError
from ivr.speech.models import load
from ivr.speech.recogniser import Recogniser

_BATCH = 1600


def main(lang: str, folder: str) -> int:
    clock = SystemClock()
    samples = np.frombuffer(sys.stdin.buffer.read(), "<i2").astype(np.int16)
    begun_s = clock.monotonic()
    try:
        model = load(lang, Path(folder))
        loaded_s = clock.monotonic()
        recogniser = Recogniser(model)
        for start in range(0, len(samples), _BATCH):
            recogniser.accept(samples[start : start + _BATCH])
        heard = recogniser.final()
    except ModelError as error:
        print(json.dumps({"error": str(error)}))
        return 1
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    report = {"rate_hz": model.rate_hz, "dynamic": model.dynamic, "heard": heard.text, "memory_mb": peak // 1024}
    report |= {"load_s": round(loaded_s - begun_s, 3), "decode_s": round(clock.monotonic() - loaded_s, 3)}
    print(json.dumps(report))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
