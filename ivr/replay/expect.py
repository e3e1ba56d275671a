"""What a case expects against what happened. Pure.

Of a turn (from its beginning to the next one's) and of the whole call alike: `says` and `never_says` (prompt ids),
`tells` (values of prompts: a number, a service, a district), `flags`, `no_flags`, `waits_for` (the kind of wait that
follows, or "nothing"), `interrupts` (whether a prompt was cut). Of the call also what `Facts` has, `sms_contains`,
`whispers` (prompts to the operator), `turns_at_most` (everything said, pressed or left unsaid) and `seconds_at_most`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from ivr.call.trace import Happened, PromptEnded, TraceEvent
from ivr.core.errors import ReplayError
from ivr.dialogue.commands import Command, Flag, Listen, Note, OpenTicket, Play, SendSms
from ivr.dialogue.events import NoInput, Pressed, Said


@dataclass(frozen=True, slots=True)
class Facts:
    """What a case's `expect` may name. `dialled`, `tickets`, `sms`, `messages`: how many; `streams`: media streams;
    `consented`: to being recorded; `sound`: whether the sound of the call was kept; `placed`: calls that we made."""

    disposition: str | None
    language: str | None
    service: str | None
    district: str | None
    tickets: int
    sms: int
    dialled: int
    messages: int
    streams: int
    ended: str
    consented: bool = False
    sound: bool = False
    placed: int = 0
    ticket_state: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A whole call: its facts, its trace, the SMS sent, how long it took, and what the operator was told before."""

    facts: Facts
    trace: tuple[TraceEvent, ...]
    sms_bodies: tuple[str, ...]
    call_s: float
    whispered: tuple[str, ...] = ()


def asked_for(trace: Iterable[TraceEvent]) -> tuple[str | None, str | None, int]:
    """(service, district, tickets) of what the dialogue asked to be done."""
    commands = [c for e in trace if isinstance(e, Happened) for c in e.commands]
    tickets = [c for c in commands if isinstance(c, OpenTicket)]
    services = [c.service for c in commands if isinstance(c, OpenTicket | SendSms) and c.service]
    return services[-1] if services else None, tickets[-1].district if tickets else None, len(tickets)


def of_turn(where: str, expect: Mapping[str, Any], window: tuple[TraceEvent, ...]) -> list[str]:
    """What is not as expected; ReplayError for an expectation that nobody knows."""
    return [f"{where}: {p}" for name, wanted in expect.items() for p in _common(where, name, wanted, window)]


def of_call(where: str, expect: Mapping[str, Any], seen: Seen) -> list[str]:
    """What is not as expected of the whole call."""
    problems = []
    for name, wanted in expect.items():
        if name in _FACTS:
            found = getattr(seen.facts, name)
            problems += [] if found == wanted else [f"{name} is {found!r}, expected {wanted!r}"]
        elif name in _MEASURES:
            problems += _MEASURES[name](wanted, seen)
        else:
            problems += _common(where, name, wanted, seen.trace)
    return problems


_FACTS = {field.name for field in fields(Facts)}
_MEASURES: Mapping[str, Any] = {
    "sms_contains": lambda text, seen: (
        [] if any(str(text) in body for body in seen.sms_bodies) else [f"no SMS contains {text!r}"]
    ),
    "whispers": lambda wanted, seen: [
        f"{prompt} was not whispered, but {_list(seen.whispered)}"
        for prompt in _names(wanted)
        if prompt not in seen.whispered
    ],
    "turns_at_most": lambda limit, seen: _at_most("turns", _turns(seen.trace), limit),
    "seconds_at_most": lambda limit, seen: _at_most("seconds", round(seen.call_s), limit),
}


def _common(where: str, name: str, wanted: Any, window: tuple[TraceEvent, ...]) -> list[str]:
    check = _COMMON.get(name)
    if check is None:
        known = ", ".join(sorted([*_COMMON, *_FACTS, *_MEASURES]))
        raise ReplayError(f"{where}: expect knows no {name!r}, only {known}")
    return check(wanted, window)  # type: ignore[no-any-return]


def _says(wanted: Any, window: tuple[TraceEvent, ...]) -> list[str]:
    said = [c.prompt for c in _commands(window) if isinstance(c, Play)]
    return [f"{prompt} was not said, but {_list(said)}" for prompt in _names(wanted) if prompt not in said]


def _never_says(wanted: Any, window: tuple[TraceEvent, ...]) -> list[str]:
    said = {c.prompt for c in _commands(window) if isinstance(c, Play)}
    return [f"{prompt} was said" for prompt in _names(wanted) if prompt in said]


def _tells(wanted: Any, window: tuple[TraceEvent, ...]) -> list[str]:
    told = [value for c in _commands(window) if isinstance(c, Play) for _, value in c.values.values()]
    return [f"{value} was not told, but {_list(told)}" for value in _names(wanted) if value not in told]


def _flags(wanted: Any, window: tuple[TraceEvent, ...]) -> list[str]:
    found = [c.kind for c in _commands(window) if isinstance(c, Flag)]
    return [f"no flag {kind}, but {_list(found)}" for kind in _names(wanted) if kind not in found]


def _no_flags(wanted: Any, window: tuple[TraceEvent, ...]) -> list[str]:
    found = {c.kind for c in _commands(window) if isinstance(c, Flag)}
    return [f"flag {kind}" for kind in _names(wanted) if kind in found]


def _notes(wanted: Any, window: tuple[TraceEvent, ...]) -> list[str]:
    found = [c.decision for c in _commands(window) if isinstance(c, Note)]
    return [f"nothing decided by {name}, but {_list(found)}" for name in _names(wanted) if name not in found]


def _waits_for(wanted: Any, window: tuple[TraceEvent, ...]) -> list[str]:
    last = ([None, *(c for c in _commands(window) if not isinstance(c, Play | Flag | Note))])[-1]
    found = last.kind.value if isinstance(last, Listen) else "nothing"
    return [] if found == wanted else [f"waits for {found}, expected {wanted}"]


def _interrupts(wanted: Any, window: tuple[TraceEvent, ...]) -> list[str]:
    cut = [e.prompt for e in window if isinstance(e, PromptEnded) and e.cut]
    if bool(cut) == wanted:
        return []
    return [f"cut {_list(cut)}" if cut else "no prompt was cut"]


_COMMON: Mapping[str, Any] = {
    "says": _says,
    "never_says": _never_says,
    "tells": _tells,
    "flags": _flags,
    "no_flags": _no_flags,
    "decides": _notes,
    "waits_for": _waits_for,
    "interrupts": _interrupts,
}


def _commands(window: Iterable[TraceEvent]) -> list[Command]:
    return [c for e in window if isinstance(e, Happened) for c in e.commands]


def _turns(trace: Iterable[TraceEvent]) -> int:
    return sum(isinstance(e, Happened) and isinstance(e.event, Said | Pressed | NoInput) for e in trace)


def _at_most(what: str, found: int, limit: int) -> list[str]:
    return [] if found <= limit else [f"took {found} {what}, at most {limit} expected"]


def _names(wanted: Any) -> list[str]:
    return [str(one) for one in wanted] if isinstance(wanted, list) else [str(wanted)]


def _list(found: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(found)) or "nothing"
