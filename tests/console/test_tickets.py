"""Tickets in the console, without a browser: places, versions, undo, numbers, many at once, on both databases."""

import re
from datetime import timedelta
from random import Random

import pytest
from httpx import Response

from ivr.console.accounts import IDLE
from ivr.desk.photographs import Facts, facts
from ivr.store import access
from ivr.store.queues import Filter
from ivr.store.tickets import TicketRow
from tests.console.house import NOW, PASSWORD, Browser, Desktop
from tests.unit.desk.camera import SCAN, jpeg, tiff
from tools import sample


@pytest.fixture
def numbers(desktop: Desktop) -> dict[str, str]:
    """District -> the number of an open complaint there; the officer holds the ward post of Guntur."""
    below = desktop.around
    house = sample.House(desktop.db, below.secrets, below.desk, below.calls, NOW - timedelta(hours=2))
    posts = sample.appoint(house, "officer")
    rng = Random(3)
    for n in (0, 9):  # opened and nothing else; Telugu, then Hindi
        sample.complaint(house, rng, n, posts)
    desktop.clock.advance(1)
    found = below.desk.grievances.queue(Filter(), NOW).rows
    return {row.district or "": row.number for row in found}


def ticket(desktop: Desktop, number: str) -> TicketRow:
    view = desktop.around.desk.grievances.ticket(number, NOW)
    assert view is not None
    return view.ticket


def act(browser: Browser, number: str, version: int, name: str, **fields: str) -> Response:
    sent = {"act": name, "version": version, "once": f"{name}{version}", **fields}
    return browser.post(f"/tickets/{number}/act", sent, page=f"/tickets/{number}")


def test_an_officer_sees_and_touches_the_own_place_only(desktop: Desktop, numbers: dict[str, str]) -> None:
    officer = desktop.client("officer")
    mine, others = numbers["Guntur"], numbers["Barabanki"]
    assert mine in officer.get("/tickets?view=open&district=Barabanki").text
    assert others not in officer.get("/tickets?view=open&district=Barabanki").text
    assert officer.get(f"/tickets/{mine}").status_code == 200
    for path in (f"/tickets/{others}", f"/tickets/{others}/caller", f"/search?q={others}"):
        assert officer.get(path).status_code == 404, path
    assert act(officer, others, 1, "acknowledge").status_code == 404
    reveal = officer.post("/reveal", {"kind": "ticket", "id": ticket(desktop, others).id})
    assert reveal.status_code == 404
    for number in numbers.values():
        assert f"/tickets/{number}" in desktop.client("supervisor").get("/tickets?view=open").text


def test_who_saw_an_older_version_gets_409_with_the_changes_and_the_typed_text(
    desktop: Desktop, numbers: dict[str, str]
) -> None:
    number = numbers["Guntur"]
    version = ticket(desktop, number).version
    one, other = desktop.client("supervisor"), desktop.client("operator")
    assert act(one, number, version, "note", note="seen first").status_code == 303
    answer = act(other, number, version, "note", note="typed <with> care")
    assert answer.status_code == 409
    assert "seen first" in answer.text
    assert "typed &lt;with&gt; care" in answer.text
    assert act(other, number, ticket(desktop, number).version, "note", note="again").status_code == 303


def test_a_form_sent_twice_acts_once(desktop: Desktop, numbers: dict[str, str]) -> None:
    number, browser = numbers["Guntur"], desktop.client("supervisor")
    version = ticket(desktop, number).version
    for _ in range(2):
        assert act(browser, number, version, "note", note="once").status_code == 303
    assert ticket(desktop, number).version == version + 1


def test_an_act_is_taken_back_within_fifteen_seconds_by_whoever_did_it(
    desktop: Desktop, numbers: dict[str, str]
) -> None:
    number, browser = numbers["Guntur"], desktop.client("supervisor")
    before = ticket(desktop, number)
    act(browser, number, before.version, "answer", code="visit")
    page = browser.get(f"/tickets/{number}").text
    event = re.search(r'name="event" value="(\d+)"', page)
    assert event is not None
    assert 'data-seconds="15"' in page
    stranger = desktop.client("operator").post(f"/tickets/{number}/undo", {"event": event[1]})
    assert stranger.status_code == 303
    assert ticket(desktop, number).state == "answered"
    browser.post(f"/tickets/{number}/undo", {"event": event[1]})
    assert ticket(desktop, number).state == before.state
    act(browser, number, ticket(desktop, number).version, "answer", code="visit")
    again = re.search(r'name="event" value="(\d+)"', browser.get(f"/tickets/{number}").text)
    assert again is not None
    desktop.clock.advance(16)
    browser.post(f"/tickets/{number}/undo", {"event": again[1]})
    assert ticket(desktop, number).state == "answered"


