"""Workers killed by SIGKILL at every step: nothing is lost, nothing is claimed twice. On SQLite and on PostgreSQL.

These take seconds: each step of a ticket's escalation is a process that dies there.
"""

import asyncio
import multiprocessing
import random
from collections import Counter
from datetime import timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from sqlalchemy import func, select

from ivr.desk.escalating import Escalation
from ivr.store import tickets
from ivr.store.database import Database
from ivr.store.schema import job, sms
from ivr.store.schema_tickets import ticket_event
from tests.store.mortal import FiledCarrier, Life, work
from tests.store.office import Office, appoint

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.store.mortal"])
LEASE = timedelta(seconds=61)
STEPS = 200  # more than the work has; the test ends at the first worker that lives


@pytest.fixture
def office(db: Database, tmp_path: Path) -> Office:
    appoint(db)
    house = Office(db)
    house.carrier = FiledCarrier(tmp_path / "taken", Life(0))  # type: ignore[assignment]
    return house


def start(url: str, tmp_path: Path, office: Office, ends_at: int) -> ForkServerProcess:
    arguments = (url, tmp_path / "taken", office.clock.now().isoformat(), ends_at)
    process = PROCESSES.Process(target=work, args=arguments)
    process.start()
    return process


RAISED = (["opened", "raise"], ["officer_new", "officer_raised", "officer_passed", "ticket_raised"])
REPEATED = (["opened", "repeat"], ["officer_new", "officer_raised"])


def due(office: Office, keys: list[str], district: str | None) -> list[str]:
    """Tickets of which their officer is to be told; then their time is up."""
    rows = [office.opened(key, district) for key in keys]
    office.clock.advance(48 * 3600)
    now = office.clock.now()
    Escalation(office.db, office.desk.jobs, office.desk.acting, office.clock, office.bell.ring).start(
        now - timedelta(minutes=6)
    )
    return [row.number for row in rows]


def rest(office: Office, numbers: list[str]) -> None:
    """Their time never comes again."""
    with office.db.begin() as connection:
        for number in numbers:
            tickets.write(connection, office.seen(number).id, {"next_escalation_at": None})


def finish(office: Office) -> None:
    """Another worker does what is left, once the dead one's leases are over."""
    for _ in range(2):
        office.clock.advance(LEASE.total_seconds())
        asyncio.run(office.worker().drain())


def check(office: Office, numbers: list[str], wanted: tuple[list[str], list[str]]) -> None:
    """Each ticket moved on exactly once; each SMS about it was wanted once and is sent; no job is left or dead."""
    for number in numbers:
        view = office.desk.grievances.ticket(number, office.clock.now())
        assert view is not None
        assert [event.kind for event in view.trail] == wanted[0]
        assert sorted(one.template for one in view.sms) == sorted(wanted[1])
        assert {one.state.value for one in view.sms} == {"sent"}
    with office.db.read() as connection:
        states = {row[0]: row[1] for row in connection.execute(select(job.c.state, func.count()).group_by(job.c.state))}
        assert states.keys() <= {"done", "ready"}  # the next round waits
        assert states.get("ready", 0) <= 1
        keys = connection.execute(select(func.count(), func.count(ticket_event.c.key.distinct()))).one()
        assert keys[0] >= keys[1]


def test_a_worker_killed_at_any_step_loses_and_doubles_nothing(office: Office, url: str, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    first = 1 if office.db.sqlite else 2  # the two databases share the steps between them: the code is the same
    for step in range(first, STEPS, 2):
        numbers = due(office, [f"CA1:{step}"], None)
        before = len(taken.read_text("utf-8").splitlines()) if taken.exists() else 0
        process = start(url, tmp_path, office, step)
        process.join()
        finish(office)
        check(office, numbers, REPEATED)
        lines = taken.read_text("utf-8").splitlines()[before:]
        assert len(lines) - len(set(lines)) <= 1, "only what the carrier took last may be taken again"
        if process.exitcode == 0:
            break
        rest(office, numbers)
    else:
        raise AssertionError("the work has more steps than were tried")
    assert step > 20


def test_four_workers_one_killed_share_the_work_without_loss(office: Office, url: str, tmp_path: Path) -> None:
    numbers = due(office, [f"CA1:{n}" for n in range(8)], "Guntur")
    rng = random.Random(7)
    workers = [start(url, tmp_path, office, 0) for _ in range(3)]
    workers.append(start(url, tmp_path, office, rng.randint(3, 12)))
    for process in workers:
        process.join()
    finish(office)
    check(office, numbers, RAISED)
    lines = Counter((tmp_path / "taken").read_text("utf-8").splitlines())
    assert sum(count - 1 for count in lines.values()) <= 1
    with office.db.read() as connection:
        attempts = connection.execute(select(func.max(job.c.attempt))).scalar_one()
        sent = connection.execute(select(func.count()).select_from(sms)).scalar_one()
    assert attempts <= 2
    assert sent == 4 * len(numbers)
