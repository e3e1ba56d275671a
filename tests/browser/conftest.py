"""A real browser before a real server process. Without a Chromium every test here is skipped, and says so by name.

IVR's own tests only look for one; `make test` installs Debian's where it can (see tools/chromium.py).
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, sync_playwright

from tests.console.house import PASSWORD
from tools.chromium import find

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "docs" / "screenshots"
DESKTOP, TELEPHONE = {"width": 1366, "height": 768}, {"width": 360, "height": 740}
WITHOUT = "no Chromium: install one (apt-get install chromium) or set CHROMIUM=/path/to/it"
# What another language or script can change without another template: names, letters' language, boxes that scroll.
_OF_WORDS = ("button-name", "document-title", "html-has-lang", "html-lang-valid", "image-alt", "label", "link-name",
             "scrollable-region-focusable", "select-name", "valid-lang")  # fmt: skip
PATIENCE_S = 60  # how long anything may take on a machine that has much else to do
_QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
          "--disable-sync", "--no-first-run", "--renderer-process-limit=1",
          "--autoplay-policy=no-user-gesture-required"]  # fmt: skip


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
        process.wait(PATIENCE_S)


@pytest.fixture(scope="package")  # not longer: its loop runs in this thread, and other tests run theirs
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=_QUIET)
        yield browser
        browser.close()


@dataclass
class Desk:
    """A signed-in person at a screen. `spoken`: the language that each user chose last; they are the server's.
    `problems`: what the browser complained of."""

    page: Page
    address: str
    spoken: dict[str, str]
    name: str = ""
    problems: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(f"{self.address}/console{path}")
        self.fonts()

    def fonts(self) -> None:
        self.page.wait_for_load_state("load")
        # two frames: only what was laid out asks for its font
        frame = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        self.page.evaluate(f"{frame}.then(() => document.fonts.ready).then(() => true)")

    def sign_in(self, name: str, lang: str = "en") -> None:
        """As the form would, without showing it; test_frame.py and the tests without script fill it in."""
        self.post("/sign-in", name=name, password=PASSWORD)
        self.name = name
        self.speak(lang)

    def speak(self, lang: str) -> None:
        """The interface in another language from the next page on."""
        if self.spoken.get(self.name, "en") != lang:
            self.post("/language", lang=lang, csrf=self._token())
            self.spoken[self.name] = lang

    def post(self, path: str, **fields: str | float | bool) -> str:
        """What a page would answer to this form."""
        answer = self.page.context.request.post(
            f"{self.address}/console{path}", form=fields, headers={"Origin": self.address}, max_redirects=0
        )
        assert answer.status == 303, (path, answer.status)
        return str(answer.headers["location"])

    def _token(self) -> str:
        found = re.search(r'data-csrf="(\w+)"', self.page.context.request.get(f"{self.address}/console/account").text())
        assert found is not None
        return found[1]

    def picture(self, name: str) -> None:
        """A screenshot for the guide, renewed when IVR_SCREENSHOTS is set."""
        self.fonts()
        if os.environ.get("SCREENSHOTS"):
            SCREENSHOTS.mkdir(exist_ok=True)
            self.page.screenshot(path=SCREENSHOTS / f"{name}.png")

    def audit(self, *, words_only: bool = False) -> list[str]:
        """What axe finds of serious or critical problems: rule and element. `words_only`: the rules that a second
        language of the same page can break."""
        if not self.page.evaluate("'axe' in window"):
            self.page.add_script_tag(url=f"{self.address}/axe.js")  # compiled once: the browser keeps it
        options: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}
        if words_only:
            options["runOnly"] = {"type": "rule", "values": _OF_WORDS}
        found: Any = self.page.evaluate("options => axe.run(options)", options)
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


@pytest.fixture(scope="module")
def window(chromium: Browser) -> Iterator[Page]:
    """One for all tests of a file: a new one costs more than a page, and its store of styles and fonts stays filled."""
    context = chromium.new_context(viewport=DESKTOP, locale="en-IN")  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_S * 1000)
    yield context.new_page()
    context.close()


@pytest.fixture
def page(window: Page) -> Iterator[Page]:
    """The window with nobody signed in and nothing open."""
    yield window
    window.unroute_all(behavior="ignoreErrors")
    for other in window.context.pages:
        if other is not window:
            other.close()
    window.goto("about:blank")
    window.context.clear_cookies()
    window.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    window.emulate_media(forced_colors="none")


@pytest.fixture(scope="session")
def spoken() -> dict[str, str]:
    return {}


@pytest.fixture
def desk(page: Page, address: str, spoken: dict[str, str]) -> Iterator[Desk]:
    """A screen before which nobody has signed in. The test fails where the browser complained (scripts, policy)."""
    one = Desk(page, address, spoken)
    told, raised = partial(_note, one), partial(_raised, one)
    page.on("console", told)
    page.on("pageerror", raised)
    yield one
    page.remove_listener("console", told)
    page.remove_listener("pageerror", raised)
    assert one.problems == []


def _raised(desk: Desk, error: Error) -> None:
    desk.problems.append(str(error))


def _note(desk: Desk, message: ConsoleMessage) -> None:
    kind, text = message.type, message.text
    expected = re.search(r"the server responded with a status of (?:4\d\d)", text)
    if kind in {"error", "warning"} and not expected:
        desk.problems.append(text)
