"""What the month shows: how fast, how fair, how honest, and whether the rules held. Figures, and their printing."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from statistics import quantiles

from ivr.desk.rules.states import Party
from ivr.replay.district.month import BEGINNING, CALL_S, Case, Month, arrivals

_SPREAD_S = 0.6  # of the logarithm of a call's length


@dataclass(frozen=True, slots=True)
class Report:
    """Shares are of tickets. Hours are plain hours, not office hours. `broken`: rules that did not hold; must be
    empty."""

    calls: int
    calls_to_citizens: int
    busiest_hour: int
    most_at_once: int
    tickets: int
    officers: int
    lazy: int
    sms: dict[str, int]
    first_answer_h: tuple[float, float]  # median, 90 %
    solved_h: tuple[float, float]
    closed_by_citizen: float
    waiting_for_citizen: float
    not_reached: float
    in_work: float
    with_a_person: float
    late: float
    raised: dict[str, int]  # level -> tickets that climbed to it
    reopened: float
    bogus_claims: int
    bogus_closed: int
    lazy_climbed: float
    diligent_climbed: float
    refused_acts: int
    acts: dict[str, int]
    broken: tuple[str, ...]


def report(month: Month) -> Report:
    """Count everything."""
    cases, end = month.cases, BEGINNING + timedelta(days=month.scale.days)
    calls = calls_of(month)
    states = Counter(case.standing.state for case in cases)
    share = _share(len(cases))
    first = [_hours(c.first_answer - c.standing.opened_at) for c in cases if c.first_answer]
    solved = [_hours(c.standing.closed_at - c.standing.opened_at) for c in cases if c.standing.closed_at]
    busiest, at_once = load(calls, month.scale.seed)
    working = [c for c in cases if c.standing.state in ("open", "acknowledged", "answered")]
    officers = month.offices.officers
    return Report(
        calls=month.scale.calls,
        calls_to_citizens=len(month.rung),
        busiest_hour=busiest,
        most_at_once=at_once,
        tickets=len(cases),
        officers=len(officers),
        lazy=sum(officer.lazy for officer in officers.values()),
        sms=dict(month.sms),
        first_answer_h=_spread(first),
        solved_h=_spread(solved),
        closed_by_citizen=share(states["closed"]),
        waiting_for_citizen=share(states["claimed"]),
        not_reached=share(states["unconfirmed"]),
        in_work=share(len(working)),
        with_a_person=share(states["human"]),
        late=share(sum(c.standing.late_at <= end for c in working)),
        raised=_levels(month),
        reopened=share(sum(c.standing.reopened > 0 for c in cases)),
        bogus_claims=sum(c.bogus for c in cases),
        bogus_closed=sum(c.standing.state == "closed" and not c.solved for c in cases),
        lazy_climbed=_climbed(month, lazy=True),
        diligent_climbed=_climbed(month, lazy=False),
        refused_acts=sum(c.refused for c in cases),
        acts=dict(month.acts),
        broken=tuple(broken(month, end)),
    )


def broken(month: Month, end: datetime) -> list[str]:
    """Rules that did not hold in the month."""
    found: Counter[str] = Counter()
    for case in month.cases:
        now = case.standing
        by = case.closed_by
        found["closed without the citizen's yes"] += now.state == "closed" and (
            by is None or (by.act, by.party) != ("yes", Party.CITIZEN)
        )
        found["a promised day was moved"] += now.solve_by != case.promise
        found["in work and forgotten by the clock"] += (
            now.state in ("open", "acknowledged", "answered") and now.next_at is None
        )
        overdue = now.next_at is not None and now.next_at + month.rules.matrix.scan < end
        found["overdue and not moved on"] += overdue
        found["paused beyond the limit"] += now.paused > month.rules.matrix.pause_total
    found["moved on later than one round"] += month.late_steps
    return [f"{what}: {count}" for what, count in found.items() if count]


def calls_of(month: Month) -> list[datetime]:
    """All calls of the month: those that come in, and those that we make."""
    rng = random.Random(month.scale.seed + 1)  # noqa: S311 - the month must repeat
    opening = [case.standing.opened_at for case in month.cases]
    others = arrivals(max(0, month.scale.calls - len(opening)), month.scale.days, rng)
    return sorted([*opening, *others, *month.rung])


def load(calls: Sequence[datetime], seed: int) -> tuple[int, int]:
    """Most calls begun in an hour, most under way at once."""
    rng = random.Random(seed + 2)  # noqa: S311 - the month must repeat
    hours = Counter(int((at - BEGINNING) / timedelta(hours=1)) for at in calls)
    length = [rng.lognormvariate(0, _SPREAD_S) * CALL_S / 1.197 for _ in calls]  # 1.197: mean of that spread
    moments = [(at, 1) for at in calls]
    moments += [(at + timedelta(seconds=seconds), -1) for at, seconds in zip(calls, length, strict=True)]
    now = most = 0
    for _, step in sorted(moments):
        now += step
        most = max(most, now)
    return max(hours.values(), default=0), most


def plain(found: Report) -> dict[str, object]:
    """For JSON."""
    return asdict(found)


def _levels(month: Month) -> dict[str, int]:
    names = [level.id for level in month.rules.matrix.levels]
    return {name: sum(_top(c) >= at for c in month.cases) for at, name in enumerate(names) if at}


def _top(case: Case) -> int:
    return case.standing.level if case.standing.raised or case.standing.reopened else 0


def _climbed(month: Month, lazy: bool) -> float:
    """Of the tickets that began with such an officer, those that the clock took to the next level."""
    begun = [(c, c.first_officer) for c in month.cases if c.first_officer is not None]
    mine = [c for c, officer in begun if month.offices.officers[officer].lazy is lazy]
    return _share(len(mine))(sum(c.standing.raised > 0 for c in mine))


def _share(whole: int) -> Callable[[int], float]:
    return lambda count: round(count / whole, 4) if whole else 0.0


def _hours(length: timedelta) -> float:
    return length.total_seconds() / 3600


def _spread(values: list[float]) -> tuple[float, float]:
    if len(values) < 2:
        return (0.0, 0.0)
    tenths = quantiles(values, n=10)
    return round(tenths[4], 1), round(tenths[8], 1)
