"""How far apart help and need are: the rings of grammars/relief.yaml, read and checked. Pure.

A ring is one way of being near; a helper is in the first ring that holds. Who is in none is too far to be asked.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ivr.core.data import load_mapping, wrong

PIN_DIGITS = 6
KINDS = ("pin", "district", "neighbours", "state")


@dataclass(frozen=True, slots=True)
class Ring:
    """`by`: pin (the first `digits` of both PIN codes are the same), district, neighbours (districts that are listed
    beside each other), or state."""

    id: str
    by: str
    digits: int = 0


@dataclass(frozen=True, slots=True)
class Spot:
    """Where somebody is: a district's English name and a PIN code, "" not known."""

    district: str
    area: str


@dataclass(frozen=True, slots=True)
class Reach:
    """What must be fetched to see all who may be near: districts, or PIN codes with one of these beginnings."""

    districts: frozenset[str]
    prefixes: frozenset[str]


@dataclass(frozen=True)
class Rings:
    """The nearest ring first. `neighbours`: district -> those beside it, both ways; `states`: district -> state."""

    rings: tuple[Ring, ...]
    neighbours: Mapping[str, frozenset[str]] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, grammars_dir: Path) -> "Rings":
        """DataError with file and line where a ring or a neighbour is not known."""
        path, places = grammars_dir / "relief.yaml", grammars_dir / "places.yaml"
        data = load_mapping(path)
        states = {
            name: str(entry["state"]) for name, entry in (load_mapping(places) if places.exists() else {}).items()
        }
        rings = tuple(_ring(path, raw) for raw in data.get("rings") or ())
        if not any(ring.by != "pin" for ring in rings):
            raise wrong(
                path, "rings need at least one that is not by PIN code: not every citizen knows theirs", "rings"
            )
        return cls(rings, _neighbours(path, data.get("neighbours") or {}, states), states)

    @property
    def last(self) -> int:
        """The widest ring; after it the district's desk takes over."""
        return len(self.rings) - 1

    def first(self, area: str) -> int:
        """Where asking begins: next door, or in the first ring that needs no PIN code where it is not known."""
        return 0 if area else next(at for at, ring in enumerate(self.rings) if ring.by != "pin")

    def distance(self, need: Spot, helper: Spot) -> int:
        """The first ring that holds both; more than `last`: too far."""
        return next((at for at, ring in enumerate(self.rings) if self._holds(ring, need, helper)), len(self.rings))

    def reach(self, district: str, areas: Collection[str]) -> Reach:
        """All who may be in a ring of a need in `district` at one of `areas`."""
        districts, prefixes = {district}, set[str]()
        for ring in self.rings:
            if ring.by == "pin":
                prefixes |= {area[: ring.digits] for area in areas if len(area) >= ring.digits}
            elif ring.by == "neighbours":
                districts |= self.neighbours.get(district, frozenset())
            elif ring.by == "state":
                districts |= {name for name, state in self.states.items() if state == self.states.get(district)}
        shortest = {one for one in prefixes if not any(one != other and one.startswith(other) for other in prefixes)}
        return Reach(frozenset(districts), frozenset(shortest))

    def _holds(self, ring: Ring, need: Spot, helper: Spot) -> bool:
        match ring.by:
            case "pin":
                return len(need.area) >= ring.digits and need.area[: ring.digits] == helper.area[: ring.digits]
            case "district":
                return need.district == helper.district
            case "neighbours":
                return helper.district in self.neighbours.get(need.district, frozenset())
        state = self.states.get(need.district)
        return state is not None and state == self.states.get(helper.district)


def _ring(path: Path, raw: Mapping[str, Any]) -> Ring:
    try:
        ring = Ring(**raw)
    except TypeError as error:
        raise wrong(path, f"a ring has id, by and perhaps digits ({error})", "rings") from error
    if ring.by not in KINDS:
        raise wrong(path, f"ring {ring.id}: by must be one of {', '.join(KINDS)}", "rings")
    if (ring.by == "pin") != (1 <= ring.digits <= PIN_DIGITS):
        raise wrong(path, f"ring {ring.id}: digits go with by: pin, from 1 to {PIN_DIGITS}", "rings")
    return ring


def _neighbours(path: Path, raw: Mapping[str, Any], states: Mapping[str, str]) -> Mapping[str, frozenset[str]]:
    """Both ways, however they are written."""
    found: dict[str, set[str]] = {}
    for district, beside in raw.items():
        for other in beside:
            if unknown := {district, other} - states.keys():
                raise wrong(
                    path, f"knows no district {', '.join(sorted(unknown))} of places.yaml", "neighbours", district
                )
            found.setdefault(district, set()).add(other)
            found.setdefault(other, set()).add(district)
    return {district: frozenset(others) for district, others in found.items()}
