"""Tickets in a real browser: lists, one ticket, acts with undo, what was typed kept, by keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import TELEPHONE, Desk

LANGUAGES = ("hi", "te", "en")


def first(desk: Desk, view: str = "late") -> str:
    """Opens a view and gives its first ticket's number."""
    desk.open(f"/tickets?view={view}")
    return desk.page.inner_text("[data-row] a").replace("-", "")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_list_and_a_ticket_in_every_language(desk: Desk, lang: str) -> None:
    desk.sign_in("supervisor", lang)
    desk.open("/tickets")
    assert desk.audit(words_only=lang != "te") == []
    assert not desk.wide()
    desk.picture(f"tickets-{lang}")
    number = first(desk, "said_no")
    desk.open(f"/tickets/{number}")
    assert desk.audit(words_only=lang != "te") == []
    assert not desk.wide()
    desk.picture(f"ticket-{lang}")
    desk.page.set_viewport_size(TELEPHONE)  # type: ignore[arg-type]
    desk.open(f"/tickets/{number}")
    assert not desk.wide(), desk.widest()
    desk.open("/tickets")
    assert not desk.wide(), desk.widest()
    if lang == "te":
        assert desk.audit() == []
    desk.picture(f"tickets-small-{lang}")


def test_by_keys_alone_from_the_list_to_an_answer_and_back_again(desk: Desk) -> None:
    desk.sign_in("supervisor")
    number = first(desk)
    keyboard = desk.page.keyboard
    keyboard.press("j")
    keyboard.press("Enter")
    desk.page.wait_for_url(re.compile(r"/tickets/\d+$"))
    assert desk.page.url.endswith(number)
    keyboard.press("a")
    expect(desk.page.locator("details[open] [name=code]")).to_be_focused()
    keyboard.press("ArrowDown")
    keyboard.press("Tab")
    for _ in range(3):
        keyboard.press("Tab")  # the day's three parts
    keyboard.press("Tab")
    keyboard.type("will come a at noon")  # the letters are keys elsewhere
    keyboard.press("Tab")
    keyboard.press("Enter")
    desk.page.wait_for_selector(".flash")
    assert "Answered" in desk.page.inner_text(".flash")
    assert "will come a at noon" in desk.page.inner_text("ol.course")
    keyboard.press("u")
    desk.page.wait_for_selector(".flash:has-text('Taken back')")
    assert "will come a at noon" not in desk.page.inner_text("ol.course")


def test_who_writes_on_an_old_page_is_told_what_changed_and_keeps_what_was_typed(desk: Desk) -> None:
    desk.sign_in("supervisor")
    number = first(desk)
    other = desk.page.context.new_page()
    other.goto(f"{desk.address}/console/tickets/{number}")
    desk.open(f"/tickets/{number}")
    for page, note in ((other, "the first note"), (desk.page, "typed with care")):
        page.click("details.act > summary:has-text('More')")
        page.click("summary[data-act=note]")
        page.fill("details[open] details[open] textarea", note)
        page.click("details[open] details[open] button.main")
        page.wait_for_load_state()
    assert "the first note" in desk.page.inner_text(".do .problem")
    assert desk.page.input_value("details[open] details[open] textarea") == "typed with care"
    desk.page.click("details[open] details[open] button.main")
    desk.page.wait_for_selector(".flash:has-text('Noted')")


def test_a_claim_needs_a_photograph_and_stands_beside_the_citizens_answer(desk: Desk) -> None:
    desk.sign_in("officer")
    number = first(desk, "open")
    desk.open(f"/tickets/{number}")
    desk.page.keyboard.press("d")
    desk.page.fill("details[open] textarea", "mended")
    desk.page.set_input_files("[name=photo]", {"name": "x.png", "mimeType": "image/png", "buffer": b"no picture"})
    desk.page.click("details[open] button.main")
    desk.page.wait_for_selector(".problem")
    assert desk.page.input_value("details[open] textarea") == "mended"
    png = b"\x89PNG\r\n\x1a\n" + bytes(40)
    desk.page.set_input_files("[name=photo]", {"name": "x.png", "mimeType": "image/png", "buffer": png})
    desk.page.click("details[open] button.main")
    desk.page.wait_for_selector(".flash:has-text('Marked done')")
    assert "Not asked yet" in desk.page.inner_text(".claim")


