"""A complaint from its opening to the citizen's word: who hears what when, on both databases."""

import asyncio

import pytest

from ivr.desk.confirming import Answer
from ivr.desk.escalating import Escalation
from ivr.desk.rules.life import Deed
from ivr.desk.rules.states import Party
from ivr.dialogue.commands import FindTickets
from ivr.store import queues, tickets
from ivr.store.database import Database
from tests.store.house import NUMBER
from tests.store.office import DESK, Office, appoint

CLAIM = Deed("claim", Party.DESK, note="lamp changed", photo="proof/1.jpg")
CITIZEN = NUMBER[-3:]


@pytest.fixture
def office(db: Database) -> Office:
    appoint(db)
    return Office(db)


def receivers(told: list[tuple[str, str]]) -> list[str]:
    return sorted(to for to, _ in told)


def test_the_officer_hears_of_a_new_ticket_in_their_script(office: Office) -> None:
    row = office.opened()
    ((to, text),) = office.work()
    assert to == "200"
    assert "ఫిర్యాదు" in text
    assert "గుంటూరు" in text
    assert "22-11" not in text  # a Sunday: the office has till Monday
    assert "23-11 15:00" in text
    assert f"{row.number[:4]}-{row.number[4:]}" in text


def test_nothing_is_told_before_fifteen_seconds_and_never_what_was_taken_back(office: Office) -> None:
    row = office.opened()
    office.work()
    done = office.act(row.number, Deed("answer", Party.DESK, code="visit"))
    assert office.work() == []
    office.desk.grievances.undo(row.number, done.event_id, DESK, office.clock.now())
    assert office.work(1) == []
    office.act(row.number, Deed("answer", Party.DESK, code="started"))
    ((to, text),) = office.work(0.01)
    assert to == CITIZEN
    assert "పని మొదలైంది" in text


def test_unanswered_it_climbs_and_everybody_concerned_hears_of_it(office: Office) -> None:
    row = office.opened()
    office.work()
    monday = 24 + 5.5  # from ten on Sunday to half past three on Monday
    told = office.work(monday)
    assert receivers(told) == sorted(["201", "200", CITIZEN])
    assert office.seen(row.number).level == 1
    office.work(24)
    assert office.seen(row.number).level == 2
    office.work(24)
    after = office.seen(row.number)
    assert (after.level, after.raised, after.officer) == (3, 3, "role of state-secretary")


def test_a_ticket_of_nobody_climbs_too(office: Office) -> None:
    row = office.opened(district=None)
    assert row.officer_id is not None  # the state's secretary answers for all places
    assert row.level == 3
    told = office.work(48)
    assert office.seen(row.number).repeated_at is not None
    assert "203" in receivers(told)


