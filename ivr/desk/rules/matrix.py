"""Who answers for a ticket and how long: grammars/escalation.yaml, read and checked. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from ivr.core.data import load_mapping, wrong
from ivr.desk.rules.calendar import Calendar
from ivr.desk.rules.states import LONGEST_CODED, StateTable
from ivr.dialogue.hours import Hours

WHO = frozenset({"citizen", "officer", "before"})


@dataclass(frozen=True, slots=True)
class Level:
    """`spoken`: language -> how a citizen hears of it."""

    id: str
    role: str
    spoken: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TicketClass:
    """`calendar` on which the hours count. `answer_hours`, `late_hours` by level; `solve_hours` where the catalogue
    promises no day."""

    id: str
    calendar: Calendar
    answer_hours: tuple[float, ...]
    late_hours: tuple[float, ...]
    solve_hours: float


@dataclass(frozen=True, slots=True)
class Confirm:
    """The calls that ask the citizen. `wait_minutes` after each try that nobody took."""

    tries: int
    wait_minutes: tuple[int, ...]
    answer_days: int
    rounds: int
    reopen_days: int


@dataclass(frozen=True, slots=True)
class Telling:
    """Who is told by which SMS template."""

    who: str
    sms: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """All of it. `pauses`: reason -> longest hours. `tells`: event -> whom and how."""

    levels: tuple[Level, ...]
    classes: Mapping[str, TicketClass]
    urgent_departments: frozenset[str]
    urgent_services: frozenset[str]
    pauses: Mapping[str, float]
    pause_total: timedelta
    repeat_hours: float
    most_reopenings: int
    scan: timedelta
    undo: timedelta
    confirm: Confirm
    tells: Mapping[str, tuple[Telling, ...]]

    @classmethod
    def load(cls, path: Path) -> "Matrix":
        """Read the file. DataError with file and line where it is wrong."""
        data = load_mapping(path)
        levels = tuple(_level(path, at, one) for at, one in enumerate(data.get("levels", ())))
        if not levels:
            raise wrong(path, "needs levels", "levels")
        working = _calendar(path, data.get("calendar") or {})
        classes = {name: _class(path, name, one, working, len(levels)) for name, one in data["classes"].items()}
        if set(classes) != {"normal", "urgent"}:
            raise wrong(path, "needs the classes normal and urgent", "classes")
        urgent = data["classes"]["urgent"]
        try:
            return cls(
                levels,
                classes,
                frozenset(urgent.get("departments", ())),
                frozenset(urgent.get("services", ())),
                {name: float(one["hours"]) for name, one in data["pauses"]["reasons"].items()},
                timedelta(hours=float(data["pauses"]["total_hours"])),
                float(data["repeat_hours"]),
                int(data["most_reopenings"]),
                timedelta(minutes=int(data["scan_minutes"])),
                timedelta(seconds=int(data["undo_seconds"])),
                _confirm(data["confirm"]),
                {event: tuple(_telling(path, event, one) for one in whom) for event, whom in data["tells"].items()},
            )
        except (KeyError, TypeError, ValueError) as error:
            raise wrong(path, f"incomplete or not a number: {error}") from error

    @property
    def top(self) -> int:
        """The highest level's number."""
        return len(self.levels) - 1

    def class_of(self, service: str, department: str) -> TicketClass:
        """Urgent by service or department, else normal."""
        urgent = service in self.urgent_services or department in self.urgent_departments
        return self.classes["urgent" if urgent else "normal"]


def _level(path: Path, at: int, raw: Mapping[str, Any]) -> Level:
    spoken = {name: str(text) for name, text in raw.items() if name not in ("id", "role")}
    if long := [lang for lang, text in spoken.items() if len(text) > LONGEST_CODED]:
        raise wrong(path, f"longer than {LONGEST_CODED} signs in {', '.join(long)}", "levels", at)
    return Level(str(raw["id"]), str(raw.get("role", "")), spoken)


def _calendar(path: Path, raw: Mapping[str, Any]) -> Calendar:
    holidays = frozenset(str(day) for day in raw.get("holidays", ()))
    try:
        return Calendar(Hours.read({name: raw[name] for name in ("days", "from", "to") if name in raw}), holidays)
    except (ValueError, KeyError, TypeError) as error:
        raise wrong(path, f"days, from and to as in dialogue.yaml ({error})", "calendar") from error


def _class(path: Path, name: str, raw: Mapping[str, Any], working: Calendar, levels: int) -> TicketClass:
    answer, late = (tuple(float(hours) for hours in raw.get(kind, ())) for kind in ("answer_hours", "late_hours"))
    if len(answer) != levels or len(late) != levels or min(*answer, *late) <= 0:
        raise wrong(
            path, f"{name} needs answer_hours and late_hours above 0 for each of {levels} levels", "classes", name
        )
    calendar = Calendar() if raw.get("always") else working
    return TicketClass(name, calendar, answer, late, float(raw["solve_hours"]))


def _confirm(raw: Mapping[str, Any]) -> Confirm:
    waits = tuple(int(minutes) for minutes in raw["wait_minutes"])
    return Confirm(int(raw["tries"]), waits, int(raw["answer_days"]), int(raw["rounds"]), int(raw["reopen_days"]))


def _telling(path: Path, event: str, raw: Mapping[str, Any]) -> Telling:
    if raw.get("who") not in WHO:
        raise wrong(path, f"who must be one of {', '.join(sorted(WHO))}", "tells", event)
    return Telling(raw["who"], str(raw["sms"]))


@dataclass(frozen=True, slots=True)
class TicketRules:
    """All that the rules read. `states`: district -> state, by their English names; `districts`: district -> language
    -> spoken name; `own`: services that the helpline itself sees to, such as calling back."""

    table: StateTable
    matrix: Matrix
    states: Mapping[str, str]
    districts: Mapping[str, Mapping[str, str]]
    own: frozenset[str] = frozenset()

    @classmethod
    def load(cls, grammars_dir: Path) -> "TicketRules":
        """DataError with file and line."""
        table, matrix = StateTable.load(grammars_dir / "tickets.yaml"), Matrix.load(grammars_dir / "escalation.yaml")
        places = load_mapping(grammars_dir / "places.yaml")
        spoken = {name: {k: v[0] for k, v in entry.items() if isinstance(v, list)} for name, entry in places.items()}
        own = frozenset(load_mapping(grammars_dir / "dialogue.yaml").get("does", {}))
        return cls(table, matrix, {name: str(entry["state"]) for name, entry in places.items()}, spoken, own)
