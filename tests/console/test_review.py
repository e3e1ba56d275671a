"""Reviewing by requests: order, leases, corrections taken back, conflicts, sound in pieces, who heard what."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from ivr.console.recordings import PIECE_BYTES, byte_range
from ivr.speech.tape import BYTES_PER_MS, HEADER_BYTES
from ivr.store import reviews
from ivr.store.access import newest
from ivr.store.reviews import Filter
from ivr.store.schema import call, job
from tests.console.calls import Sample, desk_of_calls, leave
from tests.console.house import Browser, Desktop

EMERGENCY, NO_MATCH, REFUSED = "CAemergency0084213", "CAnomatch000084214", "CArefused000084215"


def row_order(html: str) -> list[str]:
    return re.findall(r'data-row="(\w+)"', html)


def turn_of(browser: Browser, sid: str) -> dict[str, str]:
    """The hidden fields of the correcting form."""
    html = browser.get(f"/review/{sid}").text
    form = html[html.index("data-correct") :]
    return dict(re.findall(r'name="(turn|base)" value="(\d+)"', form))


def save(browser: Browser, sid: str, choice: str, **more: Any) -> Any:
    fields = {**turn_of(browser, sid), "choice": choice, "heard_ms": "1500", **more}
    return browser.post(f"/review/{sid}/correct", fields)


def state(desktop: Desktop, sid: str) -> int:
    with desktop.db.read() as connection:
        return int(connection.execute(select(call.c.flag_state).where(call.c.sid == sid)).scalar_one())


def logged(desktop: Desktop, act: str) -> list[Any]:
    with desktop.db.read() as connection:
        return [line.entry for line in newest(connection) if line.entry.act == act]


def test_the_most_urgent_come_first_and_inside_a_kind_the_oldest(desktop: Desktop) -> None:
    desk_of_calls(desktop.db, desktop.data)
    leave(desktop.db, desktop.data, Sample("CAolder", seconds=0, minutes_ago=90))
    order = row_order(desktop.client("operator").get("/review").text)
    assert order == [EMERGENCY, REFUSED, "CAolder", NO_MATCH, "CAkeysonly00084216", "CAlong00000084217"]
    filtered = desktop.client("operator").get("/review?kind=refused&spoken=hi").text
    assert row_order(filtered) == [REFUSED]


def test_a_list_goes_on_after_its_last_row_and_its_count_stops(desktop: Desktop) -> None:
    for n in range(55):
        leave(desktop.db, desktop.data, Sample(f"CA{n:03}", seconds=0, minutes_ago=200 - n))
    operator = desktop.client("operator")
    first = operator.get("/review").text
    following = re.search(r'href="/console(/review\?after=[^"]+)"', first)
    assert following is not None
    rest = operator.get(following[1].replace("&amp;", "&")).text
    assert row_order(first) + row_order(rest) == [f"CA{n:03}" for n in range(55)]
    with desktop.db.read() as connection:
        assert reviews.count(connection, Filter(), 20) == 21


def test_the_page_shows_why_where_and_what_was_understood(lite: Desktop) -> None:
    desk_of_calls(lite.db, lite.data)
    html = lite.client("operator").get(f"/review/{NO_MATCH}").text
    for shown in (
        "Twice not understood",
        "0:31",
        "Passes disagree",
        "రేషన్",
        "heard 1.2 s of it",
        "0.58",
    ):
        assert shown in html
    assert 'class="word differs"' in html  # what the free pass did not hear
    assert f"/console/review/{NO_MATCH}/audio#t=29.0" in html  # a word's time, for browsers without script
    assert "3210</span>" in html
    assert "9415553210" not in html


def test_a_correction_is_saved_and_the_next_call_comes(desktop: Desktop) -> None:
    desk_of_calls(desktop.db, desktop.data)
    operator = desktop.client("operator")
    answer = save(operator, EMERGENCY, "service:ration_card_new")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/console/review/{REFUSED}")
    assert state(desktop, EMERGENCY) == reviews.REVIEWED
    with desktop.db.read() as connection:
        (one,) = reviews.corrections(connection, EMERGENCY)
        (queued,) = connection.execute(select(job).where(job.c.kind == "learn")).all()
    assert (one.kind, one.value, one.who, one.heard_ms) == ("service", "ration_card_new", "operator", 1500)
    assert queued.claimable_at == desktop.clock.now() + timedelta(minutes=10)
    page = operator.get(f"/review/{REFUSED}").text
    assert "Saved:" in page
    assert 'data-seconds="8"' in page
    assert [e.object for e in logged(desktop, "corrected")] == [f"call {EMERGENCY}"]


def test_taking_it_back_brings_the_call_back_for_its_maker_alone(desktop: Desktop) -> None:
    desk_of_calls(desktop.db, desktop.data)
    operator, supervisor = desktop.client("operator"), desktop.client("supervisor")
    save(operator, EMERGENCY, "not_speech")
    supervisor.post("/review/undo", {"id": "1"})
    assert state(desktop, EMERGENCY) == reviews.REVIEWED
    desktop.clock.advance(1200)  # U works later as well
    back = operator.post("/review/undo", {"id": "1"})
    assert back.headers["location"] == f"/console/review/{EMERGENCY}"
    assert state(desktop, EMERGENCY) == reviews.TO_REVIEW
    with desktop.db.read() as connection:
        (one,) = reviews.corrections(connection, EMERGENCY)
    assert one.undone_by == "operator"
    assert operator.post("/review/undo", {"id": "1"}).headers["location"] == "/console/review"


def test_of_two_operators_the_later_sees_both_and_decides(desktop: Desktop) -> None:
    desk_of_calls(desktop.db, desktop.data)
    operator, supervisor = desktop.client("operator"), desktop.client("supervisor")
    seen = turn_of(supervisor, NO_MATCH)
    save(operator, NO_MATCH, "service:ration_card_new", note="heard twice")
    mine = {**seen, "choice": "service:pension_old_age_status", "heard_ms": "2000"}
    conflict = supervisor.post(f"/review/{NO_MATCH}/correct", mine)
    assert conflict.status_code == 409
    for shown in ("operator", "heard twice", "Keep theirs", "Save mine"):
        assert shown in conflict.text
    base = re.search(r'name="base" value="(\d+)"', conflict.text)
    assert base is not None
    assert supervisor.post(f"/review/{NO_MATCH}/correct", {**mine, "base": base[1]}).status_code == 303
    with desktop.db.read() as connection:
        assert [c.who for c in reviews.corrections(connection, NO_MATCH)] == ["operator", "supervisor"]


def test_what_nobody_listened_to_is_not_corrected(lite: Desktop) -> None:
    desk_of_calls(lite.db, lite.data)
    operator = lite.client("operator")
    assert save(operator, NO_MATCH, "not_speech", heard_ms="400").status_code == 422
    assert save(operator, NO_MATCH, "not_speech", heard_ms="").status_code == 422
    at = HEADER_BYTES + 30_000 * BYTES_PER_MS
    operator.get(f"/review/{NO_MATCH}/audio", Range=f"bytes={at}-")
    assert save(operator, NO_MATCH, "not_speech", heard_ms="").status_code == 303, "a player without script was sent it"
    assert save(operator, REFUSED, "cannot_tell", heard_ms="0").status_code == 303
    assert save(operator, "CAkeysonly00084216", "service:pension_old_age_status", heard_ms="0").status_code == 303


def test_nonsense_is_refused(lite: Desktop) -> None:
    desk_of_calls(lite.db, lite.data)
    operator = lite.client("operator")
    for choice in ("", "service:", "service:no_such", "words", "other", "delete"):
        assert save(operator, NO_MATCH, choice).status_code == 422, choice


def test_words_and_drafts(lite: Desktop) -> None:
    desk_of_calls(lite.db, lite.data)
    operator = lite.client("operator")
    turn = turn_of(operator, NO_MATCH)["turn"]
    operator.post(f"/review/{NO_MATCH}/draft", {"turn": turn, "words": "నా రేషన్"})
    assert "నా రేషన్</textarea>" in operator.get(f"/review/{NO_MATCH}").text
    assert "నా రేషన్</textarea>" not in lite.client("supervisor").get(f"/review/{NO_MATCH}").text
    save(operator, NO_MATCH, "words", words="  నా రేషన్ కార్డు  రాలేదు ")
    with lite.db.read() as connection:
        assert reviews.corrections(connection, NO_MATCH)[0].value == "నా రేషన్ కార్డు రాలేదు"
        assert reviews.drafts(connection, NO_MATCH, "operator") == {}


def test_a_call_that_somebody_works_on_is_left_to_them(desktop: Desktop) -> None:
    desk_of_calls(desktop.db, desktop.data)
    operator, supervisor = desktop.client("operator"), desktop.client("supervisor")
    assert operator.post(f"/review/{EMERGENCY}/lease").text == "operator"
    assert supervisor.post(f"/review/{EMERGENCY}/lease").text == "operator"
    first = supervisor.get("/review").text
    assert f'data-row="{EMERGENCY}" class="held"' in first
    assert f'data-row="{REFUSED}" class="at"' in first, "the first free call is opened"
    assert "operator has this call open" in supervisor.get(f"/review/{EMERGENCY}").text
    desktop.clock.advance(301)
    assert supervisor.post(f"/review/{EMERGENCY}/lease").text == "supervisor"


def test_whoever_opens_the_list_takes_a_call_and_lets_go_of_the_last(desktop: Desktop) -> None:
    desk_of_calls(desktop.db, desktop.data)
    operator, supervisor = desktop.client("operator"), desktop.client("supervisor")
    assert f'data-row="{EMERGENCY}" class="at"' in operator.get("/review").text
    assert f'data-row="{REFUSED}" class="at"' in supervisor.get("/review").text, "the first is taken, without a script"
    assert "operator has this call open" in supervisor.get(f"/review/{EMERGENCY}").text
    assert f'data-row="{EMERGENCY}" class="at"' in operator.get("/review").text, "one's own stays one's own"
    operator.get(f"/review/{NO_MATCH}")
    assert f'data-row="{EMERGENCY}" class="at"' in supervisor.get("/review").text, "nobody keeps what they have left"


def test_sound_comes_in_pieces_and_is_noted_once(lite: Desktop) -> None:
    desk_of_calls(lite.db, lite.data)
    operator = lite.client("operator")
    whole = (lite.data / "recordings/2026-11" / f"{NO_MATCH}.wav").read_bytes()
    for asked, start in (("bytes=0-", 0), ("bytes=500000-", 500_000), ("bytes=-1000", len(whole) - 1000)):
        piece = operator.get(f"/review/{NO_MATCH}/audio", Range=asked)
        assert piece.status_code == 206
        assert piece.content == whole[start : start + PIECE_BYTES]
        assert piece.headers["content-range"] == f"bytes {start}-{start + len(piece.content) - 1}/{len(whole)}"
    assert [(e.who, e.object) for e in logged(lite, "opened")] == [("operator", f"call {NO_MATCH}")]
    lite.clock.advance(601)
    operator.get(f"/review/{NO_MATCH}/audio", Range="bytes=0-99")
    assert len(logged(lite, "opened")) == 2
    assert operator.get(f"/review/{NO_MATCH}/audio").status_code == 416
    assert len(operator.get(f"/review/{NO_MATCH}/peaks").content) == 2 * 60 * 20


@pytest.mark.parametrize("header", ["", "bytes=", "bytes=-", "bytes=90-10", "bytes=100-", "items=0-1", "bytes=0-1,4-5"])
def test_ranges_that_cannot_be_had(header: str) -> None:
    assert byte_range(header, 100) is None


def test_what_was_heard_is_written_down_and_only_by_those_who_may(lite: Desktop) -> None:
    desk_of_calls(lite.db, lite.data)
    operator, officer = lite.client("operator"), lite.client("officer")
    assert operator.post(f"/review/{NO_MATCH}/heard", {"spans": "29000-33500,1000-2000"}).status_code == 204
    assert [e.detail for e in logged(lite, "heard")] == ["0:29-0:33, 0:01-0:02"]
    assert officer.get(f"/review/{NO_MATCH}/audio", Range="bytes=0-").status_code == 403
    assert officer.get("/review").status_code == 403
    assert lite.client().get(f"/review/{NO_MATCH}/audio", Range="bytes=0-").status_code == 303  # to sign in


def test_sound_whose_time_is_up_is_gone(lite: Desktop) -> None:
    desk_of_calls(lite.db, lite.data)
    (lite.data / "recordings/2026-11" / f"{NO_MATCH}.wav").unlink()
    operator = lite.client("operator")
    assert operator.get(f"/review/{NO_MATCH}/audio", Range="bytes=0-").status_code == 404
    assert operator.get("/review/CAkeysonly00084216").status_code == 200
