"""Keypad menus: a tree shown in pages of seven, the same for services and for districts. Knows no caller."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

PAGE = 7  # keys 1 to 7; 8 is more, 9 back, 0 a person, * again
MORE_KEY = "8"


class EntryKind(StrEnum):
    GROUP = "group"
    SERVICE = "service"
    STATE = "state"
    RANGE = "range"
    DISTRICT = "district"


@dataclass(frozen=True, slots=True)
class Entry:
    """A branch (with `children`) or a leaf of a menu. `id` is a group's, service's, state's or district's id."""

    kind: EntryKind
    id: str
    children: tuple["Entry", ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """What is offered at once: up to seven entries for keys 1 to 7, and whether 8 leads on."""

    entries: tuple[Entry, ...]
    more: bool

    def chosen(self, key: str) -> Entry | None:
        """The entry under `key`, None where the key means nothing here."""
        number = int(key) if key.isdecimal() else 0
        return self.entries[number - 1] if 1 <= number <= len(self.entries) else None

    def has(self, key: str) -> bool:
        """Whether the key leads anywhere: to an entry, or to the next page."""
        return self.chosen(key) is not None or (key == MORE_KEY and self.more)


def branch(entries: Sequence[Entry], path: Sequence[int]) -> tuple[Entry, ...]:
    """The entries under the branch that `path` (indices from the root) leads to; the root's where it leads nowhere."""
    here = tuple(entries)
    for index in path:
        if index >= len(here) or not here[index].children:
            return tuple(entries)
        here = here[index].children
    return here


def page_of(entries: Sequence[Entry], number: int) -> Page:
    """Page `number` (from 0, running round) of entries that stand side by side."""
    pages = max(1, -(-len(entries) // PAGE))
    start = number % pages * PAGE
    return Page(tuple(entries[start : start + PAGE]), more=pages > 1)


def district_menu(districts: Mapping[str, Sequence[str]], spoken: Callable[[str], str]) -> tuple[Entry, ...]:
    """States, each with its districts in the order of their names as `spoken` gives them; where a state has more than
    a page, its districts stand in ranges ("from Agra to Azamgarh") of a page each."""
    states = []
    for state, names in districts.items():
        leaves = tuple(Entry(EntryKind.DISTRICT, name) for name in sorted(names, key=spoken))
        states.append(Entry(EntryKind.STATE, state, leaves if len(leaves) <= PAGE else _ranges(leaves)))
    return tuple(states)


def _ranges(leaves: Sequence[Entry]) -> tuple[Entry, ...]:
    parts = [tuple(leaves[at : at + PAGE]) for at in range(0, len(leaves), PAGE)]
    return tuple(Entry(EntryKind.RANGE, f"{part[0].id}|{part[-1].id}", part) for part in parts)


def leaves(entries: Sequence[Entry]) -> list[Entry]:
    """Every leaf under `entries`, in the order of the keys."""
    found: list[Entry] = []
    for entry in entries:
        found += leaves(entry.children) if entry.children else [entry]
    return found
