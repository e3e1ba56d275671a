"""A real browser before a real server process. Without a Chromium every test here is skipped, and says so by name.

IVR's own tests only look for one; `make test` installs Debian's where it can (see tools/chromium.py).
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.console.house import PASSWORD
from tools.chromium import find

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "docs" / "screenshots"
DESKTOP, TELEPHONE = {"width": 1366, "height": 768}, {"width": 360, "height": 740}
WITHOUT = "no Chromium: install one (apt-get install chromium) or set CHROMIUM=/path/to/it"
_QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync",
          "--no-first-run", "--autoplay-policy=no-user-gesture-required"]  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if find() is None:
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.skip(reason=WITHOUT))


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the server listens; one for all tests of a run."""
    folder = tmp_path_factory.mktemp("console")
    yield from serving(folder)


def serving(folder: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "tests.browser.server", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url, "the server did not start"
        yield url
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")  # not longer: its loop runs in this thread, and other tests run theirs
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=_QUIET)
        yield browser
        browser.close()


@dataclass
class Desk:
    """A signed-in person at a screen. `problems`: what the browser complained of."""

    page: Page
    address: str
    problems: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(f"{self.address}/console{path}")
        self.fonts()

    def fonts(self) -> None:
        self.page.wait_for_load_state("load")
        # two frames: only what was laid out asks for its font
        frame = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        self.page.evaluate(f"{frame}.then(() => document.fonts.ready).then(() => true)")

    def sign_in(self, name: str) -> None:
        self.open("/sign-in")
        self.page.fill("[name=name]", name)
        self.page.fill("[name=password]", PASSWORD)
        self.page.press("[name=password]", "Enter")
        self.page.wait_for_selector("details.menu")

    def speak(self, lang: str) -> None:
        """The interface in another language."""
        with self.page.expect_navigation():
            self.page.click(f".languages [value={lang}]")
        self.page.wait_for_selector(f"html[lang={lang}]")
        self.fonts()

    def picture(self, name: str) -> None:
        """A screenshot for the guide, renewed when IVR_SCREENSHOTS is set."""
        self.fonts()
        if os.environ.get("SCREENSHOTS"):
            SCREENSHOTS.mkdir(exist_ok=True)
            self.page.screenshot(path=SCREENSHOTS / f"{name}.png")

    def audit(self) -> list[str]:
        """What axe finds of serious or critical problems: rule and element."""
        from axe_playwright_python.sync_playwright import Axe

        found: Any = Axe().run(self.page).response
        return [
            f"{one['id']}: {one['nodes'][0]['target']} {one['nodes'][0]['html'][:90]}"
            for one in found["violations"]
            if one["impact"] in {"serious", "critical"}
        ]

    def wide(self) -> bool:
        """Whether the page must be scrolled sideways."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"))

    def widest(self) -> str:
        """The element that reaches furthest to the right; to mend a page that is too wide."""
        right = "e => e.getBoundingClientRect().right"
        script = f"[...document.querySelectorAll('main *')].sort((a, b) => ({right})(b) - ({right})(a))[0].outerHTML"
        return str(self.page.evaluate(script))[:200]


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    made = chromium.new_context(viewport=DESKTOP, locale="en-IN")  # type: ignore[arg-type]
    made.set_default_timeout(10_000)
    yield made
    made.close()


@pytest.fixture
def desk(context: BrowserContext, address: str) -> Iterator[Desk]:
    """A screen before which nobody has signed in. The test fails where the browser complained (scripts, policy)."""
    page = context.new_page()
    one = Desk(page, address)
    page.on("console", lambda message: _note(one, message.type, message.text))
    page.on("pageerror", lambda error: one.problems.append(str(error)))
    yield one
    assert one.problems == []


def _note(desk: Desk, kind: str, text: str) -> None:
    expected = re.search(r"the server responded with a status of (?:4\d\d)", text)
    if kind in {"error", "warning"} and not expected:
        desk.problems.append(text)
