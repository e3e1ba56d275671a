"""Campaigns begun in the console: proposed, looked at, heard, confirmed by a second person or the count, taken back."""

import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.desk import alert_rules
from ivr.desk.alert_list import read_people
from ivr.speech.audio import mulaw_wav
from ivr.store import campaigns
from ivr.store.campaigns import CampaignState
from tests.console.calls import Sample, leave
from tests.console.house import NOW, Browser, Desktop

FILLED = {"name": "River", "kind": "flood", "text_te": "నీళ్ళు పెరుగుతున్నాయి", "per_minute": "30", "tries": "3"}
LIST = "number,language\n9990001001,te\n09990001002,hi\n9990001003\n"


@pytest.fixture
def boss(desktop: Desktop) -> Browser:
    return desktop.client("administrator")


def propose(browser: Browser, once: str = "a1" * 16, listed: str | None = LIST, **more: Any) -> Any:
    files = {"list": ("people.csv", listed.encode(), "text/csv")} if listed is not None else {}
    given = {**FILLED, "once": once, **{name: value for name, value in more.items() if isinstance(value, str)}}
    files |= {name: value for name, value in more.items() if not isinstance(value, str)}
    return browser.post("/admin/campaigns/new", given, files=files or {"none": ("", b"")})


def the_one(desktop: Desktop) -> campaigns.CampaignRow:
    with desktop.db.read() as connection:
        (found,) = campaigns.listed(connection)
    return found


def steps(desktop: Desktop) -> int:
    return sum(desktop.parts.desk.jobs.counts().values())


def test_a_proposal_rings_nobody_and_tells_whom_it_would_reach_and_what_it_costs(
    desktop: Desktop, boss: Browser
) -> None:
    object.__setattr__(desktop.around.settings, "call_inr_a_minute", 1.5)
    made = propose(boss)
    assert made.status_code == 303
    found = the_one(desktop)
    assert (found.proposed, found.made_by) == (True, "administrator")
    page = boss.get(f"/admin/campaigns/{found.id}").text
    assert "3 would be rung; 0 of the list are left out" in page
    assert re.search(r"Costs at most</th><td>₹ [1-9]", page)
    assert boss.get(f"/admin/campaigns/{found.id}/te.wav").content.startswith(b"RIFF")
    assert boss.get(f"/admin/campaigns/{found.id}/hi.wav").status_code == 404
    assert steps(desktop) == 0
    assert boss.post("/admin/campaigns", {"id": found.id, "what": "resume"}).status_code == 409, "no way round the yes"


def test_its_maker_types_the_count_and_a_second_person_need_not(desktop: Desktop, boss: Browser) -> None:
    propose(boss)
    one = the_one(desktop).id
    for wrong in ("", "2", "4", "x", "03 "):
        answer = boss.post(f"/admin/campaigns/{one}/confirm", {"count": wrong})
        assert answer.status_code == (303 if wrong.strip() == "03" else 422), wrong
        if answer.status_code == 422:
            assert the_one(desktop).proposed
    assert the_one(desktop).state is CampaignState.RUNNING
    assert boss.post(f"/admin/campaigns/{one}/confirm", {"count": "3"}).status_code == 409
    assert boss.post(f"/admin/campaigns/{one}/undo").status_code == 303
    assert the_one(desktop).proposed
    assert desktop.client("supervisor").post(f"/admin/campaigns/{one}/confirm").status_code == 303
    begun = the_one(desktop)
    assert begun.started_at == NOW + alert_rules.GRACE, "time to take it back"


def test_the_yes_can_be_taken_back_until_the_first_call(desktop: Desktop, boss: Browser) -> None:
    propose(boss)
    one = the_one(desktop).id
    boss.post(f"/admin/campaigns/{one}/confirm", {"count": "3"})
    assert "Take it back" in boss.get(f"/admin/campaigns/{one}").text
    with desktop.db.begin() as connection:
        (first, *_) = campaigns.due(connection, one, NOW, 5)
        campaigns.place(connection, first, 1, NOW)
    assert "Take it back" not in boss.get(f"/admin/campaigns/{one}").text
    assert boss.post(f"/admin/campaigns/{one}/undo").status_code == 409
    assert the_one(desktop).state is CampaignState.RUNNING


