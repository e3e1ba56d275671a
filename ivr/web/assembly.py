"""Puts the rooms together: from settings to an application that answers calls.

The server, the demo and the replays run the same assembly; they differ only in their `Surroundings`.
"""

import os
import random
import secrets as chance
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

import anyio
from anyio import CapacityLimiter, to_thread
from anyio.abc import TaskStatus
from starlette.applications import Starlette

from ivr.call.board import Board
from ivr.call.conversation import Parts
from ivr.call.factory import LineRules, Lines, Reports
from ivr.call.keypad import Keypad
from ivr.call.recorder import Recorder
from ivr.call.trace import TraceSink, nobody
from ivr.call.voicemail import Voicemail
from ivr.console.app import create_console
from ivr.console.parts import Around
from ivr.core.clock import Clock, SystemClock
from ivr.core.data import data_dir
from ivr.core.errors import ConfigurationError, IvrError
from ivr.core.settings import Settings
from ivr.desk.adopting import Adopting
from ivr.desk.build import every_handler, make_errands, make_learning, sms_texts
from ivr.desk.callbacks import CallBacks
from ivr.desk.desk import Desk, DeskOptions
from ivr.desk.handlers import Carrier, Sending
from ivr.desk.learnt_file import write_learnt
from ivr.desk.purging import Purging
from ivr.desk.worker import Bell, Worker
from ivr.dialogue.dialogue import Dialogue
from ivr.dialogue.events import ANY_EMERGENCY
from ivr.dialogue.ports import House
from ivr.speech.pool import DecodingPool
from ivr.speech.prompts import PromptLibrary
from ivr.store.calls import Calls
from ivr.store.database import Database
from ivr.store.handovers import Handovers
from ivr.store.live import Takers
from ivr.store.recordings import Recordings
from ivr.store.secrets import Secrets
from ivr.store.upgrade import require_newest, revision, upgrade
from ivr.understanding.catalogue import Catalogue
from ivr.understanding.learnt import FOLDER
from ivr.web.app import create_app
from ivr.web.carrier import Closing, carrier_of
from ivr.web.desk_metrics import DeskMetrics
from ivr.web.knowledge import Knowledge as Knowledge
from ivr.web.knowledge import fillers, hearing
from ivr.web.links import LinkPages
from ivr.web.metrics import Metrics
from ivr.web.services import AppServices, Check, Edge
from ivr.web.verify import VerifyPages
from ivr.web.workroom import Workroom

CALL_THREADS = 16
CONSOLE_THREADS = 4  # of its own: a slow page must not keep a webhook waiting


