"""A worker in a process of its own that kills itself (SIGKILL) at a given step: before or after a commit, before or
after the carrier has taken something. What the carrier took stands in a file, as it would with a real one."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from ivr.core.clock import SetClock
from ivr.desk.desk import ticket_rules
from ivr.store.database import Database
from tests.store.office import Office

ticket_rules()  # read once, by the server that the processes are forked from


@dataclass
class Life:
    """`ends_at`: the step at which it ends; 0: it does not."""

    ends_at: int
    steps: int = 0

    def step(self) -> None:
        self.steps += 1
        if self.steps == self.ends_at:
            os.kill(os.getpid(), signal.SIGKILL)  # nothing is tidied up


class MortalDatabase(Database):
    def __init__(self, url: str, life: Life) -> None:
        super().__init__(url)
        self._life = life

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        with super().begin() as connection:
            yield connection
            self._life.step()
        self._life.step()


@dataclass
class FiledCarrier:
    """Appends a line for whatever it takes; lines are short, so that processes never mix them."""

    path: Path
    life: Life
    sent: tuple[tuple[str, str, str | None], ...] = ()

    async def send_sms(self, to: str, body: str, status_callback: str | None = None) -> str:
        return self._take(f"sms {to} {body}")

    async def create_call(self, to: str, url: str, status_callback: str | None = None) -> str:
        return self._take(f"call {to}")

    def _take(self, line: str) -> str:
        self.life.step()
        with self.path.open("ab") as file:
            file.write(f"{line}\n".encode())
        self.life.step()
        return f"X{os.getpid()}.{self.life.steps}"


def work(url: str, taken: Path, at: str, ends_at: int) -> None:
    """Do all that is due at `at`, or die."""
    life = Life(ends_at)
    db = MortalDatabase(url, life)
    office = Office(db)
    office.clock = SetClock(datetime.fromisoformat(at))
    office.carrier = FiledCarrier(taken, life)  # type: ignore[assignment]
    asyncio.run(office.worker().drain())
    db.dispose()
