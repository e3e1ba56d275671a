"""Calls that we make: promised, placed in calling hours, tried three times; missed calls."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.core.errors import CarrierError
from ivr.desk.callbacks import CallBacks, Placing
from ivr.desk.handlers import Sending, handlers
from ivr.desk.worker import Pace, Worker
from ivr.dialogue.commands import OpenTicket
from ivr.dialogue.hours import Hours, HouseHours
from ivr.store.database import Database
from ivr.store.handovers import Handovers
from tests.store.house import CALLBACK, NOW, NUMBER, SECRETS, House

URL, STATUS = "https://janvaani.example.in/twilio/callback", "https://janvaani.example.in/twilio/callback-status"
HOURS = HouseHours(Hours.read({"from": "09:00", "to": "17:00"}), Hours.read({"from": "09:00", "to": "20:00"}))
ASKED = OpenTicket("CA1:1", "rumour_check", "hi", None, "", call_back=True)


class Line(House):
    """A house whose worker makes calls too."""

    def __init__(self, db: Database) -> None:
        super().__init__(db)
        self.handovers = Handovers(db)
        self.confirming = replace(self.desk.confirming, hours=HOURS)
        self.callbacks = CallBacks(db, SECRETS, self.confirming, self.bell.ring)

    def work(self, minutes: float = 0) -> list[str]:
        """What is due after `minutes`: whom the carrier rang."""
        self.clock.advance(60 * minutes)
        before = len(self.carrier.rung)
        free = self.handovers.free
        placing = Placing(self.db, SECRETS, self.confirming, self.carrier, self.clock, free, URL, STATUS)
        sending = Sending(self.db, SECRETS, self.carrier, self.clock, CALLBACK)
        worker = Worker(self.db, self.desk.jobs, handlers(sending, placing), self.clock, self.bell, Pace(poll_s=0.05))
        asyncio.run(worker.drain())
        return [to for to, _, _ in self.carrier.rung[before:]]

    @property
    def last(self) -> str:
        return f"CAout{len(self.carrier.rung)}"


@pytest.fixture
def line(db: Database) -> Line:
    return Line(db)


def test_a_promised_call_is_placed_once(line: Line) -> None:
    assert line.desk.open_ticket(line.call(), ASKED, NOW).reachable
    line.desk.open_ticket("CA1", ASKED, NOW)
    assert line.work() == [NUMBER]
    assert line.carrier.rung == [(NUMBER, URL, STATUS)]
    line.callbacks.answered(line.last, NUMBER, NOW)
    line.callbacks.reported(line.last, "completed", NOW)
    assert line.callbacks.purpose(line.last) == "callback"
    assert line.work(60) == []


def test_nobody_takes_it_three_times(line: Line) -> None:
    line.desk.open_ticket(line.call(), ASKED, NOW)
    for minutes in (0, 5, 30):
        assert line.work(minutes - 1 if minutes else 0) == ([] if minutes else [NUMBER])
        if minutes:
            assert line.work(1) == [NUMBER]
        line.callbacks.reported(line.last, "no-answer", line.clock.now())
        line.callbacks.reported(line.last, "no-answer", line.clock.now())
    assert line.work(600) == []


def test_nobody_is_rung_in_the_evening(line: Line) -> None:
    line.clock.advance(8 * 3600)  # six in the evening: calling hours, but no operator is there
    line.desk.open_ticket(line.call(), ASKED, line.clock.now())
    assert line.work() == []
    assert line.work(60 * 14.9) == []
    assert line.work(60 * 0.2) == [NUMBER]


def test_a_citizen_is_rung_when_an_operator_is_free(line: Line) -> None:
    line.handovers.ask(line.call("CA5"), NOW)
    line.desk.open_ticket(line.call(), ASKED, NOW)
    assert line.work() == []
    line.handovers.ended("CA5", "completed", NOW)
    assert line.work(1) == [NUMBER]


def test_a_carrier_that_is_away_costs_no_try(line: Line) -> None:
    line.desk.open_ticket(line.call(), ASKED, NOW)
    line.carrier.failures = [CarrierError("away", code="carrier_away", retryable=True)] * 4
    assert line.work() == []
    assert line.work(1) + line.work(2) + line.work(5) + line.work(5) == [NUMBER]
    for minutes in (5, 30):
        line.callbacks.reported(line.last, "busy", line.clock.now())
        assert line.work(minutes) == [NUMBER]


def test_an_answer_that_overtakes_the_row_is_known_by_its_number(line: Line) -> None:
    line.callbacks.missed("CAm", NUMBER, NOW)
    line.work()
    line.callbacks.answered("CAearly", NUMBER, NOW)
    assert line.callbacks.purpose("CAearly") == "missed"
    assert line.callbacks.purpose("CA1") == ""


def test_a_report_that_overtakes_the_row_is_looked_at_again(line: Line) -> None:
    line.callbacks.missed("CAm", NUMBER, NOW)
    line.callbacks.reported("CAout1", "busy", NOW)
    assert line.work() == [NUMBER]
    assert line.work(0.2) == [], "the report is applied"
    assert line.work(5) == [NUMBER]


def test_a_missed_call_is_answered_once_in_half_an_hour(line: Line) -> None:
    assert line.callbacks.missed("CA1", NUMBER, NOW)
    assert not line.callbacks.missed("CA2", "09415550123", NOW + timedelta(minutes=29))
    assert line.callbacks.missed("CA3", "+919415550199", NOW)
    assert line.callbacks.missed("CA4", NUMBER, NOW + timedelta(minutes=31))
    assert sorted(line.work()) == [NUMBER, "+919415550199"]


@pytest.mark.parametrize("number", [None, "anonymous", "+266696687", "+442071838750", "+2347012345678"])
def test_withheld_and_foreign_numbers_are_not_rung(line: Line, number: str | None) -> None:
    assert not line.callbacks.missed("CA1", number, NOW)
    asked = line.desk.open_ticket(line.call(number=number), ASKED, NOW)
    assert asked.reachable == (number in ("+442071838750", "+2347012345678"))
    assert line.work() == []


def test_a_ticket_without_a_promise_rings_nobody(line: Line) -> None:
    line.desk.open_ticket(line.call(), replace(ASKED, call_back=False), NOW)
    assert line.work() == []
