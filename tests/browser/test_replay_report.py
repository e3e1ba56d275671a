"""The replay's HTML report in a real browser: it stands alone, plays from where it is clicked, fits a telephone."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from ivr.replay.case import Case
from ivr.replay.modes import Mode
from ivr.replay.report.page import write_report
from ivr.replay.run import Player
from tests.browser.conftest import DESKTOP, PATIENCE_S, ROOT, TELEPHONE
from tests.real import knowledge


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One call that went otherwise than expected, one that did not; both languages."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    player = Player(knowledge(), Mode.RECORDED, ROOT / "var" / "replay")
    wrong = replace(Case.load(ROOT / "audio/fixtures/hi/barge_in_greeting"), expect={"disposition": "answered"})
    right = Case.load(ROOT / "audio/fixtures/te/barge_in_greeting")
    with ThreadPoolExecutor(1) as thread:  # this one's loop is the browser's
        outcomes = [thread.submit(asyncio.run, player.play(case)).result() for case in (wrong, right)]
    write_report(path, outcomes, "Two calls")
    return path


@pytest.mark.parametrize("window", [DESKTOP, TELEPHONE], ids=["desktop", "telephone"])
def test_it_stands_alone_and_plays_where_it_is_clicked(chromium: Browser, report: Path, window: Any) -> None:
    page = chromium.new_page(viewport=window)
    page.set_default_timeout(PATIENCE_S * 1000)
    asked: list[str] = []
    told: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if not request.url.startswith("data:") else None)
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.goto(report.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == window["width"]
    call = page.locator(".call.failed")
    assert call.count() == 1
    assert "disposition" in call.locator(".problems").first.inner_text()
    call.locator("button[data-at]").last.click()
    page.wait_for_function("document.querySelector('.call.failed audio').currentTime > 1")
    page.wait_for_function("Number(document.querySelector('.call.failed .now').getAttribute('x1')) > 5")
    page.get_by_label("only what failed").check()
    assert page.locator(".call:visible").count() == 1
    assert (asked, told) == ([report.as_uri()], [])
    page.close()
