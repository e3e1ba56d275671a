"""Who is asked to bring what to whom, and in which order. Pure: rows in, offers out.

Fairness: areas take turns. An area that has had a turn stands behind every area that waits and has had none since, so
that no ward is served twice while another waits that the same hands could serve.
"""

import heapq
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ivr.core.data import load_mapping, wrong
from ivr.desk.relief_rings import Rings, Spot

KEYS = range(3, 10)  # of offers by SMS; 1 and 2 are a citizen's yes and no
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ItemRules:
    """How requests for one item are handled; see grammars/relief.yaml."""

    service: str
    ring: timedelta
    offers: int
    deliver: timedelta
    rings: Rings
    day_and_night: bool = False
    details: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def serves(self, need: str) -> tuple[str, ...]:
        """Details of a stock that help a request for `need`, best first."""
        return self.details.get(need, (need,)) if need else tuple(self.details) or ("",)


@dataclass(frozen=True, slots=True)
class Need:
    """A request that waits. `asked` are the responders who were asked before, `open` how many of them may answer."""

    id: int
    detail: str
    quantity: int
    district: str
    area: str
    ring: int
    ring_at: datetime
    opened_at: datetime
    asked: frozenset[int] = frozenset()
    open: int = 0

    @property
    def spot(self) -> Spot:
        return Spot(self.district, self.area)


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody who can bring the item. `free`: how many more offers fit; `stock`: detail -> quantity (None: any)."""

    id: int
    district: str
    area: str
    free: int
    stock: Mapping[str, int | None]

    @property
    def spot(self) -> Spot:
        return Spot(self.district, self.area)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Ask this helper for this request; `ring` is the helper's distance."""

    need_id: int
    helper_id: int
    ring: int


def load_items(grammars_dir: Path) -> Mapping[str, ItemRules]:
    """grammars/relief.yaml. DataError with file and line where it is wrong."""
    path, rings = grammars_dir / "relief.yaml", Rings.load(grammars_dir)
    return {item: _rules(path, item, raw, rings) for item, raw in load_mapping(path).get("items", {}).items()}


def _rules(path: Path, item: str, raw: Mapping[str, Any], rings: Rings) -> ItemRules:
    try:
        return ItemRules(
            service=raw["service"],
            ring=timedelta(minutes=float(raw["ring_minutes"])),
            offers=int(raw["offers"]),
            deliver=timedelta(hours=float(raw["deliver_hours"])),
            rings=rings,
            day_and_night=bool(raw.get("day_and_night")),
            details={need: tuple(gives) for need, gives in (raw.get("details") or {}).items()},
        )
    except (KeyError, TypeError, ValueError) as error:
        raise wrong(path, f"{item}: {error} is missing or wrong", "items", item) from error


def widened(need: Need, rules: ItemRules, now: datetime) -> int | None:
    """The ring in which `need` should be now; None: the district's desk takes it over."""
    passed = int((now - need.ring_at) / rules.ring)
    ring = need.ring + max(0, passed)
    return ring if ring <= rules.rings.last else None


def next_look(needs: Sequence[Need], rules: ItemRules) -> datetime | None:
    """When the next of these widens."""
    return min((need.ring_at + rules.ring for need in needs), default=None)


def choose(
    needs: Sequence[Need], helpers: Sequence[Helper], turns: Mapping[str, datetime], rules: ItemRules
) -> list[Chosen]:
    """Whom to ask for what. `turns`: when each area had its last turn. First every request gets one helper, areas
    taking turns, then a second one, up to `rules.offers`."""
    hands = _Hands(helpers, needs, rules)
    for wanted in range(1, rules.offers + 1):
        _round([need for need in needs if hands.counted[need.id] < wanted], turns, hands)
    return hands.chosen


class _Hands:
    """Who is still free while helpers are given out."""

    def __init__(self, helpers: Sequence[Helper], needs: Sequence[Need], rules: ItemRules) -> None:
        self.chosen: list[Chosen] = []
        self.counted = {need.id: need.open for need in needs}
        self._helpers, self._rules = helpers, rules
        self._free = {helper.id: helper.free for helper in helpers}
        self._asked = {need.id: set(need.asked) for need in needs}

    def give(self, need: Need) -> bool:
        """Give `need` the best helper there is; false where there is none."""
        found = _best(need, self._helpers, self._free, self._asked[need.id], self._rules)
        if found is None:
            return False
        self._free[found.helper_id] -= 1
        self._asked[need.id].add(found.helper_id)
        self.counted[need.id] += 1
        self.chosen.append(found)
        return True


def _round(needs: Sequence[Need], turns: Mapping[str, datetime], hands: _Hands) -> None:
    """One helper for each need. The area whose last turn is the longest ago comes first, with its oldest request that
    can be helped; then it stands behind all others."""
    by_area: dict[str, deque[Need]] = {}
    for need in sorted(needs, key=lambda one: (one.opened_at, one.id)):
        by_area.setdefault(need.area, deque()).append(need)
    heap = [(0, turns.get(area, NEVER), waits[0].opened_at, area) for area, waits in by_area.items()]
    heapq.heapify(heap)
    served = 0
    while heap:
        _, turn, opened_at, area = heapq.heappop(heap)
        waits = by_area[area]
        while waits:
            if hands.give(waits.popleft()):
                served += 1
                heapq.heappush(heap, (served, turn, opened_at, area))
                break


def _best(
    need: Need, helpers: Sequence[Helper], free: Mapping[int, int], asked: set[int], rules: ItemRules
) -> Chosen | None:
    """The nearest helper who can, the best match of detail first, then who has least to do."""
    able = []
    for helper in helpers:
        ring = rules.rings.distance(need.spot, helper.spot)
        fit = _fit(need, helper, rules)
        if free[helper.id] > 0 and helper.id not in asked and ring <= need.ring and fit is not None:
            able.append((ring, fit, -free[helper.id], helper.id))
    return Chosen(need.id, min(able)[3], min(able)[0]) if able else None


def _fit(need: Need, helper: Helper, rules: ItemRules) -> int | None:
    """How well the helper's stock fits (0 best); None where it does not."""
    for rank, detail in enumerate((*rules.serves(need.detail), "")):
        if detail in helper.stock:
            quantity = helper.stock[detail]
            if quantity is None or quantity >= need.quantity:
                return rank
    return None


def evenness(shares: Sequence[float]) -> float:
    """How evenly help is spread, 1 for all areas alike, 1/n where one of n has it all (Jain, Chiu, Hawe: "A
    quantitative measure of fairness", 1984). 1 where there is nothing to spread."""
    squares = sum(share * share for share in shares)
    return sum(shares) ** 2 / (len(shares) * squares) if squares else 1.0
