"""Errors that a test causes are logged as `ivr.core.logs` logs them: their plain traceback. What the library prints
where nothing is configured, coloured and with the locals of every frame, took a tenth of a second each."""

from collections.abc import Iterator

import pytest
import structlog

structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)
_OURS = structlog.get_config()


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    """A command that ran in a test's process leaves its own logging behind."""
    yield
    if structlog.get_config() != _OURS:
        structlog.configure(**_OURS)
