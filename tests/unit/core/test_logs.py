"""What may be logged."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from ivr.core import logs


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, before = root.handlers[:], root.level, structlog.get_config()
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**before)


def test_personal_fields_are_dropped(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info", json=True)
    logs.get_logger("desk").info("sms_queued", call_sid="CA1", pii_number="+919415550123")
    logs.get_logger("desk").debug("not_wanted")
    line = json.loads(capsys.readouterr().err)
    assert line["event"] == "sms_queued"
    assert line["call_sid"] == "CA1"
    assert line["level"] == "info"
    assert "pii_number" not in line


def test_an_operator_may_see_them_on_a_machine_of_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info", json=False, personal=True)
    logs.get_logger("desk").info("sms_queued", pii_number="+919415550123")
    assert "+919415550123" in capsys.readouterr().err


def test_libraries_log_through_the_same_door_and_talkative_ones_only_warnings(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure("info", json=True)
    logging.getLogger("uvicorn.error").info("started")
    logging.getLogger("httpx").info("POST +919415550123")
    assert json.loads(capsys.readouterr().err)["event"] == "started"


def test_the_locals_of_a_failure_are_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info")
    number = "+919415550123"
    try:
        int("x" if number else "")
    except ValueError:
        logs.get_logger("desk").exception("broke")
    printed = capsys.readouterr().err
    assert "ValueError" in printed
    assert number not in printed
