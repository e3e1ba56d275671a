"""The console as a process of its own: `python -m tests.browser.server FOLDER` prints its address once it listens.

FOLDER holds (or gets) the database. The clock begins at a set time and runs on from there, so that a page shows the
same deadlines every day.
"""

import sys
import time
from datetime import date, datetime, timedelta
from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from ivr.console.app import create_console
from ivr.store import daily
from ivr.store.database import Database
from ivr.store.upgrade import upgrade
from ivr.web.server import listen
from tests.browser.live_calls import lifespan
from tests.console.calls import desk_of_calls
from tests.console.house import NOW, add_users, around
from tools import sample


class RunningClock:
    """Ten in the morning when it was made, and on from there."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._begun = time.monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return time.monotonic() - self._begun


def application(folder: Path) -> Starlette:
    """The console over the database in `folder`."""
    db = Database(f"sqlite:///{folder / 'console.db'}")
    upgrade(db)
    add_users(db, NOW - timedelta(days=30))
    desk_of_calls(db, folder, long_s=600)
    clock = RunningClock(NOW)
    below = around(db, clock, folder)
    sample.fill(sample.House(db, below.secrets, below.desk, below.calls, NOW), officer_user="officer")
    sample.proof(folder)
    with db.begin() as connection:
        daily.roll_up(connection, date(2026, 9, 20), date(2026, 11, 21))
    routes = [Mount("/console", create_console(below)), Route("/axe.js", axe)]
    return Starlette(routes=routes, lifespan=lifespan(db, folder, clock))


def axe(_request: Request) -> Response:
    """The checker of accessibility, from the pages' own origin as their policy asks."""
    return Response(AXE_SCRIPT, media_type="text/javascript", headers={"Cache-Control": "max-age=3600"})


if __name__ == "__main__":
    listen(lambda: application(Path(sys.argv[1])), ("127.0.0.1", 0), lambda url: print(url, flush=True))
