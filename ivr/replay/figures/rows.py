"""One measured utterance or call: what it was, and its share in every figure. Pure.

Every figure is a ratio of sums: word errors to words, right services to services asked for. A row holds its part of
both, so figures of any group, their intervals and their differences come from the same rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz.distance import Levenshtein

from ivr.understanding.result import Band

Part = tuple[float, float]  # of the sum above, of the sum below

# figure -> whether more is better
FIGURES: Mapping[str, bool] = {
    "word_error": False,
    "char_error": False,
    "top_1": True,
    "top_3": True,
    "slots": True,
    "false_accept": False,
    "false_reject": False,
    "asked_rightly": True,
    "missed_emergency": False,
    "false_emergency": False,
    "task_success": True,
    "turns_to_success": False,
    "seconds_to_success": False,
}


@dataclass(frozen=True, slots=True)
class Row:
    """`id` names the utterance or call and, behind a bar, its circumstances, the same in every run; `snr_db` None
    without noise."""

    id: str
    lang: str
    voice: str = ""
    noise: str = ""
    snr_db: float | None = None
    lost: float = 0.0
    note: str = ""
    parts: Mapping[str, Part] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """The utterance without its circumstances: rows of one are not independent."""
        return self.id.partition("|")[0]

    def as_json(self) -> dict[str, Any]:
        """JSON-able, read back by `row_of`."""
        kept = {name: getattr(self, name) for name in Row.__dataclass_fields__ if name != "parts"}
        return kept | {"parts": {name: list(part) for name, part in self.parts.items()}}


def row_of(data: Mapping[str, Any]) -> Row:
    """KeyError or TypeError where it is no row."""
    return Row(**{**data, "parts": {name: (part[0], part[1]) for name, part in data["parts"].items()}})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an utterance means. `services`: those that are right, none where nothing may be accepted, several where
    asking is right; None where it is not about a service. `slot`: None where none was asked for. `emergency`: "" where
    there is none, None where that is not the question."""

    text: str
    services: frozenset[str] | None = None
    slot: str | None = None
    emergency: str | None = None


@dataclass(frozen=True, slots=True)
class Got:
    """What was made of it. `slot_right` of the slot asked for."""

    text: str
    ranked: tuple[str, ...] = ()
    band: Band = Band.REJECT
    emergency: str | None = None
    slot_right: bool = False


def text_parts(wanted: Sequence[str], heard: Sequence[str]) -> dict[str, Part]:
    """Word and character errors of folded words: spelling variants of one word are no error."""
    if not wanted:
        return {}
    letters, heard_letters = " ".join(wanted), " ".join(heard)
    return {
        "word_error": (float(Levenshtein.distance(wanted, heard)), float(len(wanted))),
        "char_error": (float(Levenshtein.distance(letters, heard_letters)), float(len(letters))),
    }


def meaning_parts(wanted: Wanted, got: Got) -> dict[str, Part]:
    """The figures that what was understood has a part in."""
    parts: dict[str, Part] = {}
    if wanted.slot is not None:
        parts["slots"] = (float(got.slot_right), 1.0)
    if wanted.emergency:
        parts["missed_emergency"] = (float(got.emergency is None), 1.0)
    elif wanted.emergency is not None:
        parts["false_emergency"] = (float(got.emergency is not None), 1.0)
    if wanted.services is None:
        return parts
    first = got.ranked[0] if got.ranked else None
    right = first in wanted.services
    parts["false_accept"] = (float(got.band is Band.ACCEPT and not right and got.emergency is None), 1.0)
    if wanted.services:
        parts["top_1"] = (float(right), 1.0)
        parts["top_3"] = (float(bool(wanted.services.intersection(got.ranked[:3]))), 1.0)
        parts["false_reject"] = (float(got.band is Band.REJECT), 1.0)
    if len(wanted.services) > 1:
        parts["asked_rightly"] = (float(got.band is Band.CONFIRM and right), 1.0)
    return parts


def call_parts(success: bool, turns: int, seconds: float) -> dict[str, Part]:
    """A whole call's part: turns and seconds count where it succeeded."""
    parts: dict[str, Part] = {"task_success": (float(success), 1.0)}
    return parts | ({"turns_to_success": (float(turns), 1.0), "seconds_to_success": (seconds, 1.0)} if success else {})
