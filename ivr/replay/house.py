"""A helpline of its own for replays: a fresh database, a set clock, a carrier that only remembers."""

import hashlib
import itertools
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import SecretStr
from sqlalchemy import event

from ivr.call.trace import Happened, TraceEvent, TraceSink
from ivr.core.clock import SetClock
from ivr.core.settings import Settings
from ivr.dialogue.events import TicketOpened
from ivr.replay.case import HouseRules
from ivr.replay.text_models import CurrentModels
from ivr.replay.wires import VirtualWire
from ivr.store.database import Database
from ivr.store.handovers import Handovers
from ivr.store.recordings import Recordings
from ivr.store.upgrade import upgrade
from ivr.web.assembly import Assembly, Knowledge, Surroundings, assemble

PUBLIC_URL = "http://replay.invalid"
AUTH_TOKEN = "replay-carrier-token"  # noqa: S105 - guards nothing: the replay's carrier and helpline share one process
NUMBER = "+911800111555"
OPERATOR = "+911800111556"
MISSED = "+911800111557"  # rings and never answers
DATABASE = "replay.db"
BEGINNING = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)  # a Monday, ten in the morning in India


class RememberingCarrier:
    """Takes SMS and calls and keeps them."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, str]] = []
        self.calls: list[tuple[str, str]] = []  # whom to, and the address that answers

    async def send_sms(self, to: str, body: str, status_callback: str | None = None) -> str:
        self.messages.append((to, body))
        return f"SM{len(self.messages):032x}"

    async def create_call(self, to: str, url: str, status_callback: str | None = None) -> str:
        self.calls.append((to, url))
        return placed_sid(len(self.calls))


def placed_sid(number: int) -> str:
    """The carrier's id of the nth call that the helpline makes."""
    return f"CAc{number:031x}"


class Entropy:
    """Bytes that look random and are the same in every replay."""

    def __init__(self) -> None:
        self._count = itertools.count()

    def __call__(self, length: int) -> bytes:
        return hashlib.shake_128(str(next(self._count)).encode()).digest(length)


@dataclass(slots=True)
class ReplayHouse:
    """`trace` grows as calls go on; `ears` by call are told the same; `models.now` hears them; `numbers` counts
    calls, so that a second one has another id."""

    assembly: Assembly
    clock: SetClock
    carrier: RememberingCarrier
    wire: VirtualWire
    trace: list[TraceEvent]
    ears: dict[str, TraceSink]
    models: CurrentModels
    settings: Settings
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def data_dir(self) -> Path:
        return self.settings.data_dir

    def occupy(self) -> None:
        """Have all operators speak with others."""
        for number in range(self.settings.operator_lines):
            other = f"CAbusy{number}"
            self.assembly.calls.begin(other, None, self.clock.now())
            Handovers(self.assembly.db, self.settings.operator_lines).ask(other, self.clock.now())

    def share(self, trace: tuple[TraceEvent, ...]) -> None:
        """Have several people use the telephone from which these tickets were opened."""
        for told in trace:
            if isinstance(told, Happened) and isinstance(told.event, TicketOpened):
                self.assembly.desk.share(told.event.number)

    def recordings(self) -> Recordings:
        """What callers left, read from the database itself."""
        return Recordings(self.assembly.db)


class _Shelf:
    """Databases that houses are done with, for later houses at files of their own: an engine keeps the statements that
    it has compiled, and compiling them anew took longer than a short call. What a replay stores may be lost."""

    def __init__(self) -> None:
        self._idle: list[tuple[Database, list[str]]] = []

    @contextmanager
    def database(self, path: Path) -> Iterator[Database]:
        """One at that file, closed and put back at the end."""
        db, where = self._idle.pop() if self._idle else _movable(path)
        where[0] = str(path)
        try:
            yield db
        finally:
            db.dispose()
            self._idle.append((db, where))


def _movable(path: Path) -> tuple[Database, list[str]]:
    """A database and, alone in a list, the file that its next connections open."""
    db, where = Database(f"sqlite:///{path}"), [str(path)]

    def connecting(dialect: Any, record: Any, arguments: list[Any], options: dict[str, Any]) -> None:
        arguments[0] = where[0]

    event.listen(db.engine, "do_connect", connecting)
    event.listen(db.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF").close())
    return db, where


_shelf = _Shelf()


@contextmanager
def replay_house(
    prompt_cache: Path | None = None, knowledge: Knowledge | None = None, rules: HouseRules | None = None
) -> Iterator[ReplayHouse]:
    """A house in a temporary folder. `prompt_cache` keeps synthesised prompts from one replay to the next, `knowledge`
    what was read of grammars/ already."""
    with TemporaryDirectory(prefix="janvaani-replay-") as folder:
        settings = _settings(Path(folder), rules or HouseRules())
        (Path(folder) / DATABASE).write_bytes(_empty_database())
        if prompt_cache is not None:
            prompt_cache.mkdir(parents=True, exist_ok=True)
            (Path(folder) / "prompts").symlink_to(prompt_cache.resolve(), target_is_directory=True)
        with _shelf.database(Path(folder) / DATABASE) as db:
            yield open_house(settings, SetClock(BEGINNING), knowledge, db)


def open_house(
    settings: Settings, clock: SetClock, knowledge: Knowledge | None = None, db: Database | None = None
) -> ReplayHouse:
    """A house over the database of `settings`; a second one over the same is the first after a restart."""
    knowledge = knowledge or Knowledge.load()
    trace: list[TraceEvent] = []
    ears: dict[str, TraceSink] = {}
    carrier, models = RememberingCarrier(), CurrentModels(knowledge.models)
    around = Surroundings(
        clock=clock,
        carrier=carrier,
        knowledge=replace(knowledge, models=models),
        sinks=lambda call_sid: _into(trace, ears, call_sid),
        entropy=Entropy(),
        rng=random.Random(1),  # noqa: S311 - replays must repeat
        db=db,
        worker=False,
    )
    assembly = assemble(settings, around)
    wire = VirtualWire(assembly.app, AUTH_TOKEN, clock, PUBLIC_URL)
    return ReplayHouse(assembly, clock, carrier, wire, trace, ears, models, settings)


@cache
def _empty_database() -> bytes:
    """A database with all its tables and nothing in them: made once a process, copied for each house."""
    with TemporaryDirectory(prefix="janvaani-replay-") as folder:
        db = Database(f"sqlite:///{Path(folder) / DATABASE}")
        upgrade(db)
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.dispose()
        return (Path(folder) / DATABASE).read_bytes()


def _into(trace: list[TraceEvent], ears: dict[str, TraceSink], call_sid: str) -> TraceSink:
    def sink(event: TraceEvent) -> None:
        trace.append(event)
        if call_sid in ears:
            ears[call_sid](event)

    return sink


def _settings(folder: Path, rules: HouseRules) -> Settings:
    """The replay's own settings: neither the environment nor `.env` changes a replay."""
    return Settings.model_construct(
        data_dir=folder,
        database_url=f"sqlite:///{folder / DATABASE}",
        public_url=PUBLIC_URL,
        secret_key=SecretStr("a key for replays, which keep no secret"),
        twilio_auth_token=SecretStr(AUTH_TOKEN),
        twilio_number=NUMBER,
        operator_number=OPERATOR if rules.operator else "",
        missed_call_number=MISSED,
        emergency_desks=rules.emergency_desks,
        region=rules.region,
        max_calls=rules.calls,
        rating_share=rules.rating_share,
        recording_days=90 if rules.record else 0,
    )