def silent(call_sid: str) -> TraceSink:
    return nobody


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is around the application. `carrier` None: the one of the settings. `knowledge` None: read anew.
    `db` None: the one of the settings. `upgrade`: bring an old database up to date first instead of refusing it; an
    empty one always is. `worker`: carry out queued work in this process."""

    clock: Clock = field(default_factory=SystemClock)
    carrier: Carrier | None = None
    knowledge: Knowledge | None = None
    sinks: Callable[[str], TraceSink] = silent
    entropy: Callable[[int], bytes] = chance.token_bytes
    rng: random.Random = field(default_factory=chance.SystemRandom)
    db: Database | None = None
    upgrade: bool = False
    worker: bool = True


@dataclass(frozen=True)
class Assembly:
    """The application and what its owner needs besides."""

    app: Starlette
    services: AppServices
    db: Database
    desk: Desk
    calls: Calls
    worker: Worker
    pool: DecodingPool
    board: Board


@dataclass(frozen=True, slots=True)
class _Rooms:
    settings: Settings
    around: Surroundings
    db: Database
    secrets: Secrets
    desk: Desk
    parts: Parts
    known: Knowledge
    pool: DecodingPool
    board: Board
    worker: Worker
    carrier: Carrier


def assemble(settings: Settings, around: Surroundings | None = None) -> Assembly:
    """Everything made and checked, nothing running yet. ConfigurationError says what is missing and what to do."""
    rooms = _rooms(settings, around or Surroundings())
    services = _services(rooms, data_dir("grammars"))
    made = create_app(services), services, rooms.db, rooms.desk, rooms.parts.calls, rooms.worker
    return Assembly(*made, rooms.pool, rooms.board)


def _rooms(settings: Settings, around: Surroundings) -> _Rooms:
    db = around.db or Database(settings.database_url)
    if around.upgrade or revision(db) is None:
        upgrade(db)
    require_newest(db)
    known = around.knowledge or _knowledge(settings, db)
    secrets, bell = Secrets(settings.secret_key.get_secret_value()), Bell()
    desk = Desk(db, secrets, known.catalogue, sms_texts(settings), DeskOptions(around.entropy, around.rng, bell.ring))
    carrier = around.carrier or carrier_of(settings)
    sending = Sending(db, secrets, carrier, around.clock, f"{settings.public_url}/twilio/status")
    pool = DecodingPool(settings.decoders or os.cpu_count() or 1, clock=around.clock)
    return _Rooms(
        settings=settings,
        around=around,
        db=db,
        secrets=secrets,
        desk=desk,
        parts=Parts(
            dialogue=_dialogue(settings, known),
            desk=desk,
            calls=Calls(db, secrets),
            handovers=Handovers(db, settings.operator_lines),
            callbacks=CallBacks(db, secrets, desk.confirming, bell.ring),
            errands=make_errands(settings, db, desk, known.catalogue, around.clock, bell),
            prompts=_prompts(settings, around.clock, known.catalogue),
            clock=around.clock,
            voicemail=Voicemail(Recordings(db), settings.data_dir),
            recorder=_recorder(settings, db),
            limiter=CapacityLimiter(CALL_THREADS),
            hearing=hearing(known, settings.emergency_keys),
            taker=Takers(db, secrets),
        ),
        known=known,
        pool=pool,
        board=Board(db, around.clock, f"{socket.gethostname()}:{os.getpid()}", lambda: pool.lag_s),
        worker=Worker(
            db,
            desk.jobs,
            {
                **every_handler(settings, db, desk, sending, carrier, bell),
                **make_learning(settings, db, around.clock, lambda: known.understander).handlers(),
            },
            around.clock,
            bell,
        ),
        carrier=carrier,
    )


def _knowledge(settings: Settings, db: Database) -> Knowledge:
    write_learnt(db, settings.data_dir)  # another machine may have accepted some
    return Knowledge.load(settings.speech_models, settings.data_dir / FOLDER, settings.cache)


def _dialogue(settings: Settings, known: Knowledge) -> Dialogue:
    desks = frozenset(settings.desks)
    if unknown := sorted(desks - known.grammars.emergency_services.keys() - {ANY_EMERGENCY}):
        known_kinds = ", ".join(sorted(known.grammars.emergency_services))
        raise ConfigurationError(
            f"IVR_EMERGENCY_DESKS: no such emergency: {', '.join(unknown)}; there are {known_kinds}, {ANY_EMERGENCY}"
        )
    house = House(
        settings.region, bool(settings.operator_number), desks, settings.emergency_keys, settings.rating_share
    )
    return Dialogue(known.understander, known.catalogue, known.script, house, known.grammars)


def _recorder(settings: Settings, db: Database) -> Recorder:
    return Recorder(Recordings(db), settings.data_dir, timedelta(days=settings.recording_days) or None)


def _prompts(settings: Settings, clock: Clock, catalogue: Catalogue) -> PromptLibrary:
    folder = settings.data_dir
    folders = data_dir("grammars"), data_dir("audio"), folder / "prompts"
    return PromptLibrary(*folders, clock=clock, catalogue=catalogue, voices_dir=folder / "voices", messages=folder)


def _services(rooms: _Rooms, grammars_dir: Path) -> AppServices:
    settings, around, parts = rooms.settings, rooms.around, rooms.parts
    languages = parts.prompts.languages
    operator = {"operator": settings.operator_number} if settings.operator_number else {}
    numbers = operator | settings.desks
    metrics = Metrics()
    metrics.watch(rooms.pool)
    metrics.tell_desk(DeskMetrics.of(rooms.db, around.clock, rooms.desk.acting.rules.matrix))
    sinks = metrics.timed(around.sinks)
    return AppServices(
        edge=Edge.of(settings, rooms.secrets.key("edge"), languages),
        clock=around.clock,
        book=parts.calls,
        factory=Lines(
            parts,
            rooms.known.models,
            rooms.pool,
            sinks,
            LineRules(settings.max_calls, languages, fillers(rooms.known.grammars), rooms.board),
        ),
        keypad=Keypad(parts, numbers, sinks, settings.operator_language),
        reports=Reports(parts),
        prompts=parts.prompts,
        certificates=VerifyPages(parts.errands.certificates, rooms.known.catalogue, languages),
        links=LinkPages(rooms.desk, rooms.known.catalogue, grammars_dir, languages, rooms.desk.messages.texts.states),
        grammars=grammars_dir,
        metrics=metrics,
        checks=_checks(rooms, languages),
        lifespan=lambda: _lifespan(rooms),
        console=create_console(_console(rooms)),
    )


def _console(rooms: _Rooms) -> Around:
    return Around(
        settings=rooms.settings,
        db=rooms.db,
        secrets=rooms.secrets,
        desk=rooms.desk,
        calls=rooms.parts.calls,
        clock=rooms.around.clock,
        understander=rooms.known.understander,
        prompts=rooms.parts.prompts,
        grammars=data_dir("grammars"),
        blocking=Workroom(CONSOLE_THREADS),
    )


def _checks(rooms: _Rooms, languages: tuple[str, ...]) -> dict[str, Check]:
    """What /readyz looks at: None or what is wrong."""

    def told(check: Callable[[], object]) -> Check:
        def run() -> str | None:
            try:
                check()
            except IvrError as error:
                return str(error)
            return None

        return run

    models = {f"model_{lang}": told(partial(rooms.known.models.get, lang)) for lang in languages}
    return {"database": told(lambda: require_newest(rooms.db)), **models}


async def _running(work: Callable[[], Awaitable[None]], task_status: TaskStatus[anyio.CancelScope]) -> None:
    with anyio.CancelScope() as scope:
        task_status.started(scope)
        await work()


@asynccontextmanager
async def _lifespan(rooms: _Rooms) -> AsyncIterator[None]:
    async with anyio.create_task_group() as tasks:
        if rooms.around.worker:
            purging = Purging(rooms.db, rooms.desk.jobs, rooms.settings.data_dir, rooms.around.clock)
            await to_thread.run_sync(purging.begin)
            tasks.start_soon(rooms.worker.run)
        known, board = rooms.known.understander, rooms.board
        adopting = Adopting(rooms.db, rooms.settings.data_dir, known, lambda: board.calls > 0)
        scopes = [await tasks.start(_running, work) for work in (board.run, adopting.run)]
        yield
        for scope in scopes:
            scope.cancel()
        rooms.worker.stop()
    if isinstance(rooms.carrier, Closing):
        await rooms.carrier.close()
    for room in (rooms.pool.close, rooms.parts.recorder.close, rooms.db.dispose):
        room()
