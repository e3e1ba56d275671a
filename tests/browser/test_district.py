"""The district at a glance in a real browser."""

import pytest

from tests.browser.conftest import TELEPHONE, Desk


@pytest.mark.parametrize("lang", ["hi", "te", "en"])
def test_charts_table_and_rows_in_every_language(desk: Desk, lang: str) -> None:
    desk.sign_in("supervisor", lang)
    desk.open("/district?days=30")
    assert desk.audit(words_only=lang != "te") == []
    assert not desk.wide(), desk.widest()
    desk.picture(f"district-{lang}")
    desk.page.set_viewport_size(TELEPHONE)  # type: ignore[arg-type]
    desk.open("/district?days=7&place=Guntur")
    assert desk.audit(words_only=lang != "te") == []
    assert not desk.wide(), desk.widest()
    desk.page.click(".chart:nth-of-type(3) .big a")
    desk.page.wait_for_selector("[data-row]")
    assert not desk.wide(), desk.widest()


def test_a_number_leads_to_its_rows_and_the_file_is_saved(desk: Desk) -> None:
    desk.sign_in("supervisor")
    desk.open("/district?days=30")
    shown = desk.page.inner_text(".chart:first-of-type .big a").replace(",", "")
    with desk.page.expect_download() as download:
        desk.page.click("a[download]")
    text = download.value.path().read_text("utf-8-sig")
    counted = [line.split(",") for line in text.splitlines() if ",all,calls," in line]
    assert sum(float(line[4]) for line in counted) == float(shown)
