"""A console over a database of its own: a clock that stands, users of every role, clients that behave as browsers."""

import atexit
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from random import Random
from secrets import token_urlsafe
from typing import Any

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.routing import Mount

from ivr.console.app import create_console
from ivr.console.guard import session_cookie
from ivr.console.parts import Around, ConsoleParts
from ivr.console.roles import BOUND_TO_A_PLACE, Role
from ivr.core.clock import Clock, SetClock
from ivr.core.data import data_dir
from ivr.core.settings import Settings
from ivr.desk.build import sms_texts
from ivr.desk.desk import Desk, DeskOptions
from ivr.speech.prompts import PromptLibrary
from ivr.store import users
from ivr.store.calls import Calls
from ivr.store.database import Database
from ivr.store.secrets import Secrets
from ivr.store.users import UserRow
from ivr.web.workroom import Workroom
from tests import real

NOW = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)  # ten in the morning in India
SINCE = NOW - timedelta(days=30)  # the users are there
SECRET = "k" * 32
PASSWORD = "a long sentence 7"
PLACE = "Guntur"


def around(db: Database, clock: Clock, data: Path, **settings: Any) -> Around:
    """What lies below a console, all of it real."""
    known = real.knowledge()
    given = {"data_dir": data, "secret_key": SecretStr(SECRET), "public_url": "http://testserver", **settings}
    secrets, made = Secrets(SECRET), Settings.model_construct(**given)
    desk = Desk(db, secrets, known.catalogue, sms_texts(made), DeskOptions(Random(1).randbytes, Random(2)))
    return Around(
        settings=made,
        db=db,
        secrets=secrets,
        desk=desk,
        calls=Calls(db, secrets),
        clock=clock,
        understander=known.understander,
        prompts=PromptLibrary(
            data_dir("grammars"), data_dir("audio"), data / "prompts", clock=clock, catalogue=known.catalogue
        ),
        grammars=data_dir("grammars"),
        blocking=Workroom(4, timeout_s=60),  # a test may run on a machine with much else to do
    )


def add_users(db: Database, now: datetime) -> None:
    """One of each role, named for it; all with PASSWORD."""
    with db.begin() as connection:
        for role in Role:
            place = PLACE if role in BOUND_TO_A_PLACE else None
            users.add(connection, UserRow(role, role, place, "en", False, False, False, now, None, None), _cheap())


@cache
def _cheap() -> str:
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@dataclass
class Desktop:
    """A console and a browser's worth of clients for it."""

    db: Database
    data: Path
    clock: SetClock = field(default_factory=lambda: SetClock(NOW))
    with_users: bool = False  # the database has them already

    def __post_init__(self) -> None:
        if not self.with_users:
            add_users(self.db, SINCE)
        self.around = around(self.db, self.clock, self.data)
        self.serve(self.around)

    def serve(self, below: Around) -> None:
        """The console over `below`, from now on."""
        console = create_console(below)
        self.parts: ConsoleParts = console.state.parts
        self.routes = console.routes
        self.app = Starlette(routes=[Mount("/console", console)])

    def client(self, name: str = "") -> "Browser":
        """A browser, signed in as `name` unless that is empty."""
        browser = Browser(Http(self.app))
        if name:
            browser.http.cookies.set(session_cookie(self.parts.around.secure), self.session(name), "testserver.local")
        return browser

    def session(self, name: str) -> str:
        """What the cookie of somebody holds who has signed in now. It is quicker than to sign in."""
        token = token_urlsafe(32)
        with self.db.begin() as connection:
            users.begin_session(connection, sha256(token.encode()).hexdigest(), name, self.clock.now(), True)
        return token


@cache
def _portal() -> BlockingPortal:
    """A loop in a thread of its own, to the end of the process: the browser tests have one in this thread."""
    manager = start_blocking_portal()
    portal = manager.__enter__()
    atexit.register(manager.__exit__, None, None, None)
    return portal


class Http:
    """Requests into an application, one after the other, with the cookies of the answers before."""

    def __init__(self, app: Starlette) -> None:
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://testserver")

    @property
    def cookies(self) -> httpx.Cookies:
        return self._client.cookies

    def get(self, path: str, **kwargs: Any) -> httpx.Response:
        return _portal().call(partial(self._client.get, path, **kwargs))

    def post(self, path: str, **kwargs: Any) -> httpx.Response:
        return _portal().call(partial(self._client.post, path, **kwargs))


@dataclass
class Browser:
    http: Http
    tokens: dict[str, str] = field(default_factory=dict)  # of the account's page, by session

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.http.get(f"/console{path}", headers=headers)

    def post(
        self, path: str, fields: dict[str, Any] | None = None, *, page: str = "/account", **kwargs: Any
    ) -> httpx.Response:
        """As a form of `page` would be sent: from ourselves, with that page's token."""
        token = self.token(page)
        sent = {"csrf": token, **(fields or {})}
        return self.http.post(f"/console{path}", data=sent, headers={"sec-fetch-site": "same-origin"}, **kwargs)

    def token(self, page: str = "/account") -> str:
        session = str(sorted(self.http.cookies.items()))
        if page != "/account" or session not in self.tokens:
            found = re.search(r'data-csrf="(\w*)"', self.get(page).text)
            self.tokens[session] = found[1] if found else ""
        return self.tokens[session]

    def sign_in(self, name: str, password: str = PASSWORD, **headers: str) -> httpx.Response:
        given = {"name": name, "password": password}
        return self.http.post("/console/sign-in", data=given, headers={"sec-fetch-site": "same-origin", **headers})
