"""The queue for a person."""

import threading
from datetime import datetime, timedelta

import pytest

from ivr.store.database import Database
from ivr.store.handovers import LEFT_AFTER, Handovers, Place
from tests.store.house import NOW, House


def later(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


@pytest.fixture
def house(db: Database) -> House:
    made = House(db)
    for n in range(8):
        made.call(f"CA{n}")
    return made


def test_the_first_gets_the_line_and_the_others_their_places(house: House) -> None:
    queue = Handovers(house.db, lines=1)
    assert queue.ask("CA0", NOW) == Place(0)
    assert queue.ask("CA0", NOW) == Place(0), "asked again it keeps its line"
    assert [queue.ask(f"CA{n}", later(n / 60)).number for n in (1, 2)] == [1, 2]
    assert not queue.free(NOW)
    queue.ended("CA0", "completed", later(1))
    assert queue.ask("CA2", later(1)).number == 2, "who came first goes first"
    assert queue.ask("CA1", later(1)).number == 0
    assert queue.ask("CA2", later(1)).number == 1


def test_who_has_left_the_queue_holds_nobody_up(house: House) -> None:
    queue = Handovers(house.db)
    queue.ask("CA0", NOW)
    queue.ask("CA1", NOW)
    queue.ask("CA2", later(0.1))
    queue.ended("CA0", "completed", later(1))
    queue.ended("CA1", "left", later(1))
    assert queue.ask("CA2", later(1)) == Place(0)
    queue.ended("CA2", "completed", later(2))
    queue.ask("CA3", later(2))
    queue.ask("CA4", later(2))
    queue.ended("CA3", "completed", later(3))
    assert queue.ask("CA5", later(3)).number == 2
    assert queue.ask("CA5", later(2) + LEFT_AFTER + timedelta(seconds=1)) == Place(0), "CA4 does not ask any more"


def test_the_wait_is_estimated_from_the_last_calls(house: House) -> None:
    queue = Handovers(house.db, lines=2)
    for n in (0, 1):
        queue.ask(f"CA{n}", NOW)
        queue.answered(f"CA{n}", later(0.2))
    assert queue.ask("CA2", NOW).minutes == 3, "nothing measured yet"
    queue.ended("CA0", "completed", later(4))
    queue.ended("CA1", "completed", later(8))
    queue.ended("CA2", "left", later(8))
    queue.ask("CA3", later(8))
    queue.ask("CA4", later(8))
    assert queue.ask("CA5", later(8)).minutes == 6
    assert queue.ask("CA6", later(8)).minutes == 6
    assert queue.ask("CA7", later(8)).minutes == 12


def test_a_second_transfer_of_one_call_queues_anew(house: House) -> None:
    queue = Handovers(house.db)
    queue.ask("CA0", NOW)
    queue.ended("CA0", "no-answer", later(1))
    queue.ask("CA1", later(1))
    assert queue.ask("CA0", later(2)).number == 1


def test_two_calls_never_take_the_same_line(house: House) -> None:
    queue = Handovers(house.db)
    start, places = threading.Barrier(4), []

    def ask(n: int) -> None:
        start.wait()
        places.append(queue.ask(f"CA{n}", NOW).number)

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert places.count(0) == 1
