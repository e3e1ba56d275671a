"""Whatever happens in whatever order: no step raises, every step leads on or ends, every call ends as agreed."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.dialogue.commands import Disposition, HangUp
from ivr.dialogue.dialogue import Dialogue
from ivr.dialogue.events import (
    CallStarted,
    DeskSays,
    EffectFailed,
    Event,
    HungUp,
    KnownTicket,
    MessageRecorded,
    NoInput,
    Pressed,
    Queued,
    Said,
    SmsQueued,
    TicketOpened,
    TicketsFound,
)
from ivr.dialogue.ports import House
from ivr.dialogue.script import Script
from ivr.dialogue.session import At, Session
from ivr.understanding.result import Command, Hypothesis
from tests.unit.dialogue.caller import NOW, NUMBER, SAYS, Caller, FakeDesk, MarkUnderstander, check_step
from tests.unit.dialogue.conftest import CATALOGUE

SERVICES = [f"service={name}:{score}" for name in CATALOGUE.services for score in (0.9, 0.5)]
MARKS = st.sampled_from(
    [
        *SERVICES,
        "service=gone_from_the_catalogue:0.9",
        "lang=hi",
        "lang=te",
        "lang=xx",
        "yes",
        "no",
        "place=Agra",
        "place=Patna",
        f"digits={NUMBER}",
        "digits=123",
        "number=4",
        "number=4.5",
        "emergency=fire",
        "option=alert.stop",
        "option=blood.o_pos",
        "option=gives.food",
        "option=delivery.connect",
        "rumour=coin_ten_invalid:0.9",
        "rumour=coin_ten_invalid:0.5",
        "noise",
        *(f"cmd={command}" for command in Command if command is not Command.GOODBYE),
    ]
)
TEXTS = st.lists(MARKS, max_size=3).map(" ".join)
NBEST = st.lists(TEXTS.map(Hypothesis), max_size=3).map(tuple)
SAID = st.builds(Said, st.dictionaries(st.sampled_from(["hi", "te", "xx"]), NBEST, max_size=3), st.booleans())
KEYS = st.sampled_from([*"0123456789*#", "", "12", NUMBER, "0000000", "A", "९"])
TICKETS = st.lists(
    st.builds(
        KnownTicket,
        st.just(NUMBER),
        st.sampled_from([*CATALOGUE.services, "gone"]),
        st.sampled_from(["open", "closed", "new to us"]),
        st.just("2026-11-20"),
        st.sampled_from(["2026-11-24", None]),
    ),
    max_size=4,
).map(tuple)
BRIEFS = st.sampled_from(
    [{}, {"errand": "gone"}]
    + [
        {"errand": errand, "service": "food_ration_request", "district": "Agra", "offer": "7", "request": "4"}
        for errand in ("offer", "deliver", "received", "alert")
    ]
)
SPOKEN = st.one_of(SAID, st.builds(Pressed, KEYS), st.just(NoInput()))
EVENTS: st.SearchStrategy[Event] = st.one_of(
    SPOKEN,
    SPOKEN,
    SPOKEN,
    st.builds(
        CallStarted,
        st.sampled_from([None, "te"]),
        st.booleans(),
        st.sampled_from(["stream", "gather"]),
        TICKETS,
        st.booleans(),
        st.sampled_from(["", "overloaded"]),
        st.sampled_from(["", "callback", "missed"]),
        BRIEFS,
    ),
    st.sampled_from([DeskSays(what, *said) for what, said in SAYS.items()]),
    st.builds(TicketOpened, st.just(NUMBER), st.sampled_from(["2026-11-24", None])),
    st.builds(TicketsFound, TICKETS, st.booleans()),
    st.builds(SmsQueued, st.booleans()),
    st.builds(MessageRecorded, st.integers(0, 9000)),
    st.builds(Queued, st.integers(1, 9), st.integers(1, 30)),
    st.builds(EffectFailed, st.sampled_from(["OpenTicket", "SendSms", "Transfer", "Record"]), st.just("store")),
)
HOUSES = st.builds(House, st.sampled_from(["UP", "AP", "XX"]), st.booleans(), st.sampled_from([frozenset(), {"fire"}]))
MEDIA = st.sampled_from(["stream", "gather"])
EVENTS_AT_MOST = 125  # twice the limit of turns: then even what is awaited ends; the queue does not count
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUICK
@given(house=HOUSES, events=st.lists(EVENTS, max_size=25), hung_up=st.booleans())
def test_any_events_in_any_order(script: Script, house: House, events: list[Event], hung_up: bool) -> None:
    dialogue = Dialogue(MarkUnderstander(), CATALOGUE, script, house)
    session = Session.new("CA1")
    for event in [*events, *([HungUp()] if hung_up else [NoInput()] * EVENTS_AT_MOST)]:
        session, commands = dialogue.step(session, event, NOW)
        check_step(session, commands)
    assert session.over
    assert session.disposition in set(Disposition)
    _, late = dialogue.step(session, Pressed("1"), NOW)
    assert late == (HangUp(session.disposition),)


@QUICK
@given(house=HOUSES, media=MEDIA, spoken=st.lists(SPOKEN, max_size=25), sms=st.booleans())
def test_any_caller_with_a_desk_that_works(
    script: Script, house: House, media: str, spoken: list[Event], sms: bool
) -> None:
    caller = Caller(Dialogue(MarkUnderstander(), CATALOGUE, script, house), FakeDesk(sms=sms))
    caller.call(media=media)
    for event in spoken:
        caller.happen(event)
    for _ in range(EVENTS_AT_MOST):
        if caller.session.over:
            break
        caller.happen(HungUp() if caller.session.pending else NoInput())
    assert caller.session.over
    opened = [effect for effect in caller.desk.done if type(effect).__name__ == "OpenTicket"]
    assert len({effect.key for effect in opened}) == len(opened)  # type: ignore[union-attr]


@QUICK
@given(spoken=st.lists(SPOKEN, max_size=10))
def test_silence_ends_a_call_within_few_reprompts(script: Script, spoken: list[Event]) -> None:
    caller = Caller(Dialogue(MarkUnderstander(), CATALOGUE, script))
    caller.call()
    for event in spoken:
        caller.happen(event)
    silences = 0
    while not caller.session.over and caller.session.at is not At.RECORDING:
        caller.silence()
        silences += 1
    assert silences <= 6


@QUICK
@given(spoken=st.lists(SPOKEN, max_size=12), media=MEDIA)
def test_the_same_events_give_the_same_call(script: Script, spoken: list[Event], media: str) -> None:
    def run() -> list[Session]:
        caller = Caller(Dialogue(MarkUnderstander(), CATALOGUE, script))
        caller.call(media=media)
        sessions = []
        for event in spoken:
            caller.happen(event)
            sessions.append(caller.session)
        return sessions

    assert run() == run()


@QUICK
@given(spoken=st.lists(SPOKEN, max_size=10), media=MEDIA)
def test_an_interrupted_call_goes_on_at_the_same_question(script: Script, spoken: list[Event], media: str) -> None:
    caller = Caller(Dialogue(MarkUnderstander(), CATALOGUE, script))
    caller.call()
    for event in spoken:
        caller.happen(event)
    before = caller.session
    caller.happen(CallStarted(resumed=True, media=media))
    if not before.over:
        by_keys = {At.SERVICE: At.MENU, At.PLACE: At.PLACE_MENU}
        expected = by_keys.get(before.at, before.at) if caller.session.by_keys else before.at
        if before.at is At.NO_DANGER and media == "gather":
            expected = At.OVER  # the number is told once more: nothing is asked by keys of who is in danger
        assert caller.session.at is expected
        assert caller.session.request.service == before.request.service
