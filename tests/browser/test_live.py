"""Live calls in a real browser: rows that change in their place, listening in, a broken stream, every language."""

import pytest

from tests.browser.conftest import TELEPHONE, Desk
from tests.browser.live_calls import QUIET, TALKS
from tests.browser.test_review import until

SAYS = f"document.querySelector('[data-row={TALKS}]').cells[4].textContent"


@pytest.mark.parametrize("lang", ["hi", "te", "en"])
def test_the_page_in_every_language(desk: Desk, lang: str) -> None:
    desk.sign_in("operator", lang)
    desk.open("/live")
    until(desk, f"document.querySelectorAll('[data-row={TALKS}]').length === 1")
    assert desk.audit(words_only=lang != "te") == []
    assert not desk.wide()
    desk.picture(f"live-{lang}")
    desk.page.set_viewport_size(TELEPHONE)  # type: ignore[arg-type]
    assert not desk.wide()
    if lang == "te":
        assert desk.audit() == []
    desk.picture(f"live-small-{lang}")


def test_rows_change_in_their_place_and_a_broken_stream_is_told(desk: Desk) -> None:
    desk.sign_in("operator")
    desk.open("/live")
    until(desk, f"document.querySelectorAll('[data-row={TALKS}]').length === 1")
    order = "[...document.querySelectorAll('[data-row]')].map((row) => row.dataset.row).join()"
    assert desk.page.evaluate(order) == f"{QUIET},{TALKS}"
    assert desk.page.locator(f"[data-row={QUIET}] .late").count() > 0, "a long silence is told in words and colour"
    before = desk.page.evaluate(SAYS)
    until(desk, f"{SAYS} !== {before!r}")
    assert desk.page.evaluate(order) == f"{QUIET},{TALKS}"
    desk.page.route("**/live/events", lambda route: route.abort())
    desk.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    until(desk, "!document.querySelector('[data-broken]').hidden")
    desk.problems[:] = [one for one in desk.problems if "ERR_FAILED" not in one]


def test_listening_in_needs_a_reason_and_is_heard(desk: Desk) -> None:
    desk.sign_in("operator")
    desk.open(f"/live/{TALKS}")
    desk.page.fill("[name=reason]", "long silence")
    desk.page.press("[name=reason]", "Enter")
    desk.page.click("[data-listen]")
    until(desk, "document.querySelector('[data-heard]').textContent >= '0:03'")
    assert desk.audit() == []


def test_taking_over_by_keyboard(desk: Desk) -> None:
    desk.sign_in("supervisor")
    desk.open(f"/live/{QUIET}")
    desk.page.fill("[name=number]", "+919415550177")
    desk.page.press("[name=number]", "Enter")
    desk.page.wait_for_selector(".flash")
    assert "/live" in desk.page.url
