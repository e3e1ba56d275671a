"""Reviewing at the screen: keys alone, in every language; words and flags move the sound; long calls cost little."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Response

from tests.browser.conftest import PATIENCE_S, TELEPHONE, Desk

LONG, NO_MATCH, EMERGENCY = "CAlong00000084217", "CAnomatch000084214", "CAemergency0084213"
NOW_MS = "player.audio.currentTime * 1000"


def until(desk: Desk, condition: str) -> None:
    """Asked inside the page. Playwright's own waiting evaluates text there, which our policy forbids."""
    ask = f"""async (limit) => {{
        const end = performance.now() + limit;
        while (!({condition}) && performance.now() < end) await new Promise((done) => setTimeout(done, 20));
        return Boolean({condition});
    }}"""
    assert desk.page.evaluate(ask, PATIENCE_S * 1000), f"never came true: {condition}"


def ready(desk: Desk) -> None:
    until(desk, "window.player && player.audio.readyState >= 2 && player.wave.peaks.length > 0")


def slowly(desk: Desk) -> None:
    """From now on the sound hardly moves by itself, however long the test takes to look at it."""
    desk.page.evaluate("player.audio.playbackRate = 0.1")


def at(desk: Desk, ms: float, within: float = 1_500) -> None:
    """The sound is about there, and plays."""
    until(desk, f"!player.audio.paused && Math.abs({NOW_MS} - {ms}) < {within}")


@pytest.mark.parametrize("lang", ["hi", "te", "en"])
def test_the_page_in_every_language(desk: Desk, lang: str) -> None:
    desk.sign_in("operator", lang)
    desk.open(f"/review/{NO_MATCH}")
    ready(desk)
    assert desk.audit(words_only=lang != "te") == []
    assert not desk.wide()
    desk.picture(f"review-{lang}")
    desk.page.set_viewport_size(TELEPHONE)  # type: ignore[arg-type]
    assert not desk.wide()
    if lang == "te":
        assert desk.audit() == []
    desk.picture(f"review-small-{lang}")


def test_flags_words_and_keys_move_the_sound(desk: Desk) -> None:
    desk.sign_in("operator")
    desk.open(f"/review/{NO_MATCH}")
    ready(desk)
    slowly(desk)
    keys = desk.page.keyboard
    keys.press("f")
    at(desk, 29_000)
    keys.press("Space")
    until(desk, "player.audio.paused")
    word = desk.page.locator("a.word", has_text="కార్డు").first
    word.click()
    at(desk, float(word.get_attribute("data-at") or 0))
    keys.press("ArrowLeft")
    keys.press("Shift+ArrowRight")
    at(desk, float(word.get_attribute("data-at") or 0) + 8_000, 2_500)
    for _ in range(6):
        keys.press(".")
    assert desk.page.evaluate("player.audio.playbackRate") == 2
    for _ in range(6):
        keys.press(",")
    assert desk.page.evaluate("player.audio.playbackRate") == 0.75
    slowly(desk)
    keys.press("r")
    at(desk, 34_000, 6_500)
    keys.press("l")
    assert desk.page.get_attribute("[data-act=loop]", "aria-pressed") == "true"
    desk.page.focus(".seek")
    desk.page.locator(".seek").press("ArrowRight")  # the seek bar's own key
    desk.page.mouse.click(*middle(desk))
    at(desk, 30_000, 3_000)


def middle(desk: Desk) -> tuple[float, float]:
    box = desk.page.locator("canvas").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + 60


def test_one_key_corrects_what_was_heard_and_another_takes_it_back(desk: Desk) -> None:
    desk.sign_in("operator")
    desk.open(f"/review/{EMERGENCY}")
    ready(desk)
    keys = desk.page.keyboard
    keys.press("2")
    until(desk, "document.querySelector('[role=status]').textContent.length > 0")
    assert EMERGENCY in desk.page.url, "nobody listened yet"
    until(desk, "player.heard.inFocus > 1100")
    with desk.page.expect_navigation():
        keys.press("2")
    desk.page.wait_for_selector(".flash")
    assert EMERGENCY not in desk.page.url
    assert desk.page.locator(f"[data-row={EMERGENCY}]").count() == 0
    with desk.page.expect_navigation():
        keys.press("u")
    desk.page.wait_for_selector(f"[data-row={EMERGENCY}]")
    assert EMERGENCY in desk.page.url
    ready(desk)
    with desk.page.expect_navigation():
        keys.press("n")
    assert EMERGENCY not in desk.page.url
    desk.open(f"/review/{NO_MATCH}")
    keys.press("w")
    assert desk.page.evaluate("document.activeElement.name") == "words"
    keys.press("Escape")
    assert desk.page.evaluate("document.activeElement.name") != "words"


def test_a_jump_in_ten_minutes_costs_a_few_hundred_kilobytes(desk: Desk) -> None:
    sent: list[int] = []

    def count(response: Response) -> None:
        if response.url.endswith("/audio"):
            sent.append(int(response.headers.get("content-length", "0")))

    desk.page.on("response", count)
    desk.sign_in("operator")
    desk.open(f"/review/{LONG}")
    ready(desk)
    desk.page.keyboard.press("f")  # the flag is at 8:20
    at(desk, 500_000, 3_500)
    until(desk, f"{NOW_MS} > 500000")
    whole = 600 * 16_000
    assert desk.page.evaluate("player.audio.duration") == pytest.approx(600, abs=0.1)
    desk.page.remove_listener("response", count)
    assert 0 < sum(sent) < 0.2 * whole, f"{sum(sent)} bytes of {whole}"


def test_without_script_a_call_is_heard_and_corrected(chromium: Browser, address: str, desk: Desk) -> None:
    plain: Any = chromium.new_context(java_script_enabled=False)
    page = plain.new_page()
    page.set_default_timeout(PATIENCE_S * 1000)
    page.goto(f"{address}/console/sign-in")
    page.fill("[name=name]", "supervisor")
    page.fill("[name=password]", "a long sentence 7")
    page.click("button.main")
    page.wait_for_selector("details.menu")
    page.goto(f"{address}/console/review/CAkeysonly00084216")
    page.click("[value=cannot_tell]")
    page.wait_for_selector(".flash")
    assert re.search(r"/review", page.url)
    page.goto(f"{address}/console/review/{NO_MATCH}")
    assert page.is_visible("audio[controls]")
    assert (page.get_attribute("a.word", "href") or "").endswith("/audio#t=29.0")
    plain.close()


def test_a_proposal_is_tried_and_accepted_by_keyboard(desk: Desk) -> None:
    desk.sign_in("supervisor")
    desk.open("/proposals")
    desk.page.focus("td a.button")
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_selector("[value=accept]")
    for lang in ("hi", "te", "en"):
        desk.speak(lang)
        desk.page.reload()
        assert desk.audit(words_only=lang != "te") == []
        assert not desk.wide()
    desk.picture("proposal-en")
    desk.page.focus("[value=accept]")
    with desk.page.expect_navigation():
        desk.page.keyboard.press("Enter")
    desk.page.wait_for_selector(".flash")
    assert desk.audit() == []
