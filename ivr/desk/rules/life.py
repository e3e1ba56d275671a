"""What an act makes of a ticket, and what time makes of it. Pure: ticket, deed and moment in, ticket out.

Two moments are facts that no edit changes: `solve_by`, the day promised, and `level_at`, when the level got the
ticket. `next_at`, when the ticket goes on by itself, is worked out anew from them after every act, so nobody can push
it back by writing; a pause holds it, with a reason, within its limits.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from ivr.core.errors import ActRefusedError
from ivr.desk.rules.matrix import TicketClass, TicketRules
from ivr.desk.rules.states import CLAIM, CLOSED, NO, REOPEN, YES, Party

OPEN, ACKNOWLEDGED, ANSWERED = "open", "acknowledged", "answered"
CLAIMED, UNCONFIRMED, HUMAN = "claimed", "unconfirmed", "human"
RAISE, REPEAT, UNREACHED, CALL_AGAIN = "raise", "repeat", "unreached", "call_again"
ASK, PAUSE, RESUME = "ask", "pause", "resume"
ASKED_CITIZEN = "citizen"  # the reason of the pause that a question brings
RATINGS = range(1, 6)
_NONE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Standing:
    """A ticket as the rules see it. All times aware. `late_at`: from then on it is late, whoever has it. `next_at`:
    when time moves it on, None where only people can. `paused`: time granted to pauses so far. `raised`, `reopened`:
    how often. `rounds`: of calls to the citizen since the claim."""

    kind: str
    opened_at: datetime
    solve_by: datetime
    level_at: datetime
    late_at: datetime
    next_at: datetime | None
    state: str = OPEN
    level: int = 0
    acknowledged_at: datetime | None = None
    answered_at: datetime | None = None
    claimed_at: datetime | None = None
    closed_at: datetime | None = None
    pause_until: datetime | None = None
    pause_reason: str | None = None
    paused: timedelta = _NONE
    repeated_at: datetime | None = None
    raised: int = 0
    reopened: int = 0
    rounds: int = 0


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody does. `code`: of an answer or a question; `on`: the day an answer names; `place`: a path.
    `photo` below the data folder; `photo_at`, `photo_place`: what its camera wrote into it."""

    act: str
    party: Party
    note: str = ""
    code: str = ""
    on: date | None = None
    reason: str = ""
    until: datetime | None = None
    officer_id: int | None = None
    place: str = ""
    photo: str = ""
    photo_at: datetime | None = None
    photo_place: str | None = None
    rating: int | None = None


def begin(rules: TicketRules, kind: TicketClass, level: int, now: datetime, solve_by: datetime | None) -> Standing:
    """A ticket opened now at `level`. `solve_by`: the day promised, None where the catalogue promises none."""
    solve_by = solve_by or now + timedelta(hours=kind.solve_hours)
    fresh = Standing(kind.id, now, solve_by, level_at=now, late_at=solve_by, next_at=None, level=level)
    late_at = min(solve_by, kind.calendar.add(now, kind.answer_hours[level]))
    return _timed(rules, replace(fresh, late_at=late_at))


def for_helpline(ticket: Standing) -> Standing:
    """A ticket that is no office's: a person of the helpline sees to it from the beginning, and no clock raises it."""
    return replace(ticket, state=HUMAN, next_at=None)


def do(rules: TicketRules, ticket: Standing, deed: Deed, now: datetime) -> Standing:
    """The ticket after the deed. ActRefusedError where the state table, a limit or a missing part forbids it."""
    rule = rules.table.acts.get(deed.act)
    if rule is None:
        raise ActRefusedError(f"there is no act {deed.act}", code="unknown_act")
    if deed.party not in rule.by or ticket.state not in rule.origins:
        raise ActRefusedError(f"{deed.act} is not open to {deed.party} while {ticket.state}", code="not_allowed")
    if lacking := sorted(need for need in rule.needs if not _given(rules, deed, need)):
        raise ActRefusedError(f"{deed.act} needs {', '.join(lacking)}", code="lacks")
    after = replace(ticket, state=rule.to or ticket.state)
    return _timed(rules, _EFFECTS.get(deed.act, _nothing)(rules, after, deed, now))


