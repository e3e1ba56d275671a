"""Everything that is measured, beside its peers, in one run.

    python -m bench [--quick] [NAME...]

Each part is a module of its own in a process of its own, so that none warms or fills another's memory. Parts write
their section of bench/RESULTS.md, and their targets to its table. Exit 1 when a part fails; a target that is missed is
said in the table, not by the exit code, for a busy machine misses it too.
"""

import argparse
import subprocess
import sys

from bench.processes import ROOT
from bench.results import RESULTS, load_average

PARTS = ("live", "sockets", "webhooks", "startup", "replays", "storing", "review", "console", "understanding")
_BUSY = 0.5


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help=f"what to measure: {', '.join(PARTS)}; default: all")
    parser.add_argument("--quick", action="store_true", help="shorter, with wider spread")
    options = parser.parse_args()
    if unknown := set(options.names) - set(PARTS):
        parser.error(f"no part is called {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    if float(load_average()) > _BUSY:
        print(f"load average {load_average()}: others use this machine, figures will be worse", file=sys.stderr)
    failed = []
    for name in options.names or PARTS:
        print(f"bench: {name}", file=sys.stderr, flush=True)
        words = ["--quick"] if options.quick else []
        if subprocess.run([sys.executable, "-m", f"bench.{name}", *words], cwd=ROOT, check=False).returncode:
            failed.append(name)
    print(f"bench: written to {RESULTS}", file=sys.stderr)
    if failed:
        sys.exit(f"bench: failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
