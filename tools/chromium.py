"""Finds a Chromium for the browser tests, or installs Debian's.

python -m tools.chromium             # print its path; exit 1 and one clear line where there is none
python -m tools.chromium --install   # if there is none and apt-get may be used, install Debian's first
"""

import os
import shutil
import subprocess
import sys
from functools import cache

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


@cache
def find() -> str | None:
    """The path of a Chromium: $CHROMIUM, else one on the path; None where there is none."""
    given = os.environ.get("CHROMIUM")
    if given:
        return shutil.which(given)
    return next(filter(None, map(shutil.which, _NAMES)), None)


def install() -> str | None:
    """Debian's, where this user is root and apt-get is there. Gives what stands in the way, None when it is done."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return "no root or no apt-get here"
    for words in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", "chromium"]):
        done = subprocess.run(
            [apt, *words], env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, capture_output=True, check=False
        )
        if done.returncode:
            return f"apt-get {words[0]} failed ({done.returncode})"
    find.cache_clear()
    return None


def main() -> int:
    why = None
    if find() is None and "--install" in sys.argv[1:]:
        sys.stderr.write("no Chromium: installing Debian's for the browser tests\n")
        why = install()
    found = find()
    if found is None:
        reason = f" ({why})" if why else ""
        sys.stderr.write(
            f"NOT RUN: tests/browser - there is no Chromium{reason}. "
            "`apt-get install chromium`, or set CHROMIUM=/path/to/it. All other tests run.\n"
        )
        return 1
    sys.stdout.write(f"{found}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
