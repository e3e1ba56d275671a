"""The durable queue on both databases."""

import random
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.core.errors import StoreError
from ivr.store.database import Database
from ivr.store.jobs import LONGEST_DELAY, MAX_ATTEMPTS, MAX_LAPSES, Job, Jobs, back_off

NOW = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)
LEASE = timedelta(seconds=60)
KINDS = ("work",)


@pytest.fixture
def jobs(db: Database) -> Jobs:
    return Jobs(db, random.Random(1))


def queue(db: Database, jobs: Jobs, key: str, at: datetime = NOW, kind: str = "work") -> bool:
    with db.begin() as connection:
        return jobs.enqueue(connection, kind, {"n": key}, key=key, at=at)


def take(jobs: Jobs, now: datetime = NOW) -> Job:
    job = jobs.claim("w", now, LEASE, KINDS)
    assert job is not None
    return job


def test_a_job_is_claimed_once_and_done(db: Database, jobs: Jobs) -> None:
    assert queue(db, jobs, "a")
    job = take(jobs)
    assert job.payload == {"n": "a"}
    assert job.attempt == 1
    assert jobs.claim("other", NOW, LEASE, KINDS) is None
    with db.begin() as connection:
        jobs.done(connection, job, NOW)
    assert jobs.counts() == {"done": 1}


def test_the_same_key_is_queued_once_even_after_it_was_done(db: Database, jobs: Jobs) -> None:
    assert queue(db, jobs, "a")
    assert not queue(db, jobs, "a")
    job = take(jobs)
    with db.begin() as connection:
        jobs.done(connection, job, NOW)
    assert not queue(db, jobs, "a")


def test_a_job_goes_with_the_transaction_that_causes_it(db: Database, jobs: Jobs) -> None:
    with db.engine.connect() as connection:
        assert jobs.enqueue(connection, "work", {}, key="a", at=NOW)
        connection.rollback()
    assert jobs.counts() == {}


def test_a_job_is_not_claimed_before_its_time_nor_by_a_worker_that_does_not_know_it(db: Database, jobs: Jobs) -> None:
    queue(db, jobs, "later", NOW + timedelta(seconds=5))
    queue(db, jobs, "other", kind="unknown")
    assert jobs.claim("w", NOW, LEASE, KINDS) is None
    assert jobs.next_due(KINDS) == NOW + timedelta(seconds=5)
    assert take(jobs, NOW + timedelta(seconds=5)).payload == {"n": "later"}


def test_a_worker_that_died_is_followed_after_its_lease_and_then_writes_nothing(db: Database, jobs: Jobs) -> None:
    queue(db, jobs, "a")
    dead = take(jobs)
    assert jobs.claim("w2", NOW + LEASE - timedelta(seconds=1), LEASE, KINDS) is None
    heir = take(jobs, NOW + LEASE)
    assert heir.attempt == 2
    for settle in (lambda c: jobs.done(c, dead, NOW), lambda c: jobs.fail(c, dead, NOW, "late", retryable=True)):
        with pytest.raises(StoreError, match="newer"), db.begin() as connection:
            settle(connection)
    assert not jobs.renew(dead, NOW, LEASE)
    with db.begin() as connection:
        jobs.done(connection, heir, NOW)


def test_a_lease_can_be_renewed(db: Database, jobs: Jobs) -> None:
    queue(db, jobs, "a")
    job = take(jobs)
    assert jobs.renew(job, NOW + timedelta(seconds=50), LEASE)
    assert jobs.claim("w2", NOW + LEASE, LEASE, KINDS) is None


def test_a_retryable_failure_comes_back_later_and_in_the_end_dies(db: Database, jobs: Jobs) -> None:
    queue(db, jobs, "a")
    now, states = NOW, []
    for _ in range(MAX_ATTEMPTS):
        job = take(jobs, now)
        with db.begin() as connection:
            states.append(jobs.fail(connection, job, now, "carrier", retryable=True))
        assert jobs.claim("w", now, LEASE, KINDS) is None
        now += LONGEST_DELAY
    assert states == ["ready"] * (MAX_ATTEMPTS - 1) + ["dead"]
    [letter] = jobs.dead()
    assert (letter.key, letter.last_error, letter.attempt) == ("a", "carrier", MAX_ATTEMPTS)


def test_a_dead_letter_can_be_given_all_its_attempts_again(db: Database, jobs: Jobs) -> None:
    queue(db, jobs, "a")
    job = take(jobs)
    with db.begin() as connection:
        assert jobs.fail(connection, job, NOW, "refused", retryable=False) == "dead"
    [letter] = jobs.dead()
    assert jobs.revive(letter.id, NOW)
    assert not jobs.revive(letter.id, NOW)
    again = take(jobs)
    assert again.attempt == 2
    assert again.max_attempts == 1 + MAX_ATTEMPTS
    assert jobs.dead() == []


def test_a_job_that_kills_its_workers_is_buried_and_the_next_is_served(db: Database, jobs: Jobs) -> None:
    queue(db, jobs, "poison")
    now = NOW
    for _ in range(MAX_LAPSES):
        assert take(jobs, now).payload == {"n": "poison"}
        now += LEASE
    queue(db, jobs, "good", now)
    assert take(jobs, now).payload == {"n": "good"}
    assert [letter.last_error for letter in jobs.dead()] == ["lease_ran_out"]


def test_four_claimers_never_claim_one_job_twice(url: str, db: Database, jobs: Jobs) -> None:
    for n in range(60):
        queue(db, jobs, str(n))
    claimed: Counter[int] = Counter()
    start = threading.Barrier(4)

    def claimer(name: str) -> None:
        own = Database(url)
        mine = Jobs(own, random.Random(0))
        start.wait()
        while (job := mine.claim(name, NOW, LEASE, KINDS)) is not None:
            claimed[job.id] += 1
        own.dispose()

    threads = [threading.Thread(target=claimer, args=(f"w{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == 60
    assert set(claimed.values()) == {1}


@given(attempt=st.integers(1, 40), seed=st.integers())
def test_the_back_off_grows_has_jitter_and_a_cap(attempt: int, seed: int) -> None:
    delay = back_off(attempt, random.Random(seed))
    whole = min(timedelta(seconds=5 * 2.0 ** (attempt - 1)), LONGEST_DELAY)
    assert whole / 2 <= delay <= whole


def test_several_are_claimed_at_once_and_none_of_them_twice(db: Database) -> None:
    jobs = Jobs(db, random.Random(1))
    with db.begin() as connection:
        for n in range(6):
            jobs.enqueue(connection, "work", {"n": n}, key=f"w{n}", at=NOW - timedelta(minutes=10 - n))
    lease = timedelta(seconds=60)
    first = jobs.claim_many("a", NOW, lease, ("work",), 4)
    second = jobs.claim_many("b", NOW, lease, ("work",), 4)
    assert [job.payload["n"] for job in (*first, *second)] == [0, 1, 2, 3, 4, 5]
    assert {job.attempt for job in (*first, *second)} == {1}
    assert jobs.claim_many("c", NOW, lease, ("work",), 4) == []
