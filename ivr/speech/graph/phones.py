"""The phones of an acoustic model, as numbered in its final.mdl, and how likely one follows another.

Owns `am/phones.txt` beside a bundled model. Position in a word is part of a phone's number, for libvosk takes the
words' times from it; silence has one number only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from ivr.core.errors import ModelError

SILENCE = "SIL"
_NO_COST = "-"


class Position(IntEnum):
    """Where in its word a phone stands."""

    BEGIN = 0
    INTERNAL = 1
    END = 2
    SINGLETON = 3


def graph_phone(phone: int, position: Position) -> int:
    """Number of phone `phone` (its place in the inventory; not silence) at a place in its word."""
    return 2 + (phone - 1) * len(Position) + position


SILENCE_PHONE = 1


def graph_phone_count(phones: int) -> int:
    """How many numbers an inventory of `phones` phones takes, silence included."""
    return 1 + (phones - 1) * len(Position)


def enter_id(number: int) -> int:
    """Transition-id of a graph phone's first frame; its further frames have `stay_id`."""
    return 2 * number


def stay_id(number: int) -> int:
    """Transition-id of a graph phone's further frames."""
    return 2 * number - 1


@dataclass(frozen=True, slots=True)
class Phones:
    """`names` with silence first; `costs[a][b]` is -ln P(b follows a), infinite where the model knows none."""

    names: tuple[str, ...]
    costs: tuple[tuple[float, ...], ...]

    def index(self) -> dict[str, int]:
        """Name -> place in the inventory."""
        return {name: number for number, name in enumerate(self.names)}


def read_phones(path: Path) -> Phones:
    """Read am/phones.txt: a line a phone, its name and the costs of each phone after it. ModelError when wrong."""
    try:
        rows = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
        names = tuple(row[0] for row in rows)
        costs = tuple(tuple(float("inf") if c == _NO_COST else float(c) for c in row[1:]) for row in rows)
    except (OSError, ValueError, IndexError) as error:
        raise ModelError(f"{path}: no phones of a bundled model: {error}") from error
    if not names or names[0] != SILENCE or any(len(row) != len(names) for row in costs):
        raise ModelError(f"{path}: not a square table of phones that begins with {SILENCE}")
    return Phones(names, costs)


def write_phones(path: Path, names: Sequence[str], costs: Sequence[Sequence[float]]) -> None:
    """Write am/phones.txt, with digits enough for float32 to come back unchanged."""
    rows = [[_NO_COST if c == float("inf") else f"{c:.9g}" for c in row] for row in costs]
    lines = (" ".join([name, *row]) for name, row in zip(names, rows, strict=True))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_word_boundaries(path: Path, phones: int) -> None:
    """Write graph/phones/word_boundary.int: which graph phones begin, continue and end a word."""
    names = {p: p.name.lower() for p in Position}
    lines = [f"{graph_phone(phone, p)} {names[p]}" for phone in range(1, phones) for p in Position]
    path.write_text("\n".join([f"{SILENCE_PHONE} nonword", *lines]) + "\n", encoding="utf-8")
