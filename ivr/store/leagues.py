"""How departments (or districts) serve citizens, counted from the tickets and their trails in SQL. Nothing is decided
here, and nothing is kept: every table is counted when it is asked for, over the index of opening times.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, case, extract, func, select

from ivr.store.schema_tickets import ticket, ticket_event

FIRST_ANSWERS = ("answer", "claim")  # acts by which an office first tells the citizen something
BY = {"department": ticket.c.department, "district": func.coalesce(ticket.c.district, "")}


@dataclass(frozen=True, slots=True)
class LeagueRow:
    """Tickets opened in a period. `first_answer_h`: median hours from opening to the first answer, of those `answered`
    (None without any). `solved`: closed by the citizen's yes. `stars`: average of `rated` marks."""

    name: str
    tickets: int
    answered: int
    first_answer_h: float | None
    solved: int
    reopened: int
    escalated: int
    rated: int
    stars: float | None

    @property
    def solved_share(self) -> float:
        return self.solved / self.tickets if self.tickets else 0.0

    @property
    def reopened_share(self) -> float:
        return self.reopened / self.tickets if self.tickets else 0.0

    @property
    def escalated_share(self) -> float:
        return self.escalated / self.tickets if self.tickets else 0.0


@dataclass(frozen=True, slots=True)
class Period:
    """Tickets opened from `since` to before `until`; `district` None: all."""

    since: datetime
    until: datetime
    district: str | None = None


def league(connection: Connection, by: str, period: Period) -> Sequence[LeagueRow]:
    """One row for each department or district (`by`), the best first: by the share that citizens said is solved, then
    by how soon the first answer came."""
    name = BY[by]
    opened = _opened(period)
    counted = connection.execute(
        select(
            name.label("name"),
            func.count().label("tickets"),
            _sum(ticket.c.state == "closed").label("solved"),
            _sum(ticket.c.reopened > 0).label("reopened"),
            _sum(ticket.c.raised > 0).label("escalated"),
        )
        .where(opened)
        .group_by(name)
    )
    answers = {row.name: row for row in connection.execute(_medians(connection, name, opened))}
    stars = {row.name: row for row in connection.execute(_stars(name, opened))}
    rows = [_row(row, answers.get(row.name), stars.get(row.name)) for row in counted]
    return sorted(rows, key=lambda one: (-one.solved_share, one.first_answer_h or float("inf"), one.name))


def _row(counted: Any, answers: Any, stars: Any) -> LeagueRow:
    return LeagueRow(
        name=counted.name,
        tickets=counted.tickets,
        answered=answers.answered if answers else 0,
        first_answer_h=float(answers.median_s) / 3600 if answers else None,
        solved=counted.solved,
        reopened=counted.reopened,
        escalated=counted.escalated,
        rated=stars.rated if stars else 0,
        stars=float(stars.stars) if stars else None,
    )


def _opened(period: Period) -> Any:
    within = and_(ticket.c.opened_at >= period.since, ticket.c.opened_at < period.until)
    return within if period.district is None else and_(within, ticket.c.district == period.district)


def _sum(condition: Any) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _medians(connection: Connection, name: Any, opened: Any) -> Any:
    """Group, number of answered tickets and median seconds to the first answer. The median is made of row numbers:
    SQLite has no function for it."""
    first = (
        select(name.label("name"), ticket.c.opened_at, func.min(ticket_event.c.at).label("at"))
        .join(ticket_event, ticket_event.c.ticket_id == ticket.c.id)
        .where(opened, ticket_event.c.kind.in_(FIRST_ANSWERS))
        .group_by(ticket.c.id, name, ticket.c.opened_at)
        .subquery()
    )
    seconds = _seconds(connection, first.c.opened_at, first.c.at)
    ranked = select(
        first.c.name,
        seconds.label("seconds"),
        func.row_number().over(partition_by=first.c.name, order_by=seconds).label("n"),
        func.count().over(partition_by=first.c.name).label("answered"),
    ).subquery()
    middle = (2 * ranked.c.n - ranked.c.answered).between(0, 2)  # the middle one, or the two around the middle
    columns = (ranked.c.name, func.max(ranked.c.answered).label("answered"), func.avg(ranked.c.seconds))
    return select(columns[0], columns[1], columns[2].label("median_s")).where(middle).group_by(ranked.c.name)


def _seconds(connection: Connection, begin: Any, end: Any) -> Any:
    if connection.dialect.name == "sqlite":
        return (func.julianday(end) - func.julianday(begin)) * 86_400
    return extract("epoch", end - begin)


def _stars(name: Any, opened: Any) -> Any:
    rated = func.count(ticket.c.rating).label("rated"), func.avg(ticket.c.rating).label("stars")
    return select(name.label("name"), *rated).where(opened, ticket.c.rating.is_not(None)).group_by(name)
