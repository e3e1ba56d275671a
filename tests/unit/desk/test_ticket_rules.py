"""What an act and what time make of a ticket: no edit postpones a deadline, nothing but the citizen's yes closes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.core.data import data_dir
from ivr.core.errors import ActRefusedError, DataError
from ivr.desk.rules.crossing import problems
from ivr.desk.rules.life import Deed, Standing, begin, by_itself, do, pause_left
from ivr.desk.rules.matrix import TicketRules
from ivr.desk.rules.states import Party, StateTable
from ivr.desk.sms_templates import SmsTexts
from ivr.understanding.catalogue import Catalogue

RULES = TicketRules.load(data_dir("grammars"))
NOW = datetime(2026, 11, 23, 5, 30, tzinfo=UTC)  # a Monday, eleven in the morning in India
HOUR = timedelta(hours=1)
NORMAL = RULES.matrix.classes["normal"]


def fresh(kind: str = "normal", level: int = 0) -> Standing:
    return begin(RULES, RULES.matrix.classes[kind], level, NOW, NOW + timedelta(days=7))


def deed(act: str, party: Party = Party.OFFICER) -> Deed:
    """A complete deed of this kind."""
    return Deed(
        act, party, note="words", code="visit" if act == "answer" else "papers", reason="weather",
        until=None, officer_id=7, place="AP.Guntur", photo="proof/1.jpg", rating=5,
    )  # fmt: skip


STEPS = st.tuples(
    st.sampled_from(sorted(RULES.table.acts)),
    st.sampled_from(list(Party)),
    st.integers(0, 60),  # hours since the last
    st.integers(1, 80),  # hours of a pause
)


def run(ticket: Standing, steps: list[tuple[str, Party, int, int]], clock: bool = True) -> list[tuple[Standing, Deed]]:
    """The ticket after each step that was allowed; between them time does what is due."""
    course, now = [], NOW
    for act, party, hours, pause in steps:
        now += hours * HOUR
        while clock and (own := by_itself(RULES, ticket, now)) is not None:
            ticket = do(RULES, ticket, own, now)
            course.append((ticket, own))
        wanted = replace(deed(act, party), until=now + pause * HOUR)
        try:
            ticket = do(RULES, ticket, wanted, now)
        except ActRefusedError:
            continue
        course.append((ticket, wanted))
    return course


@given(st.lists(STEPS, max_size=30))
@settings(max_examples=150, deadline=None)
def test_nothing_but_the_citizens_yes_closes(steps: list[tuple[str, Party, int, int]]) -> None:
    before = fresh()
    for after, done in run(before, steps):
        if after.state == "closed" and before.state != "closed":
            assert (done.act, done.party) == ("yes", Party.CITIZEN)
        before = after


OFFICERS = st.sampled_from(sorted(rule.id for rule in RULES.table.acts.values() if rule.edit))
EDITS = st.lists(st.tuples(OFFICERS, st.just(Party.OFFICER), st.integers(0, 9), st.integers(1, 80)), max_size=30)


@given(EDITS, st.sampled_from(["normal", "urgent"]))
@settings(max_examples=150, deadline=None)
def test_no_edit_postpones_a_deadline(edits: list[tuple[str, Party, int, int]], kind: str) -> None:
    """Whatever an officer writes: the day promised and the level's beginning stay, and the next step comes at the
    level's end at the latest, pauses within their limit added."""
    first = fresh(kind)
    end = max(first.solve_by, RULES.matrix.classes[kind].calendar.add(NOW, RULES.matrix.classes[kind].late_hours[0]))
    for after, _ in run(first, edits, clock=False):
        assert (after.solve_by, after.level_at, after.level) == (first.solve_by, first.level_at, 0)
        assert after.late_at <= first.solve_by
        assert after.next_at is not None
        unpaused = max(after.next_at if after.pause_until is None else first.next_at or NOW, end)
        assert after.next_at <= unpaused + RULES.matrix.pause_total
        assert after.paused <= RULES.matrix.pause_total


@given(EDITS)
@settings(max_examples=100, deadline=None)
def test_without_answer_or_pause_the_next_step_does_not_move_at_all(edits: list[tuple[str, Party, int, int]]) -> None:
    first = fresh()
    quiet = [step for step in edits if step[0] not in ("answer", "ask", "pause")]
    for after, _ in run(first, quiet, clock=False):
        assert after.next_at == first.next_at
        assert after.late_at == first.late_at


@given(st.lists(STEPS, max_size=30))
@settings(max_examples=100, deadline=None)
def test_a_ticket_in_work_is_never_forgotten(steps: list[tuple[str, Party, int, int]]) -> None:
    """In every state that is an office's, time moves it on; in the others a person of the helpline or the citizen."""
    for after, _ in run(fresh(), steps):
        timed = after.state in ("open", "acknowledged", "answered", "claimed")
        again = after.state == "unconfirmed" and after.rounds < RULES.matrix.confirm.rounds
        assert (after.next_at is not None) == (timed or again)
        assert 0 <= after.level <= RULES.matrix.top


def test_five_hours_unanswered_bring_the_next_level() -> None:
    ticket = fresh()
    assert ticket.next_at == NOW + 5 * HOUR
    assert by_itself(RULES, ticket, NOW + 4.9 * HOUR) is None
    own = by_itself(RULES, ticket, NOW + 5 * HOUR)
    assert own is not None
    ticket = do(RULES, ticket, own, NOW + 5 * HOUR)
    assert (ticket.level, ticket.state, ticket.raised) == (1, "open", 1)
    # 16:00; two hours are left of the day, three more on the next
    assert ticket.next_at == NOW + 24 * HOUR + timedelta(hours=2)


