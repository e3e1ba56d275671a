"""When an alert campaign rings whom, and when it must not go on. Pure: rows in, decisions out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

KINDS = ("flood", "heat", "cyclone", "vaccination", "water", "other")
LONGEST_TEXT = 400  # letters: about half a minute of speech; who hears more hangs up
MOST_A_MINUTE = 600
MOST_TRIES = 5
WINDOW = 20  # calls that ended last
LEAST = 8  # fewer prove nothing
SHARE = 0.5
MOST_STEPS = 60  # a minute
BACK_OFF = (timedelta(minutes=10), timedelta(minutes=40), timedelta(hours=3))  # after the first, second ... try
IDLE = timedelta(minutes=1)  # between steps while nobody is to be rung, only calls under way
GRACE = timedelta(seconds=20)  # from a yes to the first call: time to take it back
AROUND_S = 20  # of a call that are not the message: greeting, what to press, the answer
SILENT_FOR = timedelta(minutes=10)  # a call of which the carrier tells nothing for so long is lost


@dataclass(frozen=True, slots=True)
class Step:
    """`calls` to place now, and how long to wait until the next step."""

    calls: int
    wait: timedelta


def step(per_minute: int) -> Step:
    """The pace of a campaign: no minute, wherever it begins, has more than `per_minute` calls. Time lost is not made
    up for. A step a second at most, so that fast campaigns place several calls a step."""
    calls = -(-per_minute // MOST_STEPS)
    return Step(calls, timedelta(minutes=1) / (per_minute // calls))


def carrier_fails(failed: Sequence[bool]) -> bool:
    """Whether the carrier failed half of the calls that ended last (newest first). Busy and unanswered telephones are
    not the carrier's fault."""
    last = failed[:WINDOW]
    return len(last) >= LEAST and sum(last) >= SHARE * len(last)


def next_try(tries: int, most: int) -> timedelta | None:
    """How long to wait after `tries` calls in vain; None when there have been enough."""
    return None if tries >= most else BACK_OFF[min(tries, len(BACK_OFF)) - 1]


def message(by_language: Mapping[str, str], language: str) -> tuple[str, str]:
    """(language, what is said or played): the listener's own, else the first there is."""
    chosen = language if language in by_language else next(iter(by_language))
    return chosen, by_language[chosen]


def may_confirm(made_by: str, by: str, typed: int | None, people: int) -> bool:
    """Whether a campaign may begin: a second person says so, or its maker has typed how many will be rung."""
    return people > 0 and (by != made_by or typed == people)


def most_cost(people: int, message_s: float, inr_a_minute: float) -> float:
    """Rupees, where everybody takes the call and hears it to its end. Carriers count begun minutes."""
    return people * -(-int(message_s + AROUND_S) // 60) * inr_a_minute


def minutes_left(waiting: int, per_minute: int) -> int:
    """How long the campaign will take for those who wait now, rounded up."""
    return -(-waiting // per_minute)


def when(due: datetime | None, now: datetime, pace: timedelta) -> datetime:
    """When to look again: at the next step, or when the next listener is due."""
    return max(now + pace, due) if due is not None else now + max(pace, IDLE)