def by_itself(rules: TicketRules, ticket: Standing, now: datetime) -> Deed | None:
    """What time does with the ticket now: goes to the next level, is told again, waits no longer; None: nothing yet."""
    if ticket.next_at is None or ticket.next_at > now:
        return None
    if ticket.state == CLAIMED:
        return Deed(UNREACHED, Party.SYSTEM)
    if ticket.state == UNCONFIRMED:
        return Deed(CALL_AGAIN, Party.SYSTEM)
    return Deed(RAISE if ticket.level < rules.matrix.top else REPEAT, Party.SYSTEM)


def next_step(rules: TicketRules, ticket: Standing) -> datetime | None:
    """When time moves the ticket on. Depends on nothing that an edit changes but the first answer and the pause."""
    if ticket.state in (CLAIMED, UNCONFIRMED) and ticket.claimed_at is not None:
        asked_enough = ticket.state == UNCONFIRMED and ticket.rounds >= rules.matrix.confirm.rounds
        return None if asked_enough else ticket.claimed_at + timedelta(days=rules.matrix.confirm.answer_days)
    if ticket.state in (CLOSED, UNCONFIRMED, HUMAN):
        return None
    kind = rules.matrix.classes[ticket.kind]
    step = _level_ends(kind, ticket)
    if ticket.repeated_at is not None and ticket.repeated_at >= step:
        step = kind.calendar.add(ticket.repeated_at, rules.matrix.repeat_hours)
    return max(step, ticket.pause_until) if ticket.pause_until is not None else step


def pause_left(rules: TicketRules, ticket: Standing, reason: str, now: datetime) -> timedelta:
    """How long the ticket may be paused for `reason` now."""
    longest = timedelta(hours=rules.matrix.pauses.get(reason, 0.0))
    return max(min(longest, rules.matrix.pause_total - _used(ticket, now)), _NONE)


def _level_ends(kind: TicketClass, ticket: Standing) -> datetime:
    if ticket.answered_at is None:
        return kind.calendar.add(ticket.level_at, kind.answer_hours[ticket.level])
    return max(ticket.solve_by, kind.calendar.add(ticket.level_at, kind.late_hours[ticket.level]))


def _timed(rules: TicketRules, ticket: Standing) -> Standing:
    return replace(ticket, next_at=next_step(rules, ticket))


def _given(rules: TicketRules, deed: Deed, need: str) -> bool:
    match need:
        case "answer":
            return deed.code in rules.table.answers
        case "question":
            return deed.code in rules.table.questions
        case "reason":
            return deed.reason in rules.matrix.pauses
        case "officer":
            return deed.officer_id is not None
        case "rating":
            return deed.rating in RATINGS
        case _:
            return bool(getattr(deed, need))


def _nothing(rules: TicketRules, ticket: Standing, deed: Deed, now: datetime) -> Standing:
    return ticket


def _acknowledge(rules: TicketRules, ticket: Standing, deed: Deed, now: datetime) -> Standing:
    return replace(ticket, acknowledged_at=ticket.acknowledged_at or now)


def _answer(rules: TicketRules, ticket: Standing, deed: Deed, now: datetime) -> Standing:
    """The first answer of a level counts; the ticket is then late only once the promised day is over."""
    first = ticket.answered_at or now
    return replace(ticket, answered_at=first, acknowledged_at=ticket.acknowledged_at or now, late_at=ticket.solve_by)


def _take_up(rules: TicketRules, ticket: Standing, deed: Deed, now: datetime) -> Standing:
    return replace(_at_level(ticket, ticket.level, now))


def _pause(rules: TicketRules, ticket: Standing, deed: Deed, now: datetime) -> Standing:
    assert deed.until is not None
    wanted, left = deed.until - now, pause_left(rules, ticket, deed.reason, now)
    if wanted <= _NONE or wanted > left:
        hours = left.total_seconds() / 3600
        raise ActRefusedError(f"this ticket can be paused for {hours:.0f} hours more for {deed.reason}", code="limit")
    return _paused(ticket, deed.reason, wanted, now)