def test_it_begins_when_it_is_to(desktop: Desktop, boss: Browser) -> None:
    propose(boss, starts="2026-11-23T10:30")
    one = the_one(desktop)
    assert one.started_at == NOW + timedelta(days=1, minutes=30)
    boss.post(f"/admin/campaigns/{one.id}/confirm", {"count": "3"})
    jobs = desktop.parts.desk.jobs
    assert jobs.claim("w", NOW + timedelta(hours=24), timedelta(minutes=1), ["campaign_step"]) is None
    assert jobs.claim("w", NOW + timedelta(hours=25), timedelta(minutes=1), ["campaign_step"]) is not None


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"listed": "9990001001,te\nnobody\n9990001001\n+4915112345678\n9990001002,fr\n"}, "4 wrong lines"),
        ({"listed": None}, "Choose a district or send a list"),
        ({"place": "Guntur"}, "not both"),
        ({"listed": None, "place": "Nowhere"}, "Choose a district"),
        ({"listed": None, "place": "Krishna"}, "Nobody to ring"),
        ({"text_te": ""}, "Give a text"),
        ({"text_te": "క" * 401}, "Give a text"),
        ({"per_minute": "601"}, "1 to 600 calls"),
        ({"kind": "war"}, "Give a name and a kind"),
        ({"starts": "2026-11-21T10:00"}, "must lie ahead"),
        ({"recording_te": ("x.wav", b"no sound", "audio/wav")}, "cannot be read"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_stays(lite: Desktop, more: dict[str, Any], told: str) -> None:
    answer = propose(lite.client("administrator"), **more)
    assert answer.status_code == 422
    assert told in answer.text
    assert 'value="River"' in answer.text
    with lite.db.read() as connection:
        assert campaigns.listed(connection) == []


def test_a_recording_is_kept_and_heard(desktop: Desktop, boss: Browser) -> None:
    desktop.parts.around.prompts._messages = desktop.data
    sound = mulaw_wav(bytes(range(256)) * 40)
    propose(boss, recording_te=("x.wav", sound, "audio/wav"))
    one = the_one(desktop)
    assert (desktop.data / one.recordings["te"]).read_bytes() == sound
    assert boss.get(f"/admin/campaigns/{one.id}/te.wav").status_code == 200


def test_everybody_of_a_place_and_the_same_form_sent_twice(desktop: Desktop, boss: Browser) -> None:
    leave(desktop.db, desktop.data, Sample("CA1", seconds=0))
    for _ in range(2):
        assert propose(boss, listed=None, place="Guntur").status_code == 303
    one = the_one(desktop)
    assert one.district == "Guntur"
    assert 'value="River"' in boss.get(f"/admin/campaigns/new?from={one.id}").text
    assert boss.post("/admin/campaigns", {"id": one.id, "what": "stop"}).status_code == 303
    assert desktop.client("operator").get(f"/admin/campaigns/{one.id}").status_code == 403


def test_lines_that_are_wrong_are_named() -> None:
    found = read_people(
        "Number,Language\n9990001001,TE\n\nnobody\n9990001001\n+4915112345678\n9990001002,fr\n", ("te",)
    )
    assert found.listed == (("+919990001001", "te"),)
    assert [(one.line, one.what) for one in found.wrong] == [
        (4, "number"),
        (5, "twice"),
        (6, "foreign"),
        (7, "language"),
    ]


@given(st.lists(st.text(max_size=20), max_size=8))
def test_every_line_is_taken_or_named_or_empty(lines: list[str]) -> None:
    text = "\n".join(line.replace('"', "") for line in lines)
    found = read_people(text, ("hi", "te"))
    assert len(found.listed) + len(found.wrong) <= len(text.splitlines())


@given(st.integers(0, 10**6), st.floats(0, 600), st.floats(0, 10))
def test_a_cost_is_of_whole_minutes(people: int, message_s: float, price: float) -> None:
    cost = alert_rules.most_cost(people, message_s, price)
    assert cost >= people * (message_s + alert_rules.AROUND_S - 1) / 60 * price
    assert cost <= people * ((message_s + alert_rules.AROUND_S) / 60 + 1) * price


@given(st.text(max_size=3), st.text(max_size=3), st.none() | st.integers(0, 5), st.integers(0, 5))
def test_nobody_begins_alone_without_the_count(made_by: str, by: str, typed: int | None, people: int) -> None:
    may = alert_rules.may_confirm(made_by, by, typed, people)
    assert may == (people > 0 and (made_by != by or typed == people))
