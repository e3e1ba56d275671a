"""A running server for the tests of a module that need no setting of their own."""

from collections.abc import Iterator

import pytest

from tests.web.carrier import Carrier, client, running, shared_switchboard
from tests.web.fakes import Behind


@pytest.fixture
def phone() -> Iterator[Carrier]:
    with running(Behind()) as one:
        yield one


@pytest.fixture(scope="session", autouse=True)
def _end_the_shared_server() -> Iterator[None]:
    yield
    client().close()
    if shared_switchboard.cache_info().currsize:
        shared_switchboard().end()
