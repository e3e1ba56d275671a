"""To a person: hours, the queue, call backs, the briefing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.dialogue.briefing import briefing
from ivr.dialogue.commands import Disposition, HangUp, Listen, OpenTicket, Record, Transfer
from ivr.dialogue.events import CallStarted, EffectFailed, Event, MessageRecorded, Queued, TicketOpened
from ivr.dialogue.hours import Hours, HouseHours
from ivr.dialogue.ports import House
from ivr.dialogue.session import At, Session
from tests.unit.dialogue.caller import Caller, FakeDesk
from tests.unit.dialogue.conftest import Ring

OPERATOR = House(operator=True)
DAY = HouseHours(
    Hours.read({"from": "10:00", "to": "17:00", "days": ["mon", "tue"]}), Hours.read({"from": "09:00", "to": "20:00"})
)


def waiting(ring: Ring) -> Caller:
    caller = ring(house=OPERATOR, media="gather")
    caller.press("0")
    assert caller.happen(Queued(2, 4)) == ["queue_place", "queue_keys"]
    return caller


def test_the_place_in_the_queue_and_the_minutes_are_told(ring: Ring) -> None:
    caller = waiting(ring)
    assert caller.value("queue_place", "place") == ("number", "2")
    assert caller.value("queue_place", "minutes") == ("number", "4")
    assert isinstance(caller.last, Listen)
    assert caller.last.no_input_ms == 5_000
    assert caller.disposition is None, "not transferred yet"
    assert caller.press("*") == ["queue_place", "queue_keys"]


def test_waiting_on_asks_for_a_line_again(ring: Ring) -> None:
    caller = waiting(ring)
    assert caller.silence() == ["transfer"]
    assert isinstance(caller.last, Transfer)
    assert caller.flags.count("operator") == 1
    caller.hang_up()
    assert caller.ends_with(HangUp(Disposition.TRANSFERRED))


def test_a_line_is_asked_for_often_and_the_place_told_when_it_changes_or_seldom(ring: Ring) -> None:
    caller = waiting(ring)
    told = []
    for place in (2, 2, 2, 2, 1, 1):
        caller.later(0.1)
        caller.silence()
        told.append(bool(caller.happen(Queued(place, 4))))
    assert told == [False, False, False, True, True, False]
    assert caller.press("*") == ["queue_place", "queue_keys"]


def test_one_promises_a_call_back_instead(ring: Ring) -> None:
    caller = waiting(ring)
    assert caller.press("1") == ["callback_noted", "anything_else", "yes_no_keys"]
    ticket = caller.desk.done[0]
    assert isinstance(ticket, OpenTicket)
    assert ticket.service == "callback_request"
    assert ticket.call_back
    caller.hang_up()
    assert caller.ends_with(HangUp(Disposition.CALLBACK))


def test_a_long_wait_becomes_a_promise(ring: Ring) -> None:
    caller = waiting(ring)
    for _ in range(40):
        caller.later(0.3)
        caller.silence()
        if "queue_place" not in caller.happen(Queued(1, 2)) and caller.plays:
            break
    assert [play.prompt for play in caller.plays][:2] == ["queue_long", "callback_noted"]


def test_who_leaves_the_queue_was_not_transferred(ring: Ring) -> None:
    caller = waiting(ring)
    caller.hang_up()
    assert caller.ends_with(HangUp(Disposition.CALLER_LEFT))


class _Withheld(FakeDesk):
    def answer(self, effect: object) -> Event:
        done = super().answer(effect)  # type: ignore[arg-type]
        return replace(done, reachable=False) if isinstance(done, TicketOpened) else done


def test_no_call_back_is_promised_to_a_withheld_number(ring: Ring) -> None:
    caller = ring(desk=_Withheld(), house=OPERATOR)
    assert caller.say("service=callback_request") == ["callback_impossible", "voicemail"]
    assert caller.ends_with(Record(langs=("hi",)))
    caller.happen(MessageRecorded(4000))
    assert caller.ends_with(HangUp(Disposition.VOICEMAIL))


def test_without_a_person_the_promise_is_the_desks_alone(ring: Ring) -> None:
    caller = ring()
    caller.say("service=callback_request")
    assert isinstance(caller.desk.done[0], OpenTicket)
    assert not caller.desk.done[0].call_back


def test_out_of_hours_a_message_is_taken(ring: Ring) -> None:
    caller = ring(house=OPERATOR)
    caller.now = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)  # half past one at night in India
    caller.session = replace(caller.session, started_at=caller.now.isoformat())
    assert caller.press("0") == ["out_of_hours", "voicemail"]
    assert caller.ends_with(Record(langs=("hi",)))


def test_a_call_back_goes_straight_to_a_person_in_the_citizens_language(ring: Ring) -> None:
    caller = ring(house=OPERATOR)
    caller.session = Session.new("CA9")
    assert caller.happen(CallStarted("te", purpose="callback")) == ["greeting_callback", "transfer"]
    assert {play.lang for play in caller.plays} == {"te"}
    assert [play.prompt for play in briefing(caller.session, "hi")] == ["whisper_callback"]
    assert caller.happen(EffectFailed("Transfer", "busy")) == ["transfer_failed", "voicemail"]


def test_the_briefing_says_what_was_asked_and_where(ring: Ring) -> None:
    caller = ring(house=OPERATOR)
    caller.say("service=street_light_repair place=Agra")
    assert caller.session.at is At.CONFIRM
    caller.press("0")
    told = briefing(caller.session, "te")
    assert [(play.prompt, dict(play.values)) for play in told] == [
        ("whisper_service", {"service": ("service", "street_light_repair")}),
        ("whisper_place", {"place": ("place", "Agra")}),
    ]
    assert {play.lang for play in told} == {"te"}
    unknown = ring(house=OPERATOR)
    unknown.press("0")
    assert [play.prompt for play in briefing(unknown.session, "hi")] == ["whisper_unknown"]


@pytest.mark.parametrize(
    ("at", "operator", "expected"),
    [
        ("2026-11-23T04:00:00+00:00", False, "2026-11-23T04:00:00+00:00"),  # half past nine on a Monday in India
        ("2026-11-23T04:00:00+00:00", True, "2026-11-23T04:30:00+00:00"),
        ("2026-11-23T15:00:00+00:00", False, "2026-11-24T03:30:00+00:00"),
        ("2026-11-24T12:00:00+00:00", True, "2026-11-30T04:30:00+00:00"),  # after five on Tuesday: Monday
        ("2026-11-24T12:00:00+00:00", False, "2026-11-24T12:00:00+00:00"),
    ],
)
def test_when_a_citizen_may_be_rung(at: str, operator: bool, expected: str) -> None:
    assert DAY.next_call(datetime.fromisoformat(at), operator) == datetime.fromisoformat(expected)


@given(st.integers(0, 60 * 24 * 30), st.booleans())
def test_nobody_is_rung_outside_the_hours(minute: int, operator: bool) -> None:
    at = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(minutes=minute)
    when = DAY.next_call(at, operator)
    assert when >= at
    assert DAY.calling.open(when)
    assert DAY.operator.open(when) or not operator
    assert when - at <= timedelta(days=7)


@pytest.mark.parametrize(
    "raw",
    [
        {"from": "10:00"},
        {"from": "20:00", "to": "09:00"},
        {"from": "10:00", "to": "17:00", "days": ["noday"]},
        {"from": "10:00", "to": "17:00", "days": []},
        {"from": "10:00", "to": "17:00", "until": "18:00"},
    ],
)
def test_hours_that_cannot_be_are_refused(raw: dict[str, object]) -> None:
    with pytest.raises((ValueError, KeyError)):
        Hours.read(raw)
