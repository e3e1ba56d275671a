"""Districts for people: their names in the user's language, and their paths."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ivr.core.data import load_mapping
from ivr.desk.rules.assignment import path_of


@dataclass(frozen=True, slots=True)
class Places:
    """The districts of grammars/places.yaml by their English names, in order of name."""

    entries: Mapping[str, Mapping[str, Any]]

    @classmethod
    def load(cls, grammars: Path) -> "Places":
        return cls(load_mapping(grammars / "places.yaml"))

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self.entries))

    def __contains__(self, name: object) -> bool:
        return name in self.entries

    def path(self, district: str | None) -> str:
        """ "AP.Guntur"; "" where it is not known."""
        return path_of(district, {name: str(entry["state"]) for name, entry in self.entries.items()})

    def name(self, district: str | None, lang: str) -> str:
        """In the user's language; "-" for none."""
        if district is None:
            return "-"
        spoken = self.entries.get(district, {}).get(lang)
        return str(spoken[0]) if spoken else district
