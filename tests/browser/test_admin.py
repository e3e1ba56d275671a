"""The administration in a real browser."""

import pytest

from tests.browser.conftest import DESKTOP, TELEPHONE, Desk

PAGES = ("users", "catalogue?about=pension", "prompts?about=greeting", "work", "campaigns", "retention", "access")
PICTURED = ("users", "access")


@pytest.mark.parametrize("lang", ["hi", "te"])
def test_every_page_in_both_languages_and_on_a_small_screen(desk: Desk, lang: str) -> None:
    desk.sign_in("administrator", lang)
    for page in PAGES:
        desk.open(f"/admin/{page}")
        assert desk.audit(words_only=lang == "hi") == [], page
        assert not desk.wide(), (page, desk.widest())
        desk.page.set_viewport_size(TELEPHONE)  # type: ignore[arg-type]
        assert not desk.wide(), (page, desk.widest())
        desk.page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
        if page in PICTURED:
            desk.picture(f"{page}-{lang}")


def test_a_prompt_is_heard_without_leaving_the_page(desk: Desk) -> None:
    desk.sign_in("administrator")
    desk.open("/admin/prompts?about=greeting_known")
    with desk.page.expect_response(lambda answer: answer.url.endswith("/hi/greeting_known.wav")) as heard:
        desk.page.click("[data-hear][href*='/hi/']")
    assert heard.value.status in {200, 206}
    assert desk.page.is_visible("#hear")
