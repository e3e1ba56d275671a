"""The worker: attempts, retries, stopping, waking, and dying in the middle."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from ivr.core.errors import CarrierError
from ivr.desk.handlers import Sending, handlers
from ivr.desk.worker import Bell, Handler, Pace, Worker
from ivr.dialogue.commands import SendSms
from ivr.store.database import Database
from ivr.store.jobs import Job
from ivr.store.outbox import SmsState
from tests.store.house import CALLBACK, NOW, SECRETS, House

LINK = SendSms("CA1:2", "service_link", "hi", service="income_certificate")


@pytest.fixture
def house(db: Database) -> House:
    return House(db)


@pytest.mark.anyio
async def test_a_carrier_that_fails_is_asked_again_later(house: House) -> None:
    house.carrier.failures = [CarrierError("busy", code="carrier_20429", retryable=True)]
    house.desk.send_sms(house.call(), LINK, NOW)
    worker = house.worker()
    assert await worker.drain() == 1
    assert house.desk.sms()[0].state is SmsState.QUEUED
    house.clock.advance(5)
    assert await worker.drain() == 1
    assert (house.desk.sms()[0].state, house.desk.sms()[0].attempts) == (SmsState.SENT, 2)
    assert house.desk.jobs.counts() == {"done": 1}


@pytest.mark.anyio
async def test_a_carrier_that_refuses_for_good_leaves_a_dead_letter_that_can_be_revived(house: House) -> None:
    house.carrier.failures = [CarrierError("no", code="carrier_21211")]
    house.desk.send_sms(house.call(), LINK, NOW)
    await house.worker().drain()
    assert (house.desk.sms()[0].state, house.desk.sms()[0].reason) == (SmsState.FAILED, "carrier_21211")
    [letter] = house.desk.jobs.dead()
    assert letter.last_error == "carrier_21211"


@pytest.mark.anyio
async def test_a_bug_in_one_job_does_not_stop_the_others(house: House) -> None:
    done: list[int] = []

    async def run(job: Job) -> None:
        if job.payload["n"] == 0:
            raise KeyError("a bug")
        done.append(job.payload["n"])

    with house.db.begin() as connection:
        for n in range(3):
            house.desk.jobs.enqueue(connection, "work", {"n": n}, key=str(n), at=NOW)
    worker = Worker(house.db, house.desk.jobs, {"work": Handler(run)}, house.clock, house.bell)
    await worker.drain()
    assert done == [1, 2]
    assert house.desk.jobs.counts() == {"ready": 1, "done": 2}


@pytest.mark.anyio
async def test_a_local_job_wakes_the_worker_at_once_and_stop_lets_work_end(house: House) -> None:
    sending = Sending(house.db, SECRETS, house.carrier, house.clock, CALLBACK)
    pace = Pace(poll_s=600)  # only the bell can wake it in time
    worker = Worker(house.db, house.desk.jobs, handlers(sending), house.clock, house.bell, pace)
    task = asyncio.create_task(worker.run())
    async with asyncio.timeout(20):
        house.call()
        await asyncio.to_thread(house.desk.send_sms, "CA1", LINK, NOW)
        while not house.carrier.sent:
            await asyncio.sleep(0)
        worker.stop()
        await task
    assert house.desk.jobs.counts() == {"done": 1}


@pytest.mark.anyio
async def test_stopping_waits_for_the_job_in_work(house: House) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def run(job: Job) -> None:
        begun.set()
        await go_on.wait()

    with house.db.begin() as connection:
        house.desk.jobs.enqueue(connection, "work", {}, key="a", at=NOW)
    worker = Worker(house.db, house.desk.jobs, {"work": Handler(run)}, house.clock, house.bell)
    task = asyncio.create_task(worker.run())
    async with asyncio.timeout(20):
        await begun.wait()
        worker.stop()
        await asyncio.sleep(0)
        assert not task.done()
        go_on.set()
        await task
    assert house.desk.jobs.counts() == {"done": 1}


@pytest.mark.anyio
async def test_a_worker_waits_out_a_database_that_is_away() -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/none")
    house = House(away)
    worker = house.worker()
    assert await worker.drain() == 0


@pytest.mark.anyio
async def test_a_bell_rung_before_anyone_listens_is_heard() -> None:
    bell = Bell()
    bell.ring()
    async with asyncio.timeout(5):
        await bell.wait(600)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await bell.wait(600)


DYING_WORKER = """
import asyncio, sys
sys.path.insert(0, sys.argv[2])
from tests.store.house import House
from ivr.store.database import Database

class Stuck:
    async def send_sms(self, to, body, status_callback=None):
        print("holding", flush=True)
        await asyncio.Event().wait()

house = House(Database(sys.argv[1]))
house.carrier = Stuck()
asyncio.run(house.worker().run())
"""


@pytest.mark.anyio
async def test_the_work_of_a_worker_killed_in_the_middle_is_done_by_another(url: str, house: House) -> None:
    house.desk.send_sms(house.call(), LINK, NOW)
    command = [sys.executable, "-c", DYING_WORKER, url, str(Path(__file__).parents[2])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "holding\n"
        assert await house.worker().drain() == 0  # it is held
        process.kill()  # SIGKILL: nothing is tidied up
        process.wait()
    assert await house.worker().drain() == 0  # the lease is not over
    house.clock.advance(60)
    assert await house.worker().drain() == 1
    assert len(house.carrier.sent) == 1
    assert (house.desk.sms()[0].state, house.desk.sms()[0].attempts) == (SmsState.SENT, 2)