def test_only_acts_of_the_state_table_are_offered_and_none_closes(desktop: Desktop, numbers: dict[str, str]) -> None:
    browser, number = desktop.client("supervisor"), numbers["Guntur"]
    row = ticket(desktop, number)
    for name in ("yes", "no", "reopen", "rate", "call_again", "nonsense"):
        assert act(browser, number, row.version, name, note="x").status_code == 409, name
    assert ticket(desktop, number).version == row.version
    reader = desktop.client("auditor").get(f"/tickets/{number}").text
    assert f"/tickets/{number}/act" not in reader


def test_a_number_is_logged_before_it_is_shown(desktop: Desktop, numbers: dict[str, str]) -> None:
    browser, row = desktop.client("operator"), ticket(desktop, numbers["Guntur"])
    sent = {"csrf": browser.token(), "kind": "ticket", "id": str(row.id)}
    asked = {"sec-fetch-site": "same-origin", "x-fragment": "1"}
    answer = browser.http.post("/console/reveal", data=sent, headers=asked)
    assert answer.text.startswith("+91999000")
    assert answer.headers["x-seconds"] == "30"
    assert answer.headers["cache-control"] == "no-store"
    with desktop.db.read() as connection:
        told = [line.entry for line in access.lines(connection) if line.entry.act == "number_shown"]
    assert [(one.who, one.object) for one in told] == [("operator", f"ticket {row.number}")]
    assert answer.text[-10:] not in str(told)
    without_script = browser.post("/reveal", {"kind": "ticket", "id": row.id})
    assert without_script.headers["refresh"].startswith("30;")
    assert answer.text not in browser.get(f"/tickets/{row.number}").text


def test_pages_go_on_where_the_last_ended(desktop: Desktop) -> None:
    below = desktop.around
    sample.many(sample.House(desktop.db, below.secrets, below.desk, below.calls, NOW), 400)
    browser, path, seen = desktop.client("supervisor"), "/tickets?view=open", []
    while path:
        text = browser.get(path).text
        seen += re.findall(r'data-row="(\d+)"', text)
        older = re.search(r'href="/console([^"]*after=[^"]*)" rel="next"', text)
        path = older[1].replace("&amp;", "&") if older else ""
    assert len(seen) == len(set(seen)) == below.desk.grievances.counts(Filter(), NOW, ("open",))["open"]


def test_the_list_is_not_sent_again_when_nothing_changed(desktop: Desktop, numbers: dict[str, str]) -> None:
    browser = desktop.client("supervisor")
    first = browser.get("/tickets?view=open", **{"x-fragment": "1"})
    tag = first.headers["etag"]
    assert browser.get("/tickets?view=open", **{"x-fragment": "1", "if-none-match": tag}).status_code == 304
    desktop.clock.advance(600)
    assert browser.get("/tickets?view=open", **{"x-fragment": "1", "if-none-match": tag}).status_code == 200


def test_a_poll_does_not_keep_a_session_alive(desktop: Desktop, numbers: dict[str, str]) -> None:
    browser = desktop.client("supervisor")
    for _ in range(4):
        desktop.clock.advance(IDLE.total_seconds() / 3)
        last = browser.get("/tickets", **{"x-fragment": "1"})
    assert last.status_code == 401
    assert browser.sign_in("supervisor", PASSWORD).status_code == 303


def test_a_photograph_is_kept_without_its_place_and_the_doubts_stand_beside_it(
    desktop: Desktop, numbers: dict[str, str]
) -> None:
    number = numbers["Guntur"]
    one = desktop.client("supervisor")
    sent = {"act": "claim", "version": ticket(desktop, number).version, "once": "c", "note": "mended"}
    picture = {"photo": ("x.jpg", jpeg(tiff()), "image/jpeg")}  # taken in Barabanki, a day after it is sent
    assert one.post(f"/tickets/{number}/act", sent, page=f"/tickets/{number}", files=picture).status_code == 303
    page = one.get(f"/tickets/{number}").text
    assert "26.9300,81.1900" in page
    assert re.search(r"taken 1[0-9]{3} km from the district", page)
    path = re.search(r'src="/console(/tickets/\d+/proof/\d+)"', page)
    assert path is not None
    kept = one.get(path[1])
    assert (kept.headers["content-type"], facts(kept.content)) == ("image/jpeg", Facts())
    assert kept.content.endswith(SCAN)
