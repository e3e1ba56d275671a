"""The administration in a real browser."""

import pytest

from tests.browser.conftest import DESKTOP, TELEPHONE, Desk

PAGES = (
    "users",
    "catalogue?about=pension",
    "prompts?about=greeting",
    "work",
    "campaigns",
    "campaigns/new",
    "retention",
    "access",
)
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


def test_a_campaign_is_proposed_heard_begun_and_taken_back(desk: Desk) -> None:
    desk.sign_in("administrator")
    desk.open("/admin/campaigns/new")
    page = desk.page
    page.fill("[name=name]", "Elgin bridge")
    page.fill("[name=text_hi]", "नदी का पानी बढ़ रहा है, ऊँची जगह जाइए")
    page.fill("[name=text_te]", "నది నీళ్ళు పెరుగుతున్నాయి, ఎత్తు ప్రాంతానికి వెళ్ళండి")
    listed = "number,language\n9990001001,te\nnobody\n9990001002,hi\n"
    page.set_input_files("[name=list]", {"name": "x.csv", "mimeType": "text/csv", "buffer": listed.encode()})
    page.click("form.stack button.main")
    page.wait_for_selector(".problem")
    assert page.locator("details[open] li").count() == 1, "the wrong line is named"
    assert page.input_value("[name=name]") == "Elgin bridge"
    mended = listed.replace("nobody\n", "").encode()
    page.set_input_files("[name=list]", {"name": "x.csv", "mimeType": "text/csv", "buffer": mended})
    page.click("form.stack button.main")
    page.wait_for_selector("[name=count]")
    in_every_language(desk, "campaign")
    for lang in ("hi", "te"):
        with page.expect_response(lambda answer, end=f"/{lang}.wav": answer.url.endswith(end)) as heard:  # type: ignore[misc]
            page.click(f"[data-hear][href$='/{lang}.wav']")
        assert heard.value.status in {200, 206}
    page.fill("[name=count]", "2")
    page.keyboard.press("Enter")
    page.wait_for_selector("progress")
    in_every_language(desk, "campaign-begun")
    page.click("form[action$=undo] button")
    page.wait_for_selector("[name=count]")


def in_every_language(desk: Desk, name: str) -> None:
    """The page that is open: nothing for axe to find, nothing too wide on a telephone."""
    for lang in ("te", "hi", "en"):
        desk.speak(lang)
        desk.page.reload()
        desk.fonts()
        assert desk.audit(words_only=lang != "te") == [], lang
        desk.picture(f"{name}-{lang}")
        desk.page.set_viewport_size(TELEPHONE)  # type: ignore[arg-type]
        assert not desk.wide(), (lang, desk.widest())
        desk.page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
