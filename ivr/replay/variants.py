"""One case in other circumstances: another network, the caller gone at any second. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace

import yaml

from ivr.core.errors import ReplayError
from ivr.replay.case import Case
from ivr.replay.network import Network


def with_network(case: Case, network: Network) -> Case:
    """The case on that network. What is expected stays; the transcript is another."""
    return replace(case, network=network, altered=True)


def network_of(given: Iterable[str]) -> Network:
    """NAME=VALUE each, names as in `Network`; several numbers with commas. ReplayError for what is none of them."""
    known = {field.name for field in fields(Network)}
    found: dict[str, object] = {}
    for one in given:
        name, _, value = one.partition("=")
        if name not in known or not value:
            raise ReplayError(f"{one}: write NAME=VALUE, with one of {', '.join(sorted(known))}")
        found[name] = _value(name, value)
    return Network(**found)  # type: ignore[arg-type]


def _value(name: str, text: str) -> object:
    read = [yaml.safe_load(part) for part in text.split(",")]
    if not all(isinstance(one, int | float) for one in read) or (len(read) > 1 and name != "breaks_at_s"):
        raise ReplayError(f"{name}={text}: {'numbers' if name == 'breaks_at_s' else 'a number'} must follow")
    return tuple(read) if name == "breaks_at_s" else read[0]


def hung_up_every(case: Case, call_s: float, step_s: float) -> Sequence[Case]:
    """The case with the caller gone at each `step_s` of its length. All that is expected then is an orderly end."""
    turns = tuple(replace(turn, expect={}) for turn in case.turns)
    moments = [step_s * n for n in range(1, int(call_s / step_s) + 1)]
    return [
        replace(
            case,
            name=f"{case.name} gone at {moment:g} s",
            turns=turns,
            expect={"ended": "caller"},
            network=replace(case.network, hang_up_at_s=moment),
            known_failure="",
            altered=True,
        )
        for moment in moments
        if moment < call_s
    ]
