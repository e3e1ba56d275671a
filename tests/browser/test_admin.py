"""The administration in a real browser."""

import pytest

from tests.browser.conftest import TELEPHONE, Desk

PAGES = ("users", "catalogue?about=pension", "prompts?about=greeting", "work", "campaigns", "retention", "access")


@pytest.mark.parametrize("lang", ["hi", "te"])
def test_every_page_in_both_languages_and_on_a_small_screen(desk: Desk, lang: str) -> None:
    desk.sign_in("administrator")
    desk.open("/admin/users")
    desk.speak(lang)
    desk.picture(f"users-{lang}")
    for page in PAGES:
        desk.open(f"/admin/{page}")
        assert desk.audit() == [], page
        assert not desk.wide(), (page, desk.widest())
        desk.page.set_viewport_size(TELEPHONE)  # type: ignore[arg-type]
        assert not desk.wide(), (page, desk.widest())
        desk.page.set_viewport_size({"width": 1366, "height": 768})
    desk.open("/admin/access")
    desk.picture(f"access-{lang}")
    desk.speak("en")


def test_a_prompt_is_heard_without_leaving_the_page(desk: Desk) -> None:
    desk.sign_in("administrator")
    desk.open("/admin/prompts?about=greeting_known")
    with desk.page.expect_response(lambda answer: answer.url.endswith("/hi/greeting_known.wav")) as heard:
        desk.page.click("[data-hear][href*='/hi/']")
    assert heard.value.status in {200, 206}
    assert desk.page.is_visible("#hear")
