"""The demo's house: the real server and a stand-in for the carrier's REST API on loopback ports, and calls to them."""

import asyncio
import secrets
import socket
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
from starlette.types import ASGIApp

from ivr.call.trace import Replied
from ivr.console.accounts import Accounts, NewUser
from ivr.console.places import Places
from ivr.console.roles import Role
from ivr.core.data import data_dir
from ivr.core.errors import ReplayError
from ivr.core.ids import format_ticket
from ivr.core.settings import Settings
from ivr.desk.acting import TELL
from ivr.desk.messages import SEND_SMS
from ivr.replay.carrier import CarrierCall, Line
from ivr.replay.case import Case
from ivr.replay.screen import Screen
from ivr.replay.stand_in import RestStandIn
from ivr.replay.wires import SocketWire
from ivr.store.access import AccessLog
from ivr.store.secrets import Secrets
from ivr.web.assembly import Assembly, Surroundings, assemble
from ivr.web.server import Server, address, bind

DELIVERY_S = 5.0  # for the worker to hand over what a call has queued


@dataclass(frozen=True, slots=True)
class DemoReport:
    """`tickets` as (number, service, district, due); `failed` as (case, what was expected and is not so)."""

    calls: int
    seconds: float
    tickets: list[tuple[str, str, str, str]]
    messages: list[str]
    failed: list[tuple[str, list[str]]]
    timing: str


@dataclass(slots=True)
class Demo:
    url: str
    _settings: Settings
    _assembly: Assembly
    _stand_in: RestStandIn
    _screen: Screen
    _begun: float = field(default_factory=time.monotonic)
    _played: int = 0
    _failed: list[tuple[str, list[str]]] = field(default_factory=list)

    @classmethod
    @asynccontextmanager
    async def start(cls, settings: Settings, screen: Screen) -> AsyncIterator["Demo"]:
        """Both servers running; stopped in order at the end."""
        token = settings.twilio_auth_token.get_secret_value()
        stand_in = RestStandIn(settings.twilio_account_sid, token)
        async with _serving(stand_in.app) as api_url:
            bound = bind("127.0.0.1", 0)
            url = address(bound)
            settings = settings.model_copy(update={"twilio_api_url": api_url, "public_url": url})
            around = Surroundings(sinks=lambda _: screen.happened, upgrade=True)
            assembly = await asyncio.to_thread(assemble, settings, around)
            async with _serving(assembly.app, bound):
                yield cls(url, settings, assembly, stand_in, screen)

    async def play(self, case: Case, speed: float) -> None:
        """One call over real sockets, `speed` times as fast as life; what it queued is waited for."""
        self._screen.call_begins(case)
        before = len(self._stand_in.taken.messages)
        async with httpx.AsyncClient(timeout=15) as client:
            wire = SocketWire(client, self._settings.twilio_auth_token.get_secret_value(), speed)
            sid = "CA" + secrets.token_hex(16)
            line = Line(f"{self.url}/twilio/voice", self._settings.twilio_number)
            await CarrierCall(wire, case, line, sid).run()
        await self._delivered()
        messages = [m.body for m in self._stand_in.taken.messages[before:]]
        row = await asyncio.to_thread(self._assembly.calls.show, sid)
        disposition = row.disposition if row else None
        self._screen.call_ended(messages, disposition)
        self._played += 1
        wanted = case.expect.get("disposition")
        if wanted != disposition:
            self._failed.append((case.name, [f"ended as {disposition}, expected {wanted}"]))

    async def user(self) -> tuple[str, str]:
        """A supervisor of the console: name and one-time password."""
        secrets_ = Secrets(self._settings.secret_key.get_secret_value())
        log = AccessLog(secrets_.key("access-log"))
        accounts = Accounts(self._assembly.db, secrets_, log, frozenset(Places.load(data_dir("grammars"))))
        new, now = NewUser("demo", Role.SUPERVISOR), self._assembly.services.clock.now()
        return new.name, await asyncio.to_thread(accounts.add, new, "system", now)

    async def _delivered(self) -> None:
        """Until every SMS is handed over or the time is up."""
        until = time.monotonic() + DELIVERY_S
        while time.monotonic() < until:
            if await asyncio.to_thread(self._assembly.desk.jobs.next_due, (TELL, SEND_SMS)) is None:
                return
            await asyncio.sleep(0.05)

    async def report(self) -> DemoReport:
        rows = await asyncio.to_thread(self._assembly.desk.tickets)
        return DemoReport(
            calls=self._played,
            seconds=time.monotonic() - self._begun,
            tickets=[
                (format_ticket(t.number), t.service, t.district or "-", f"{t.due_at:%d %b}" if t.due_at else "-")
                for t in rows
            ],
            messages=[m.body for m in self._stand_in.taken.messages],
            failed=self._failed,
            timing=_timing(self._screen.replies),
        )


def _timing(replies: list[Replied]) -> str:
    if not replies:
        return ""
    total = sorted(r.endpoint_ms / 1000 + r.work_s for r in replies)
    work = [r.work_s * 1000 for r in replies]
    return (
        f"Reply after end of speech: median {statistics.median(total):.2f} s, longest {total[-1]:.2f} s, "
        f"of which work median {statistics.median(work):.0f} ms and the rest the silence that ends a turn."
    )


@asynccontextmanager
async def _serving(app: ASGIApp, bound: socket.socket | None = None) -> AsyncIterator[str]:
    """The application on a loopback port; gives its address."""
    bound = bound or bind("127.0.0.1", 0)
    ready = asyncio.Event()
    server = Server(app, lambda _: ready.set())
    task = asyncio.create_task(server.serve(sockets=[bound]))
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if task.done():
        raise ReplayError("the server did not start")
    try:
        yield address(bound)
    finally:
        server.should_exit = True
        await task
