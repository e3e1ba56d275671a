"""The month itself: a queue of moments, taken in order. What a moment does to a ticket the rules decide."""

import heapq
import itertools
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from ivr.core.errors import ActRefusedError
from ivr.desk.confirming import SPREAD_S
from ivr.desk.rules.life import CLAIMED, UNCONFIRMED, Deed, Standing, begin, by_itself, do
from ivr.desk.rules.matrix import TicketRules
from ivr.desk.rules.states import Party
from ivr.dialogue.hours import HouseHours
from ivr.replay.district import people
from ivr.replay.district.people import Offices
from ivr.understanding.catalogue import Service

BEGINNING = datetime(2026, 11, 1, 18, 30, tzinfo=UTC)  # midnight in India, before a Monday
HOUR = timedelta(hours=1)
CALL_S = 95.0  # mean length of a call
# calls of an hour of the day as shares: few at night, most before noon
BY_HOUR = (1, 1, 1, 1, 1, 2, 3, 5, 8, 10, 11, 10, 8, 7, 7, 7, 6, 5, 4, 3, 3, 2, 2, 1)


@dataclass(frozen=True, slots=True)
class Scale:
    """How large a month. `tickets` of the `calls` open one."""

    calls: int = 200_000
    tickets: int = 20_000
    officers: int = 300
    days: int = 30
    seed: int = 1


@dataclass(slots=True)
class Case:
    """A ticket and its history. `solved`: the thing itself is in order, whoever says what. `promise`: the day promised
    at the beginning, to be compared in the end."""

    standing: Standing
    service: Service
    place: str
    officer: int | None
    first_officer: int | None
    promise: datetime
    solved: bool = False
    bogus: int = 0
    first_answer: datetime | None = None
    closed_by: Deed | None = None
    calls: int = 0
    refused: int = 0