def test_the_clock_climbs_to_the_top_and_goes_on_telling_it() -> None:
    ticket, seen, now = fresh(), [], NOW
    for _ in range(6):
        assert ticket.next_at is not None
        now = ticket.next_at
        own = by_itself(RULES, ticket, now)
        assert own is not None
        seen.append(own.act)
        ticket = do(RULES, ticket, own, now)
    assert seen == ["raise"] * 3 + ["repeat"] * 3
    assert ticket.level == 3


def test_answered_it_goes_up_when_the_promised_day_is_over() -> None:
    ticket = do(RULES, fresh(), deed("answer"), NOW + HOUR)
    assert ticket.next_at == ticket.solve_by == ticket.late_at
    again = do(RULES, ticket, deed("answer"), NOW + 30 * HOUR)
    assert (again.answered_at, again.next_at) == (ticket.answered_at, ticket.next_at)


def test_pauses_have_limits_and_give_back_what_was_not_used() -> None:
    ticket = fresh()
    day = replace(deed("pause"), until=NOW + 24 * HOUR)
    with pytest.raises(ActRefusedError, match="48 hours"):
        do(RULES, ticket, replace(day, until=NOW + 49 * HOUR), NOW)
    paused = do(RULES, ticket, day, NOW)
    assert paused.next_at == NOW + 24 * HOUR
    resumed = do(RULES, paused, deed("resume"), NOW + HOUR)
    assert (resumed.paused, resumed.next_at) == (HOUR, ticket.next_at)
    now = NOW + HOUR
    for _ in range(9):
        left = pause_left(RULES, resumed, "weather", now)
        if not left:
            break
        resumed, now = do(RULES, resumed, replace(day, until=now + left), now), now + left
    with pytest.raises(ActRefusedError, match="0 hours"):
        do(RULES, resumed, replace(day, until=now + HOUR), now)


def test_no_brings_it_one_level_up_and_the_second_no_a_person() -> None:
    claimed = do(RULES, fresh(), deed("claim"), NOW + HOUR)
    assert claimed.state == "claimed"
    first = do(RULES, claimed, deed("no", Party.CITIZEN), NOW + 2 * HOUR)
    assert (first.state, first.level, first.reopened) == ("open", 1, 1)
    second = do(RULES, do(RULES, first, deed("claim"), NOW + 3 * HOUR), deed("no", Party.CITIZEN), NOW + 4 * HOUR)
    assert (second.state, second.level, second.reopened, second.next_at) == ("human", 2, 2, None)
    back = do(RULES, second, deed("take_up", Party.DESK), NOW + 5 * HOUR)
    assert (back.state, back.next_at is not None) == ("open", True)


def test_no_answer_is_not_a_yes() -> None:
    claimed = do(RULES, fresh(), deed("claim"), NOW)
    week = NOW + timedelta(days=RULES.matrix.confirm.answer_days)
    own = by_itself(RULES, claimed, week)
    assert own is not None
    after = do(RULES, claimed, own, week)
    assert (after.state, after.closed_at) == ("unconfirmed", None)
    second = by_itself(RULES, after, week)
    assert second is not None
    assert second.act == "call_again"
    asked = do(RULES, after, second, week)
    assert (asked.state, asked.next_at) == ("unconfirmed", None)


def test_a_closed_ticket_can_be_reopened_by_the_citizen_for_a_while() -> None:
    closed = do(RULES, do(RULES, fresh(), deed("claim"), NOW), deed("yes", Party.CITIZEN), NOW)
    assert do(RULES, closed, deed("reopen", Party.CITIZEN), NOW + timedelta(days=30)).level == 1
    with pytest.raises(ActRefusedError, match="30 days"):
        do(RULES, closed, deed("reopen", Party.CITIZEN), NOW + timedelta(days=31))
    with pytest.raises(ActRefusedError):
        do(RULES, closed, deed("reopen", Party.OFFICER), NOW)


@pytest.mark.parametrize(
    ("act", "lacking"), [("claim", "photo"), ("claim", "note"), ("hand_on", "officer_id"), ("answer", "code")]
)
def test_an_act_without_what_it_needs_is_refused(act: str, lacking: str) -> None:
    empty = replace(deed(act), **{lacking: None if lacking == "officer_id" else ""})  # type: ignore[arg-type]
    with pytest.raises(ActRefusedError, match="needs"):
        do(RULES, fresh(), empty, NOW)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"claim": {"to": "closed"}}, "only 'yes'"),
        ({"yes": {"by": ["citizen", "officer"]}}, "only 'yes'"),
        ({"note": {"to": "closed"}}, "only 'yes'"),
        ({"claim": {"to": "gone"}}, "knows no state gone"),
        ({"claim": {"by": ["mayor"]}}, "by must name"),
        ({"answer": {"needs": ["money"]}}, "cannot need money"),
    ],
)
def test_a_table_that_would_betray_the_citizen_is_refused(
    tmp_path: Path, change: dict[str, dict[str, object]], said: str
) -> None:
    data = yaml.safe_load((data_dir("grammars") / "tickets.yaml").read_text("utf-8"))
    for act, fields in change.items():
        data["acts"][act] |= fields
    path = tmp_path / "tickets.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    with pytest.raises(DataError, match=said):
        StateTable.load(path)


def test_what_the_rules_name_elsewhere_is_there() -> None:
    folder = data_dir("grammars")
    services = Catalogue.load(folder).services
    departments = {service.department for service in services.values()}
    templates = SmsTexts.load(folder / "sms.yaml").templates.keys()
    assert list(problems(RULES, templates, ("hi", "te"), services, departments)) == []
    told = list(problems(RULES, (), ("hi", "en"), (), ()))
    for text in ("which sms.yaml does not have", "visit lacks en", "level ward lacks en", "is not in the catalogue"):
        assert any(text in one for one in told), text
