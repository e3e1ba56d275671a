"""What may be done with a ticket in which state, by whom: grammars/tickets.yaml, read and checked. Pure.

A table in which anything but the citizen's yes closes a ticket is refused when it is read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from ivr.core.data import load_mapping, wrong

CLOSED = "closed"
YES, NO, REOPEN, CLAIM = "yes", "no", "reopen", "claim"
LONGEST_CODED = 30  # of a DLT variable
NEEDS = frozenset({"note", "officer", "answer", "question", "reason", "until", "photo", "place", "rating"})
CODED = ("answers", "questions")


class Party(StrEnum):
    """Who acts. An officer answers for tickets; the desk are operators of the helpline."""

    OFFICER = "officer"
    DESK = "desk"
    CITIZEN = "citizen"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class ActRule:
    """One act. `to` None: the state stays. `edit`: may be repeated at will and moves no deadline."""

    id: str
    by: frozenset[Party]
    origins: frozenset[str]
    to: str | None
    needs: frozenset[str]
    edit: bool


@dataclass(frozen=True, slots=True)
class Coded:
    """A thing an office can say, chosen by `key` in an SMS; `text` by language."""

    id: str
    key: str
    text: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StateTable:
    """All of it. `about`: state -> what it means, in English."""

    about: Mapping[str, str]
    acts: Mapping[str, ActRule]
    answers: Mapping[str, Coded]
    questions: Mapping[str, Coded]

    @classmethod
    def load(cls, path: Path) -> "StateTable":
        """Read the file. DataError with file and line where it is wrong."""
        data = load_mapping(path)
        about = {name: str(entry.get("about", "")) for name, entry in data.get("states", {}).items()}
        acts = {name: _act(path, name, entry, about) for name, entry in data.get("acts", {}).items()}
        answers, questions = (dict(_coded(path, kind, data.get(kind, {}))) for kind in CODED)
        table = cls(about, acts, answers, questions)
        table._check(path)
        return table

    def allowed(self, state: str, party: Party) -> tuple[ActRule, ...]:
        """What `party` may do with a ticket in `state`, in the file's order."""
        return tuple(rule for rule in self.acts.values() if party in rule.by and state in rule.origins)

    def _check(self, path: Path) -> None:
        for needed in (YES, NO, REOPEN, CLAIM):
            if needed not in self.acts:
                raise wrong(path, f"lacks the act {needed}", "acts")
        for rule in self.acts.values():
            if rule.to == CLOSED and (rule.id != YES or rule.by != {Party.CITIZEN}):
                raise wrong(path, f"only {YES!r} of the citizen may close a ticket", "acts", rule.id)
            if rule.edit and rule.to == CLOSED:
                raise wrong(path, "an edit must not close a ticket", "acts", rule.id)
        if lost := set(self.about) - self.reachable():
            raise wrong(path, f"states that no act leads to: {', '.join(sorted(lost))}", "states")

    def reachable(self) -> set[str]:
        """The states that a ticket can come to, from the first on. `human` is where a further "no" leads."""
        found, grown = {next(iter(self.about))}, True
        while grown:
            more = {rule.to for rule in self.acts.values() if rule.to and rule.origins & found}
            more |= {"human"} if self.acts[NO].origins & found else set()
            grown = not more <= found
            found |= more
        return found


def _act(path: Path, name: str, entry: Mapping[str, Any], states: Mapping[str, str]) -> ActRule:
    try:
        by = frozenset(Party(party) for party in entry["by"])
    except (KeyError, ValueError) as error:
        raise wrong(path, f"by must name {', '.join(Party)} ({error})", "acts", name) from error
    origins, to, needs = frozenset(entry.get("from", ())), entry.get("to"), frozenset(entry.get("needs", ()))
    if unknown := (origins | ({to} if to else set())) - states.keys():
        raise wrong(path, f"knows no state {', '.join(sorted(unknown))}", "acts", name)
    if unknown := needs - NEEDS:
        raise wrong(path, f"cannot need {', '.join(sorted(unknown))}", "acts", name)
    return ActRule(name, by, origins, to, needs, bool(entry.get("edit", False)))


def _coded(path: Path, kind: str, entries: Mapping[str, Any]) -> Iterator[tuple[str, Coded]]:
    keys: set[str] = set()
    for name, entry in entries.items():
        key, text = str(entry["key"]), {lang: str(words) for lang, words in entry.items() if lang != "key"}
        if key in keys:
            raise wrong(path, f"key {key} is given twice", kind, name)
        keys.add(key)
        if long := [lang for lang, words in text.items() if len(words) > LONGEST_CODED]:
            raise wrong(path, f"longer than {LONGEST_CODED} signs in {', '.join(long)}", kind, name)
        yield name, Coded(name, key, text)