def _ask(rules: TicketRules, ticket: Standing, deed: Deed, now: datetime) -> Standing:
    """A question pauses as long as is left; where nothing is left it is asked all the same."""
    left = pause_left(rules, ticket, ASKED_CITIZEN, now)
    return _paused(ticket, ASKED_CITIZEN, left, now) if left > _NONE else ticket


def _paused(ticket: Standing, reason: str, length: timedelta, now: datetime) -> Standing:
    used = _used(ticket, now) + length
    return replace(ticket, pause_until=now + length, pause_reason=reason, paused=used)


def _used(ticket: Standing, now: datetime) -> timedelta:
    """What pauses took so far; of one that runs, what it took until now."""
    ahead = ticket.pause_until - now if ticket.pause_until is not None else _NONE
    return ticket.paused - max(ahead, _NONE)


def _resume(rules: TicketRules, ticket: Standing, deed: Deed, now: datetime) -> Standing:
    return replace(ticket, paused=_used(ticket, now), pause_until=None, pause_reason=None)


def _reply(rules: TicketRules, ticket: Standing, deed: Deed, now: datetime) -> Standing:
    """The citizen's word ends the pause that waited for it."""
    return _resume(rules, ticket, deed, now) if ticket.pause_reason == ASKED_CITIZEN else ticket


def _claim(rules: TicketRules, ticket: Standing, deed: Deed, now: datetime) -> Standing:
    return replace(_resume(rules, ticket, deed, now), claimed_at=now, rounds=1)


def _call_again(rules: TicketRules, ticket: Standing, deed: Deed, now: datetime) -> Standing:
    return replace(ticket, rounds=ticket.rounds + 1)


def _yes(rules: TicketRules, ticket: Standing, deed: Deed, now: datetime) -> Standing:
    return replace(ticket, closed_at=now)


def _no(rules: TicketRules, ticket: Standing, deed: Deed, now: datetime) -> Standing:
    """One level up; after the second time a person of the helpline."""
    again = ticket.reopened + 1
    up = replace(_at_level(ticket, min(ticket.level + 1, rules.matrix.top), now), reopened=again, closed_at=None)
    kind = rules.matrix.classes[ticket.kind]
    up = replace(up, late_at=min(ticket.solve_by, kind.calendar.add(now, kind.answer_hours[up.level])))
    return replace(up, state=HUMAN) if again >= rules.matrix.most_reopenings else up


def _reopen(rules: TicketRules, ticket: Standing, deed: Deed, now: datetime) -> Standing:
    window = timedelta(days=rules.matrix.confirm.reopen_days)
    if ticket.closed_at is None or now - ticket.closed_at > window:
        raise ActRefusedError(f"closed more than {window.days} days ago: open a new ticket", code="too_late")
    return _no(rules, ticket, deed, now)


def _raise(rules: TicketRules, ticket: Standing, deed: Deed, now: datetime) -> Standing:
    if ticket.level >= rules.matrix.top:
        raise ActRefusedError("this ticket is at the highest level already", code="limit")
    return replace(_at_level(ticket, ticket.level + 1, now), raised=ticket.raised + 1)


def _repeat(rules: TicketRules, ticket: Standing, deed: Deed, now: datetime) -> Standing:
    return replace(ticket, repeated_at=now)


def _at_level(ticket: Standing, level: int, now: datetime) -> Standing:
    """Before a level that has yet to answer."""
    return replace(
        ticket,
        level=level,
        level_at=now,
        acknowledged_at=None,
        answered_at=None,
        claimed_at=None,
        repeated_at=None,
        pause_until=None,
        pause_reason=None,
        paused=_used(ticket, now),
        rounds=0,
    )


_EFFECTS: Mapping[str, Callable[[TicketRules, Standing, Deed, datetime], Standing]] = {
    "acknowledge": _acknowledge,
    "answer": _answer,
    "take_up": _take_up,
    PAUSE: _pause,
    ASK: _ask,
    RESUME: _resume,
    "reply": _reply,
    CLAIM: _claim,
    CALL_AGAIN: _call_again,
    YES: _yes,
    NO: _no,
    REOPEN: _reopen,
    RAISE: _raise,
    REPEAT: _repeat,
}