@dataclass
class Month:
    """Runs once. `cases` and the counters are read by the report."""

    scale: Scale
    rules: TicketRules
    services: Sequence[Service]
    hours: HouseHours
    progress: Callable[[int], None] = lambda day: None
    cases: list[Case] = field(default_factory=list)
    acts: Counter[str] = field(default_factory=Counter)
    sms: Counter[str] = field(default_factory=Counter)
    rung: list[datetime] = field(default_factory=list)
    late_steps: int = 0

    def __post_init__(self) -> None:
        self._rng = random.Random(self.scale.seed)  # noqa: S311 - the month must repeat
        departments = sorted({service.department for service in self.services})
        self.offices: Offices = people.offices(self.scale.officers, departments, self._rng)
        self.load: Counter[int] = Counter()
        self._queue: list[tuple[datetime, int, Callable[[datetime], object]]] = []
        self._order = itertools.count()

    def run(self) -> None:
        """From the first call to the last moment of the month."""
        end = BEGINNING + timedelta(days=self.scale.days)
        for at in arrivals(self.scale.tickets, self.scale.days, self._rng):
            self._at(at, self._open)
        day = 0
        while self._queue and self._queue[0][0] < end:
            now, _, happen = heapq.heappop(self._queue)
            if (now - BEGINNING).days > day:
                day = (now - BEGINNING).days
                self.progress(day)
            happen(now)

    def _at(self, at: datetime, happen: Callable[[datetime], object]) -> None:
        heapq.heappush(self._queue, (at, next(self._order), happen))

    def _open(self, now: datetime) -> None:
        service = self._rng.choice(self.services)
        place = people.place_of(self.offices.wards, self._rng)
        kind = self.rules.matrix.class_of(service.id, service.department)
        level, officer = self._lowest(service.department, place)
        hours = service.deadline_hours.value
        promise = now + timedelta(hours=float(hours)) if hours else None
        standing = begin(self.rules, kind, level, now, promise)
        case = Case(standing, service, place, officer, officer, standing.solve_by)
        self.cases.append(case)
        self._told("opened", "opened")
        self._given(case, officer, now)
        self._timed(case)

    def _lowest(self, department: str, place: str) -> tuple[int, int | None]:
        for level in range(self.rules.matrix.top + 1):
            post = self.offices.choose(level, department, place, self.load)
            if post is not None:
                return level, post.id
        return 0, None

    def _given(self, case: Case, officer: int | None, now: datetime) -> None:
        """The ticket is with an officer from now on, who does with it as is their habit."""
        case.officer = officer
        if officer is None:
            return
        self.load[officer] += 1
        token = case.standing.level_at
        if self.offices.officers[officer].lazy:
            self._lazy(case, token, now)
        else:
            self._diligent(case, token, now)

    def _diligent(self, case: Case, token: datetime, now: datetime) -> None:
        office = self.rules.matrix.classes["normal"].calendar
        answers = office.add(now, self._rng.lognormvariate(0.5, 0.6))
        share = self._rng.betavariate(2, 4)
        solves = max(answers, now) + share * max(case.standing.solve_by - now, 8 * HOUR)
        answer = Deed("answer", Party.OFFICER, code=self._rng.choice(list(self.rules.table.answers)))
        self._at(answers, lambda at: self._by_officer(case, token, answer, at))
        self._at(office.add(solves, self._rng.uniform(0, 4)), lambda at: self._claim(case, token, True, at))

    def _lazy(self, case: Case, token: datetime, now: datetime) -> None:
        """Ignores it, or writes to win time, or calls it solved."""
        if self._rng.random() < people.IGNORES:
            return
        office = self.rules.matrix.classes["normal"].calendar
        for hours in (3.0, 4.5, 9.0, 14.0):
            deed = self._excuse(office.add(now, hours))
            self._at(office.add(now, hours), partial(self._by_officer, case, token, deed))
        honest = self._rng.random() >= people.BOGUS_SHARE
        self._at(office.add(now, self._rng.uniform(6, 60)), lambda at: self._claim(case, token, honest, at))

    def _excuse(self, at: datetime) -> Deed:
        act = self._rng.choice(("acknowledge", "note", "pause", "ask", "answer", "pause"))
        reason = self._rng.choice(list(self.rules.matrix.pauses))
        code = self._rng.choice(list(self.rules.table.questions if act == "ask" else self.rules.table.answers))
        until = at + self._rng.uniform(4, 60) * HOUR
        return Deed(act, Party.OFFICER, note="soon", code=code, reason=reason, until=until)

    def _claim(self, case: Case, token: datetime, honest: bool, now: datetime) -> None:
        deed = Deed("claim", Party.OFFICER, note="done", photo="proof/1.jpg")
        if self._by_officer(case, token, deed, now):
            case.solved = case.solved or honest
            case.bogus += not honest
            self._ring(case, 1, now)

    def _by_officer(self, case: Case, token: datetime, deed: Deed, now: datetime) -> bool:
        """An officer's act, if the ticket is still with the one who meant to do it."""
        return case.standing.level_at == token and self._do(case, deed, now)

    def _do(self, case: Case, deed: Deed, now: datetime) -> bool:
        before = case.standing
        try:
            after = do(self.rules, before, deed, now)
        except ActRefusedError:
            case.refused += 1
            return False
        case.standing = after
        self._told(deed.act, after.state)
        if after.state == "closed" != before.state:
            case.closed_by = deed
        if case.first_answer is None and (after.answered_at or after.claimed_at):
            case.first_answer = now
        self._moved(case, before, now)
        self._timed(case)
        return True

    def _moved(self, case: Case, before: Standing, now: datetime) -> None:
        """Whose it is now, where the act changed that."""
        if case.standing.state == "closed" and case.officer is not None:
            self.load[case.officer] -= 1
            return
        if case.standing.level_at == before.level_at:
            return
        if case.officer is not None:
            self.load[case.officer] -= 1
        post = self.offices.choose(case.standing.level, case.service.department, case.place, self.load)
        self._given(case, post.id if post else None, now)

    def _timed(self, case: Case) -> None:
        """The round of the clock that will look at it."""
        at = case.standing.next_at
        if at is not None:
            length = self.rules.matrix.scan.total_seconds()
            slot = -(-at.timestamp() // length) * length
            self._at(datetime.fromtimestamp(slot, UTC), lambda now: self._round(case, at, now))

    def _round(self, case: Case, meant: datetime, now: datetime) -> None:
        if case.standing.next_at != meant:
            return
        own = by_itself(self.rules, case.standing, now)
        if own is None:
            return
        self.late_steps += now - meant > self.rules.matrix.scan
        self._do(case, own, now)
        if own.act == "call_again":
            self._ring(case, 1, now)

    def _ring(self, case: Case, tries: int, now: datetime) -> None:
        self._at(self._hour(now + timedelta(minutes=1)), lambda moment: self._called(case, tries, moment))

    def _hour(self, at: datetime) -> datetime:
        """When a citizen may be rung; calls that waited for the morning are spread over its first hour, as the desk
        does."""
        when = self.hours.next_call(at, operator=False)
        return when if when == at else when + timedelta(seconds=self._rng.randrange(SPREAD_S))

    def _called(self, case: Case, tries: int, now: datetime) -> None:
        """The citizen is rung, and says what they say."""
        if case.standing.state not in (CLAIMED, UNCONFIRMED):
            return
        self.rung.append(now)
        case.calls += 1
        if self._rng.random() < people.PICKS_UP and self._rng.random() >= people.SAYS_NOTHING:
            self._says(case, now)
            return
        confirm = self.rules.matrix.confirm
        if tries >= confirm.tries:
            self._do(case, Deed("unreached", Party.SYSTEM), now)
            return
        wait = timedelta(minutes=confirm.wait_minutes[min(tries, len(confirm.wait_minutes)) - 1])
        self._at(self._hour(now + wait), lambda moment: self._called(case, tries + 1, moment))

    def _says(self, case: Case, now: datetime) -> None:
        yes = self._rng.random() < (people.TRUE_YES if case.solved else people.FALSE_YES)
        deed = Deed("yes" if yes else "no", Party.CITIZEN, note="" if yes else "words")
        if not yes:
            case.solved = False
        self._do(case, deed, now)
        if not yes and case.standing.state == "human":
            self._at(now + 24 * HOUR, lambda at: self._person(case, at))

    def _person(self, case: Case, now: datetime) -> None:
        """Somebody of the helpline takes it up and sees to it."""
        taken = Deed("take_up", Party.DESK, note="looked into", officer_id=case.officer or 1)
        if self._do(case, taken, now):
            token = case.standing.level_at
            self._at(now + 48 * HOUR, lambda at: self._claim(case, token, True, at))

    def _told(self, act: str, state: str) -> None:
        self.acts[act] += 1
        for telling in self.rules.matrix.tells.get("human" if state == "human" and act == "no" else act, ()):
            self.sms[telling.who] += 1


def arrivals(count: int, days: int, rng: random.Random) -> list[datetime]:
    """`count` moments of the month, by the hour of the day; Sundays have half."""
    weights = [w * (0.5 if day % 7 == 6 else 1.0) for day in range(days) for w in BY_HOUR]
    hours = rng.choices(range(len(weights)), weights, k=count)
    return sorted(BEGINNING + timedelta(hours=hour, seconds=rng.uniform(0, 3600)) for hour in hours)
