"""Whole calls in virtual time: each test its own helpline and database, each sound really recognised, once."""

from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

from ivr.replay.case import Case, Turn
from ivr.replay.house import ReplayHouse, replay_house
from ivr.replay.virtual_loop import run_virtual
from ivr.web.assembly import Knowledge
from tests import real

from .heard_once import HeardOnce

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "audio" / "fixtures"
CACHE = ROOT / "var" / "replay" / "prompts"


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    known = real.knowledge()
    return replace(known, models=HeardOnce(known.models))


@pytest.fixture
def house(knowledge: Knowledge) -> Iterator[ReplayHouse]:
    with replay_house(CACHE, knowledge) as made:
        yield made


def fixture_case(name: str, *more: Turn, keep: int | None = None, caller: str | None = None) -> Case:
    """A recorded case, its first `keep` turns followed by `more`."""
    case = Case.load(FIXTURES / name)
    turns = (*case.turns[:keep], *more)
    return replace(case, caller=caller or case.caller, turns=turns, expect={})


def run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    return run_virtual(work())
