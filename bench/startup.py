"""How long a start takes: until the server listens, and until a command answers.

    python -m bench.startup [--quick]

In turns: `ivr serve` on a data folder with its database; the peer, a bare process with one model and nothing else
(vosk-server's loop); and small commands. Wall-clock seconds, and processor seconds of the process.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.processes import ROOT, helpline, running
from bench.results import load_average, machine, spread, table, versions, write_section
from ivr.core.data import data_dir

ROUNDS = 5
IVR = "import sys; from ivr.cli import main; sys.argv[0] = 'ivr'; main()"
COMMANDS = (("--version",), ("understand", "--lang", "hi", "राशन कार्ड बनवाना है"), ("doctor", "--help"))

Took = tuple[float, float]  # wall and processor seconds


def listening(module: str, *arguments: str, env: dict[str, str] | None = None) -> Took:
    begun = time.perf_counter()
    with running(module, *arguments, env=env) as server:
        return time.perf_counter() - begun, server.cpu_s()


def answered(words: Sequence[str], env: dict[str, str]) -> Took:
    begun, before = time.perf_counter(), os.times()
    subprocess.run([sys.executable, "-c", IVR, *words], cwd=ROOT, env=os.environ | env, check=True, capture_output=True)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - begun, cpu


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    rounds = 2 if parser.parse_args().quick else ROUNDS
    begun, took = load_average(), dict[str, list[Took]]()
    with TemporaryDirectory(prefix="janvaani-bench-") as folder:
        _, env = helpline(Path(folder))
        listening("bench.served", f"{folder}/trace", env=env)  # makes the database
        for _ in range(rounds):
            took.setdefault("ivr serve", []).append(listening("bench.served", f"{folder}/trace", env=env))
            model = str(data_dir("audio") / "models" / "hi")
            took.setdefault("vosk-server's loop, one model", []).append(listening("bench.peers", "vosk", model))
            for words in COMMANDS:
                took.setdefault(f"ivr {' '.join(words[:2])}", []).append(answered(words, env))
    rows = [(name, spread([t[0] for t in times], 2), spread([t[1] for t in times], 2)) for name, times in took.items()]
    body = f"""`python -m bench.startup` on {machine()}; {versions(("vosk", "numpy", "starlette"))}.
Load average {begun} before, {load_average()} after.
{(__doc__ or "").split("[--quick]")[1].strip()}

{table(("what", "wall s", "processor s"), rows)}"""
    write_section("Start", body)


if __name__ == "__main__":
    main()
