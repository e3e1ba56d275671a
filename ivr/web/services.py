"""What the web is given: settings of the edge and the ports behind it. Knows no implementation of theirs."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

from starlette.types import ASGIApp

from ivr.call.ports import CallBook, CallFactory, CarrierReports, KeypadLeg
from ivr.core.clock import Clock
from ivr.core.settings import Settings
from ivr.dialogue.commands import Play
from ivr.web.metrics import Metrics
from ivr.web.workroom import Workroom

Check = Callable[[], str | None]


class Rendered(Protocol):
    """A prompt as audio."""

    @property
    def mulaw(self) -> bytes: ...


class Prompts(Protocol):
    def render(self, play: Play, /) -> Rendered:
        """Blocking; IvrError where the prompt is not known or cannot be spoken."""
        ...


@dataclass(frozen=True, slots=True)
class LinkSection:
    """One language of the page behind an SMS link; every text is already in that language.

    `documents` None: not known, (): none needed. `fee` and `deadline` are whole phrases ("10 rupees"). `to_confirm`:
    a fact was assumed, and the office has to confirm it. `state`: how the link's complaint stands.
    """

    lang: str
    service: str
    documents: tuple[str, ...] | None = None
    fee: str | None = None
    deadline: str | None = None
    where: str | None = None
    say: str | None = None
    to_confirm: bool = False
    state: str | None = None


@dataclass(frozen=True, slots=True)
class LinkPage:
    """The page of a link: its languages in the order to show them. No name, number or word of the caller."""

    sections: tuple[LinkSection, ...]
    expired: bool = False


class Links(Protocol):
    def page(self, code: str, now: datetime, /) -> LinkPage | None:
        """The page of `code`, None when there is no such code. Blocking."""
        ...


@dataclass(frozen=True, slots=True)
class VerifySection:
    """One language of a certificate's page. Days as written in every script: 24-11-2026."""

    lang: str
    kind: str
    initials: str
    issued_on: str
    valid_until: str | None = None
    revoked_on: str | None = None


@dataclass(frozen=True, slots=True)
class VerifyPage:
    """What became of a check: `result` is valid, expired, revoked, mistyped, forged or altered; `sections` only where
    a genuine record was found, `known` where there is one of ours."""

    result: str
    sections: tuple[VerifySection, ...] = ()
    known: bool = False


class CertificatePages(Protocol):
    def page(self, code: str, now: datetime, /) -> VerifyPage:
        """What is to be shown for `code`, whatever was typed. Blocking."""
        ...


@dataclass(frozen=True, slots=True)
class Edge:
    """Settings of the edge. `public_url`: how the carrier reaches us, scheme and host (and port, prefix)."""

    public_url: str
    auth_token: str = field(repr=False)
    secret_key: bytes = field(repr=False)
    languages: tuple[str, ...]  # all of them hear an apology, in this order
    missed_call_number: str = ""
    metrics_from: str = "127.0.0.1/32,::1/128"
    call_max_s: int = 3600
    idle_s: float = 15.0
    start_s: float = 5.0

    @classmethod
    def of(cls, settings: Settings, secret_key: bytes, languages: tuple[str, ...]) -> "Edge":
        """The edge as the settings describe it."""
        return cls(
            public_url=settings.public_url,
            auth_token=settings.twilio_auth_token.get_secret_value(),
            secret_key=secret_key,
            languages=languages,
            missed_call_number=settings.missed_call_number,
            metrics_from=settings.metrics_from,
        )

    def url(self, path: str) -> str:
        """The public address of `path`."""
        return self.public_url.rstrip("/") + path

    def socket_url(self, path: str) -> str:
        """The public address of a WebSocket: wss where the public address is https."""
        parts = urlsplit(self.url(path))
        scheme = "ws" if parts.scheme == "http" else "wss"
        return urlunsplit((scheme, parts.netloc, parts.path, "", ""))

    def missing(self) -> tuple[str, ...]:
        """Settings without which no call is taken."""
        needed = {
            "IVR_PUBLIC_URL": self.public_url,
            "IVR_TWILIO_AUTH_TOKEN": self.auth_token,
            "IVR_SECRET_KEY": self.secret_key,
        }
        return tuple(name for name, value in needed.items() if not value)


@dataclass(frozen=True)
class AppServices:
    """The ports behind the web, made by whoever composes the process.

    `checks`: name -> a quick blocking check that returns None or what is wrong; they decide /readyz.
    `lifespan`: entered at start, left at shutdown (worker, pools, database).
    `console`: the operators' pages, under /console.
    `grammars`: the folder with <lang>/page.yaml.
    """

    edge: Edge
    clock: Clock
    book: CallBook
    factory: CallFactory
    keypad: KeypadLeg
    reports: CarrierReports
    prompts: Prompts
    links: Links
    certificates: CertificatePages
    grammars: Path
    metrics: Metrics = field(default_factory=Metrics)
    workroom: Workroom = field(default_factory=Workroom)
    checks: Mapping[str, Check] = field(default_factory=dict)
    lifespan: Callable[[], AbstractAsyncContextManager[None]] | None = None
    console: ASGIApp | None = None
