"""SMS about tickets: officers acknowledge, answer and hand on; citizens say yes, no, and reply. On both databases."""

import pytest

from ivr.desk.rules.life import Deed
from ivr.desk.rules.states import Party
from ivr.store.database import Database
from ivr.store.queues import Filter
from tests.store.house import NUMBER
from tests.store.office import Office, appoint

CLAIM = Deed("claim", Party.DESK, note="lamp changed", photo="proof/1.jpg")
OFFICER, TAHSILDAR, OTHER = "+919415550200", "+919415550201", "+919415550777"


@pytest.fixture
def office(db: Database) -> Office:
    appoint(db)
    house = Office(db)
    house.opened()
    house.work()
    return house


def number(office: Office) -> str:
    for view in ("open", "closed"):
        for row in office.desk.grievances.queue(Filter(view), office.clock.now()).rows:
            return row.number
    raise AssertionError("no ticket")


def sms(office: Office, body: str, sender: str = OFFICER, sid: str = "") -> list[tuple[str, str]]:
    """What goes out within twenty seconds of an SMS to us."""
    office.desk.sms_received(sid or f"SMin{body}", sender, body.replace("#", number(office)), office.clock.now())
    return office.work(20 / 3600)


def test_an_officer_acknowledges_and_answers_by_sms(office: Office) -> None:
    told = sms(office, "# OK")
    assert office.seen(number(office)).state == "acknowledged"
    assert sorted(to for to, _ in told) == ["123", "200"]
    told = sms(office, "# A1 25-11")
    after = office.seen(number(office))
    assert after.state == "answered"
    citizen = next(text for to, text in told if to == "123")
    assert "సిబ్బంది చూడడానికి వస్తారు" in citizen
    assert "25-11-2026" in citizen
    view = office.desk.grievances.ticket(after.number, office.clock.now())
    assert view is not None
    assert view.trail[-1].actor == "guntur-lights"


def test_an_officer_hands_on_by_sms_and_the_next_one_hears_of_it(office: Office) -> None:
    told = sms(office, "# TO guntur-tahsildar")
    assert office.seen(number(office)).officer == "role of guntur-tahsildar"
    assert sorted(to for to, _ in told) == ["123", "200", "201"]


def test_what_cannot_be_done_is_answered_as_such(office: Office) -> None:
    office.work(24 + 7)  # it has gone up meanwhile
    ((to, text),) = sms(office, "# A1")
    assert to == "200"
    assert "కుదరలేదు" in text
    assert office.seen(number(office)).state == "open"


def test_a_stranger_cannot_act_as_an_officer(office: Office) -> None:
    sms(office, "# OK", sender=OTHER)
    assert office.seen(number(office)).state == "open"


def test_help_tells_how(office: Office) -> None:
    ((_, text),) = sms(office, "HELP")
    assert "A1-A7" in text


def test_a_question_waits_for_the_citizens_reply(office: Office) -> None:
    told = sms(office, "# Q2")
    assert "సరైన చోటు చెప్పండి" in next(text for to, text in told if to == "123")
    asked = office.seen(number(office))
    assert (asked.pause_reason, asked.pause_until is not None) == ("citizen", True)
    told = sms(office, "# బడి పక్కన", sender=NUMBER)
    after = office.seen(number(office))
    assert (after.pause_reason, after.pause_until) == (None, None)
    assert sorted(to for to, _ in told) == ["123", "200"]
    view = office.desk.grievances.ticket(after.number, office.clock.now())
    assert view is not None
    assert (view.trail[-1].kind, view.trail[-1].note) == ("reply", "బడి పక్కన")


@pytest.mark.parametrize("word", ["YES", "haan", "అవును", "हाँ", "YES #"])
def test_the_citizens_yes_closes_in_any_script(office: Office, word: str) -> None:
    office.act(number(office), CLAIM)
    office.work(20 / 3600)
    sms(office, word, sender=NUMBER)
    assert office.seen(number(office)).state == "closed"


def test_no_with_words_goes_up_once_however_often_the_carrier_brings_it(office: Office) -> None:
    office.act(number(office), CLAIM)
    office.work(20 / 3600)
    told = sms(office, "కాదు ఇంకా చీకటి", sender=NUMBER, sid="SMsame")
    assert sorted(to for to, _ in told) == ["123", "200", "201"]
    assert sms(office, "కాదు ఇంకా చీకటి", sender=NUMBER, sid="SMsame") == []
    after = office.seen(number(office))
    assert (after.level, after.reopened) == (1, 1)
    view = office.desk.grievances.ticket(after.number, office.clock.now())
    assert view is not None
    assert (view.claims[0].answer, view.claims[0].via, view.claims[0].words) == ("no", "sms", "ఇంకా చీకటి")


def test_no_after_a_yes_opens_it_again_for_a_while(office: Office) -> None:
    office.act(number(office), CLAIM)
    office.work(20 / 3600)
    sms(office, "YES", sender=NUMBER)
    sms(office, "NO", sender=NUMBER)
    assert office.seen(number(office)).state == "open"


@pytest.mark.parametrize("sender", [OFFICER, TAHSILDAR, OTHER])
def test_nobody_else_can_say_yes(office: Office, sender: str) -> None:
    office.act(number(office), CLAIM)
    office.work(20 / 3600)
    sms(office, "YES #", sender=sender)
    assert office.seen(number(office)).state == "claimed"


def test_a_yes_that_could_mean_two_is_asked_back(office: Office) -> None:
    office.opened("CA1:2")
    ((_, text),) = [one for one in sms(office, "YES", sender=NUMBER) if one[0] == "123"]
    assert "ఏ ఫిర్యాదు" in text or "किस शिकायत" in text
