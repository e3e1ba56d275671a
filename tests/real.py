"""What the real grammars say, read once for all tests of a process, and seldom anew from one run to the next."""

from functools import cache
from pathlib import Path

from ivr.web.assembly import Knowledge

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / "var" / "cache"


@cache
def knowledge() -> Knowledge:
    return Knowledge.load(cache=CACHE)
