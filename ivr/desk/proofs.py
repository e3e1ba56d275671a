"""Whether a photograph can be the proof it is said to be: by what its camera wrote, against grammars/proof.yaml. Pure.

Doubts are shown to who supervises; they refuse nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

from ivr.core.data import data_dir, load_mapping, wrong

PROOFS = "proofs"  # below the data folder
_EARTH_KM = 6371.0
Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class ProofRules:
    """See grammars/proof.yaml. `centres`: district -> latitude, longitude."""

    early: timedelta
    clock: timedelta
    far_km: float
    centres: Mapping[str, Place]

    @classmethod
    def load(cls, path: Path) -> "ProofRules":
        """DataError with file and line where something is missing or no number."""
        data = load_mapping(path)
        try:
            centres = {str(name): (float(at[0]), float(at[1])) for name, at in data["centres"].items()}
            early, clock = (timedelta(hours=float(data[name])) for name in ("early_hours", "clock_hours"))
            return cls(early, clock, float(data["far_km"]), centres)
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise wrong(path, f"{error} is missing or no number") from error


@dataclass(frozen=True, slots=True)
class Doubt:
    """`kind`: no_time, early (taken before the complaint was made), clock, no_place, far (`km` from the district)."""

    kind: str
    km: int = 0


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture and the complaint that it is to prove: when it was taken and where, if the camera said so; when it was
    sent; when the complaint was made, and in which district."""

    taken_at: datetime | None
    taken_in: str | None
    sent_at: datetime
    opened_at: datetime
    district: str | None


def doubts(shown: Shown, rules: ProofRules) -> Iterator[Doubt]:
    """What speaks against it, nothing where all fits."""
    if shown.taken_at is None:
        yield Doubt("no_time")
    elif shown.taken_at < shown.opened_at - rules.early:
        yield Doubt("early")
    elif shown.taken_at > shown.sent_at + rules.clock:
        yield Doubt("clock")
    if shown.taken_in is None:
        yield Doubt("no_place")
        return
    centre = rules.centres.get(shown.district or "")
    if centre is not None:
        km = distance_km(read_place(shown.taken_in), centre)
        if km > rules.far_km:
            yield Doubt("far", round(km))


def written_place(place: Place | None) -> str | None:
    """As it is stored: "26.9301,81.1902", some ten metres exact."""
    return f"{place[0]:.4f},{place[1]:.4f}" if place is not None else None


def read_place(text: str) -> Place:
    latitude, _, longitude = text.partition(",")
    return float(latitude), float(longitude)


def distance_km(one: Place, other: Place) -> float:
    """Along the great circle (haversine)."""
    (lat1, lon1), (lat2, lon2) = ((radians(value) for value in place) for place in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_KM * asin(min(1.0, sqrt(half)))


@lru_cache(maxsize=1)
def proof_rules() -> ProofRules:
    """Those of grammars/, read once."""
    return ProofRules.load(data_dir("grammars") / "proof.yaml")
