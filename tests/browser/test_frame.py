"""The frame in a real browser: signing in, languages, keys, small screens, other colours."""

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import PATIENCE_S, TELEPHONE, Desk


@pytest.mark.parametrize(("lang", "word"), [("en", "Sign in"), ("hi", "लॉग इन करें"), ("te", "లాగిన్ అవ్వండి")])
def test_sign_in_in_every_language(desk: Desk, lang: str, word: str) -> None:
    desk.open("/sign-in")
    with desk.page.expect_navigation():
        desk.page.click(f".languages [value={lang}]")
    desk.page.wait_for_selector(f"html[lang={lang}]")
    desk.fonts()
    assert desk.page.inner_text("h1") == word
    fonts = desk.page.evaluate("[...document.fonts].filter(f => f.status === 'loaded').map(f => f.family).join()")
    assert ("Devanagari" in fonts) is True  # the house's name stands in the bar
    assert ("Telugu" in fonts) is (lang == "te"), "a page loads the fonts of its own script only"
    assert desk.audit(words_only=lang != "te") == []
    desk.picture(f"sign-in-{lang}")


def test_keyboard_alone_signs_in_and_out(desk: Desk) -> None:
    desk.open("/sign-in")
    keyboard = desk.page.keyboard
    keyboard.type("administrator")
    keyboard.press("Tab")
    keyboard.type("a long sentence 7")
    keyboard.press("Enter")
    desk.page.wait_for_selector("details.menu")
    desk.page.focus("details.menu summary")
    keyboard.press("Enter")
    keyboard.press("Tab")
    keyboard.press("Tab")
    keyboard.press("Enter")
    desk.page.wait_for_selector("[name=password]")


def test_keys_work_under_a_hindi_layout_and_rest_while_typing(desk: Desk) -> None:
    desk.sign_in("operator")
    desk.open("/account")
    press = "code => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {bubbles: true, ...code}))"
    desk.page.evaluate(press, {"code": "Slash", "key": "य", "shiftKey": False})
    assert desk.page.evaluate("document.activeElement.name") == "q"
    desk.page.evaluate(press, {"code": "Slash", "key": "?", "shiftKey": True})
    assert not desk.page.is_visible("#sheet"), "a key pressed while typing is a letter"
    desk.page.keyboard.press("Escape")
    desk.page.keyboard.press("Shift+Slash")
    assert desk.page.is_visible("#sheet")
    assert desk.audit() == []


def test_keys_can_be_turned_off_and_on(desk: Desk) -> None:
    desk.sign_in("auditor")
    desk.open("/account")
    desk.page.keyboard.press("Shift+Slash")
    desk.page.click("#sheet [name=keys]")
    desk.page.wait_for_selector(".flash")
    desk.page.keyboard.press("Shift+Slash")
    assert not desk.page.is_visible("#sheet")
    desk.page.click(".help")
    desk.page.click("#sheet [name=keys]")
    desk.page.wait_for_selector(".flash")
    desk.page.keyboard.press("Shift+Slash")
    assert desk.page.is_visible("#sheet")


def test_small_screens_and_large_letters_need_no_scrolling_sideways(desk: Desk) -> None:
    desk.sign_in("operator")
    for width, height in ((683, 384), TELEPHONE.values()):  # the first: 1366 by 768 at 200 %
        desk.page.set_viewport_size({"width": width, "height": height})
        desk.open("/account")
        assert not desk.wide(), width
    assert desk.audit() == []


def test_forced_colours_keep_the_present_section_visible(desk: Desk) -> None:
    desk.page.emulate_media(forced_colors="active")
    desk.sign_in("operator")
    desk.open("/account")
    assert desk.audit() == []


def test_it_works_without_script(chromium: Browser, address: str) -> None:
    plain = chromium.new_context(java_script_enabled=False)
    page = plain.new_page()
    page.set_default_timeout(PATIENCE_S * 1000)
    page.goto(f"{address}/console/sign-in")
    page.fill("[name=name]", "auditor")
    page.fill("[name=password]", "a long sentence 7")
    page.click("button.main")
    page.wait_for_selector("details.menu")
    plain.close()