def test_an_officer_sees_the_own_place_only(desk: Desk) -> None:
    desk.sign_in("supervisor")
    desk.open("/tickets?view=open&district=Barabanki")
    elsewhere = desk.page.inner_text("[data-row] a").replace("-", "")
    desk.page.context.clear_cookies()
    desk.sign_in("officer")
    desk.open("/tickets?view=open&district=Barabanki")
    assert "Barabanki" not in desk.page.inner_text("table")
    for path in (f"/tickets/{elsewhere}", f"/search?q={elsewhere}"):
        desk.open(path)
        assert "There is no such page" in desk.page.inner_text("main")


@pytest.mark.parametrize("words", ["దీపాలు", "deepalu", "दीपालु"])
def test_words_are_found_in_any_script(desk: Desk, words: str) -> None:
    desk.sign_in("supervisor")
    desk.open("/tickets")
    desk.page.keyboard.press("/")
    desk.page.keyboard.type(words)
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_url(re.compile("/search"))
    assert desk.page.locator("[data-row]").count() >= 1


def test_a_number_is_shown_for_a_while_and_logged_first(desk: Desk) -> None:
    desk.sign_in("operator")
    number = first(desk, "open")
    desk.open(f"/tickets/{number}")
    masked = desk.page.inner_text("[data-number] span")
    assert masked.startswith("••••")
    desk.page.click("[data-reveal] button")
    expect(desk.page.locator("[data-number] span")).to_have_text(re.compile(r"^\+91\d{10}$"))


def test_a_view_is_saved_and_removed(desk: Desk) -> None:
    desk.sign_in("supervisor")
    desk.open("/tickets?view=waiting&district=Guntur")
    desk.page.click("summary:has-text('My views')")
    desk.page.fill("[name=name]", "Guntur waits")
    desk.page.click("button:has-text('Save this view')")
    desk.page.wait_for_selector(".views a:has-text('Guntur waits')")
    desk.page.click("summary:has-text('My views')")
    desk.page.click("button:has-text('Remove')")
    desk.page.wait_for_selector(".flash:has-text('removed')")
    assert desk.page.locator(".views a:has-text('Guntur waits')").count() == 0


def test_many_at_once_with_a_preview_that_says_why_not(desk: Desk) -> None:
    desk.sign_in("supervisor")
    desk.open("/tickets?view=open&district=Guntur")
    desk.page.keyboard.press("j")
    desk.page.keyboard.press("b")
    desk.page.keyboard.press("j")
    desk.page.keyboard.press("b")
    desk.page.click("button:has-text('With the ticked')")
    desk.page.click("summary:has-text('Add a note')")
    desk.page.fill("details[open] textarea", "road closed by rain")
    desk.page.click("details[open] button.main")
    desk.page.wait_for_url(re.compile(r"/bulk/\d+$"))
    assert desk.audit() == []
    assert "Do it for 2 tickets" in desk.page.inner_text("button.main")
    desk.page.click("button.main")
    desk.page.wait_for_selector("text=It is being done")
    number = first(desk, "open")
    desk.open("/tickets?view=waiting&district=Guntur")
    desk.page.check("[data-tick-all]")
    desk.page.click("button:has-text('With the ticked')")
    desk.page.click("summary:has-text('Take up')")
    desk.page.click("details[open] button.main")
    desk.page.wait_for_url(re.compile(r"/bulk/\d+$"))
    assert "In the state that the ticket has now" in desk.page.inner_text("table")
    assert desk.page.locator("button.main").count() == 0
    assert number
