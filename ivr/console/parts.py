"""What the console is given by whoever composes the process, and what it makes of it once."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from jinja2 import Environment

from ivr.console.accounts import Accounts
from ivr.console.assets import Assets
from ivr.console.keys import Keys
from ivr.console.places import Places
from ivr.console.texts import Texts
from ivr.core.clock import Clock
from ivr.core.settings import Settings
from ivr.desk.desk import Desk
from ivr.speech.prompts import PromptLibrary
from ivr.store import users
from ivr.store.access import AccessLog
from ivr.store.calls import Calls
from ivr.store.database import Database
from ivr.store.secrets import Secrets
from ivr.understanding.understand import Understander

if TYPE_CHECKING:
    from ivr.console.visit import Flash, Visit

T = TypeVar("T")


class Blocking(Protocol):
    """Runs blocking work off the event loop. OverloadedError, StoreError when it takes too long."""

    async def run(self, work: Callable[..., T], *args: object) -> T: ...


@dataclass(frozen=True)
class Around:
    """What lies below the console."""

    settings: Settings
    db: Database
    secrets: Secrets
    desk: Desk
    calls: Calls
    clock: Clock
    understander: Understander
    prompts: PromptLibrary
    grammars: Path
    blocking: Blocking

    @property
    def secure(self) -> bool:
        """Whether browsers come by https."""
        return self.settings.public_url.startswith("https:")


@dataclass(frozen=True)
class ConsoleParts:
    """Everything a page may use."""

    around: Around
    accounts: Accounts
    access: AccessLog
    texts: Texts
    keys: Keys
    assets: Assets
    places: Places
    environment: Environment
    csrf_key: bytes
    frame: Callable[["Visit"], Mapping[str, Any]]  # what the bar shows

    @property
    def db(self) -> Database:
        return self.around.db

    @property
    def desk(self) -> Desk:
        return self.around.desk

    @property
    def clock(self) -> Clock:
        return self.around.clock

    def render(self, visit: "Visit", template: str, values: Mapping[str, Any]) -> str:
        """The HTML of a template for this visit."""
        return self.environment.get_template(template).render(**self.frame(visit), **values)

    def tell(self, visit: "Visit", flash: "Flash") -> None:
        """Keep what the next page is to tell."""
        if visit.held is not None:
            with self.db.begin() as connection:
                users.touch_session(connection, visit.held.token_hash, visit.now, json.dumps(flash))
