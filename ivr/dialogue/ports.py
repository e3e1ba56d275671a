"""What the dialogue needs of its neighbours, as narrow as it uses them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from ivr.dialogue.script import Script
from ivr.understanding.result import Hypothesis, Understanding, WaitKind


class Service(Protocol):
    """An entry of the catalogue."""

    @property
    def department(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def ask(self) -> Sequence[str]: ...
    @property
    def sms(self) -> str | None: ...


class Catalogue(Protocol):
    @property
    def services(self) -> Mapping[str, Service]: ...
    def name(self, lang: str, service_id: str) -> str: ...
    def say(self, lang: str, service_id: str) -> str: ...


class Understander(Protocol):
    def understand(
        self, nbest: Sequence[Hypothesis], lang: str, kind: WaitKind, today: date, choices: Sequence[str] = ()
    ) -> Understanding: ...


class Grammars(Protocol):
    def recogniser_phrases(self, lang: str, kind: WaitKind, choices: Sequence[str] = ()) -> Sequence[str] | None: ...


@dataclass(frozen=True, slots=True)
class House:
    """The deployment, as far as a conversation depends on it: whose region, and who can be reached by telephone.
    `desks` are emergency kinds with a desk that calls may be connected to, `any` being one for all; `emergency_keys`,
    pressed in a row, call for help. `rating_share`: of a hundred resolved calls so many are asked for an opinion."""

    region: str = "UP"
    operator: bool = False
    desks: frozenset[str] = frozenset()
    emergency_keys: str = ""
    rating_share: int = 0


@dataclass(frozen=True, slots=True)
class World:
    """All that one step may look at besides the session."""

    understander: Understander
    catalogue: Catalogue
    script: Script
    house: House
