"""Carries out queued jobs: claims them, runs their handlers, notes how it went.

One loop on the event loop; the database is touched in a few threads of its own. It knows no kind of work; handlers do.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection

from ivr.core.clock import Clock
from ivr.core.errors import IvrError, StoreError
from ivr.store.database import Database
from ivr.store.jobs import Job, Jobs

T = TypeVar("T")
log = structlog.get_logger(__name__)

Settle = Callable[[Connection], None]
"""What a handler wants written in the transaction that ends its job."""


@dataclass(frozen=True, slots=True)
class Handler:
    """How one kind of job is done. `run` does the work outside a transaction and gives what to write with its end;
    IvrError fails the attempt. `failed` writes, in the transaction that notes a failure for good, what it means.
    `begin` is called, blocking, when a worker begins to run: kinds that come round and round queue their first job."""

    run: Callable[[Job], Awaitable[Settle | None]]
    failed: Callable[[Connection, Job, str], None] | None = None
    begin: Callable[[datetime], None] | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """`at_once` jobs are in work together. A handler gets three quarters of the lease, so that it has ended before
    the job can be taken over. `poll_s` is how late work queued by another process may be noticed."""

    at_once: int = 4
    lease: timedelta = timedelta(seconds=60)
    poll_s: float = 1.0


class Bell:
    """Rung from any thread when work was queued; wakes the worker of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rung = False
        self._listener: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    def ring(self) -> None:
        """There is work. Never blocks; without a listener it is remembered."""
        with self._lock:
            self._rung = True
            listener = self._listener
        if listener is not None and not listener[0].is_closed():
            listener[0].call_soon_threadsafe(listener[1].set)

    async def wait(self, timeout_s: float) -> None:
        """Until it was rung since the last wait, or the time is up."""
        event = asyncio.Event()
        with self._lock:
            self._listener = (asyncio.get_running_loop(), event)
            if self._rung:
                event.set()
        try:
            async with asyncio.timeout(timeout_s):
                await event.wait()
        except TimeoutError:
            pass
        finally:
            with self._lock:
                self._listener = None
                self._rung = False


class Worker:
    """One worker. Make it, `run` it until `stop` is called; jobs in work are then finished first."""

    def __init__(
        self, db: Database, jobs: Jobs, handlers: Mapping[str, Handler], clock: Clock, bell: Bell, pace: Pace = Pace()
    ) -> None:
        self._db = db
        self._jobs = jobs
        self._handlers = handlers
        self._clock = clock
        self._bell = bell
        self._pace = pace
        self._stopping = False
        self._name = f"w{id(self):x}"
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="worker")

    def stop(self) -> None:
        """Claim nothing more. From any thread."""
        self._stopping = True
        self._bell.ring()

    async def run(self) -> None:
        """Work until stopped. The database being away is waited out."""
        tasks: set[asyncio.Task[None]] = set()
        to_begin = [handler.begin for handler in self._handlers.values() if handler.begin is not None]
        try:
            while not self._stopping:
                if to_begin and await self._begun(to_begin[-1]):
                    to_begin.pop()
                    continue
                free = self._pace.at_once - len(tasks)
                claimed = await self._claim(free) if free else ()
                for job in claimed:
                    task = asyncio.create_task(self._work(job))
                    tasks.add(task)
                    task.add_done_callback(tasks.discard)
                    task.add_done_callback(lambda _: self._bell.ring())
                if not claimed:
                    await self._bell.wait(self._pace.poll_s)
            if tasks:
                await asyncio.wait(tasks)
        finally:
            self._threads.shutdown(wait=True)

    async def drain(self) -> int:
        """Do everything that is due now, one after the other, and say how many attempts that took. For tests, replays
        and the demo."""
        count = 0
        while claimed := await self._claim(1):
            await self._work(claimed[0])
            count += 1
        return count

    async def _begun(self, begin: Callable[[datetime], None]) -> bool:
        """Whether it could be done; else it is tried again at the next turn."""
        try:
            await self._blocking(begin, self._clock.now())
        except StoreError as error:
            log.warning("rounds_not_begun", code=error.code)
            return False
        return True

    async def _claim(self, most: int) -> Sequence[Job]:
        kinds = tuple(self._handlers)
        try:
            return await self._blocking(
                self._jobs.claim_many, self._name, self._clock.now(), self._pace.lease, kinds, most
            )
        except StoreError as error:
            log.warning("jobs_cannot_be_claimed", code=error.code)
            return ()

    async def _work(self, job: Job) -> None:
        handler = self._handlers[job.kind]
        try:
            async with asyncio.timeout(self._pace.lease.total_seconds() * 0.75):
                settle = await handler.run(job)
        except IvrError as error:
            await self._failed(job, handler, error.code, error.retryable)
        except TimeoutError:
            await self._failed(job, handler, "handler_timeout", retryable=True)
        except Exception:  # one of the three loops that may: a bug in one job must not stop the others
            log.exception("job_broke", kind=job.kind, job=job.id, attempt=job.attempt)
            await self._failed(job, handler, "internal", retryable=True)
        else:
            await self._settle(job, settle)

    async def _settle(self, job: Job, settle: Settle | None) -> None:
        def write() -> None:
            with self._db.begin() as connection:
                if settle is not None:
                    settle(connection)
                self._jobs.done(connection, job, self._clock.now())

        await self._written(job, write)

    async def _failed(self, job: Job, handler: Handler, code: str, retryable: bool) -> None:
        def write() -> None:
            with self._db.begin() as connection:
                state = self._jobs.fail(connection, job, self._clock.now(), code, retryable=retryable)
                if state == "dead" and handler.failed is not None:
                    handler.failed(connection, job, code)
            log.warning("job_failed", kind=job.kind, job=job.id, attempt=job.attempt, code=code, state=state)

        await self._written(job, write)

    async def _written(self, job: Job, write: Callable[[], None]) -> None:
        """If it cannot be written the lease runs out and another attempt follows."""
        try:
            await self._blocking(write)
        except StoreError as error:
            log.warning("job_not_settled", kind=job.kind, job=job.id, attempt=job.attempt, code=error.code)

    async def _blocking(self, work: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: work(*args))
