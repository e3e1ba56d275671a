"""A small month: the same rules, fewer people."""

from functools import cache

from ivr.cli.district import complaint_services
from ivr.core.data import data_dir
from ivr.desk.desk import ticket_rules
from ivr.dialogue.script import house_hours
from ivr.replay.district.month import Month, Scale
from ivr.replay.district.report import Report, broken, report


@cache
def month(seed: int = 1) -> Month:
    small = Scale(calls=2000, tickets=200, officers=60, days=20, seed=seed)
    made = Month(small, ticket_rules(), complaint_services(), house_hours(data_dir("grammars")))
    made.run()
    return made


@cache
def seen() -> Report:
    return report(month())


def test_every_rule_holds_and_nothing_is_closed_but_by_its_citizen() -> None:
    assert seen().broken == ()
    assert seen().tickets == 200
    assert seen().acts["yes"] >= round(seen().closed_by_citizen * 200)


def test_the_clock_takes_tickets_from_lazy_officers() -> None:
    assert seen().lazy == 20
    assert seen().lazy_climbed > 2 * seen().diligent_climbed
    assert seen().lazy_climbed > 0.6


def test_what_was_not_done_is_not_closed_but_by_a_citizens_mistake() -> None:
    assert seen().bogus_closed <= seen().bogus_claims
    assert seen().reopened > 0


def test_a_month_is_the_same_every_time_and_another_is_not() -> None:
    again = Month(month().scale, ticket_rules(), complaint_services(), house_hours(data_dir("grammars")))
    again.run()
    assert report(again) == seen()
    assert report(month(2)) != seen()


def test_a_broken_rule_is_told() -> None:
    other = month(2)
    closed = next(case for case in other.cases if case.standing.state == "closed")
    closed.closed_by = None
    assert any("without the citizen's yes" in text for text in broken(other, other.cases[-1].standing.opened_at))