def test_a_scan_is_paged_to_the_end_and_passes_by_what_fails(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.desk.escalating.PAGE", 3)
    numbers = [office.opened(f"CA1:{n}").number for n in range(10)]
    with office.db.begin() as connection:
        broken = tickets.find(connection, number=numbers[1])
        assert broken is not None
        tickets.write(connection, broken.id, {"state": "nonsense"})
    office.clock.advance(48 * 3600)
    escalation = Escalation(office.db, office.desk.jobs, office.desk.acting, office.clock, office.bell.ring)
    now = office.clock.now()
    rest, rounds = escalation.pages(now, None, most=2), 1
    while rest is not None:
        rest, rounds = escalation.pages(now, rest, most=2), rounds + 1
    assert rounds == 2
    levels = [office.seen(number).level for number in numbers]
    assert levels == [1, 0, *[1] * 8]
    with office.db.read() as connection:
        assert len(queues.due_for_escalation(connection, now, None, 50)) == 1


def test_the_round_goes_on_by_itself(office: Office) -> None:
    row = office.opened()
    office.work()
    for _ in range(31):
        office.clock.advance(3600)
        asyncio.run(office.worker().drain())
    assert office.seen(row.number).level == 1


def test_a_claim_rings_the_citizen_in_calling_hours_and_yes_closes(office: Office) -> None:
    row = office.opened()
    office.work()
    office.clock.advance(11 * 3600)  # nine in the evening
    office.act(row.number, CLAIM)
    office.work(0.01)
    assert office.carrier.rung == []
    office.work(13)  # calls that waited are spread over the first hour
    ((to, _, _),) = office.carrier.rung
    assert to == NUMBER
    office.callbacks.answered(office.last_call, NUMBER, office.clock.now())
    assert office.callbacks.purpose(office.last_call) == "confirm"
    assert office.callbacks.ticket(office.last_call) == row.number
    said(office, row.number, Answer("yes", "call", call_sid=None))
    office.callbacks.reported(office.last_call, "completed", office.clock.now())
    told = office.work()
    assert office.seen(row.number).state == "closed"
    assert receivers(told) == sorted(["200", CITIZEN])
    office.work(48)
    assert len(office.carrier.rung) == 1


def test_three_calls_without_a_word_leave_it_unconfirmed(office: Office) -> None:
    row = office.opened()
    office.act(row.number, CLAIM)
    office.work(0.01)
    for status in ("no-answer", "completed", "busy"):  # the second was taken, and nothing was said
        if status == "completed":
            office.callbacks.answered(office.last_call, NUMBER, office.clock.now())
        office.callbacks.reported(office.last_call, status, office.clock.now())
        office.work(3)
    after = office.seen(row.number)
    assert (after.state, after.closed_at, len(office.carrier.rung)) == ("unconfirmed", None, 3)
    view = office.desk.grievances.ticket(row.number, office.clock.now())
    assert view is not None
    assert [(claim.answer, claim.tries) for claim in view.claims] == [("none", 3)]
    office.work(24 * 7)  # the second round
    assert len(office.carrier.rung) == 4


def test_no_goes_one_level_up_with_the_citizens_words_and_the_second_to_a_person(office: Office) -> None:
    row = office.opened()
    office.work()
    office.act(row.number, CLAIM)
    office.work(0.01)
    said(office, row.number, Answer("no", "call", "లైటు వెలగలేదు"))
    told = office.work()
    after = office.seen(row.number)
    assert (after.state, after.level, after.officer) == ("open", 1, "role of guntur-tahsildar")
    assert receivers(told) == sorted(["201", "200", CITIZEN])
    office.act(row.number, CLAIM)
    office.work(0.01)
    said(office, row.number, Answer("no", "call", "ఇంకా లేదు"))
    office.work()
    assert office.seen(row.number).state == "human"
    view = office.desk.grievances.ticket(row.number, office.clock.now())
    assert view is not None
    assert [(claim.answer, claim.via, claim.words) for claim in view.claims] == [
        ("no", "call", "లైటు వెలగలేదు"),
        ("no", "call", "ఇంకా లేదు"),
    ]


def test_a_yes_by_sms_while_the_call_waits_spares_the_call(office: Office) -> None:
    row = office.opened()
    office.clock.advance(11 * 3600)
    office.act(row.number, CLAIM)
    office.work(0.01)
    said(office, row.number, Answer("yes", "sms"))
    office.work(24)
    assert office.carrier.rung == []


def test_whose_number_is_withheld_cannot_be_asked(office: Office, db: Database) -> None:
    row = office.opened()
    with db.begin() as connection:
        tickets.write(connection, row.id, {"caller_hash": None})
    office.act(row.number, CLAIM)
    office.work(0.01)
    assert office.seen(row.number).state == "unconfirmed"


def said(office: Office, number: str, answer: Answer) -> None:
    row = office.seen(number)
    with office.db.begin() as connection:
        office.confirming.answer(connection, row, answer, f"{number}:{row.version}:said", office.clock.now())


def test_who_rings_hears_the_officers_words_and_nobody_else_does(office: Office) -> None:
    row = office.opened()
    office.act(row.number, Deed("answer", Party.DESK, note="రేపు వస్తాం", code="visit"))
    (mine,) = office.desk.find_tickets(office.call("CA8"), FindTickets()).tickets
    assert (mine.state, mine.answer, mine.note) == ("answered", "visit", "రేపు వస్తాం")
    (other,) = office.desk.find_tickets(office.call("CA9", "+919415550199"), FindTickets(row.number)).tickets
    assert (other.answer, other.note) == ("visit", "")
