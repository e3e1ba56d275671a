"""From what score and margin an intent is acted on, asked about or refused. Chosen by `ivr tune`, kept as data."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from ivr.core.data import load_mapping, wrong
from ivr.understanding.result import Band

FILE = "thresholds.yaml"
WORD_FOR_WORD = 0.9
# What the matcher reads, by which thresholds are known to be of these grammars.
_READ = (
    "*/services/*.yaml",
    "*/language.yaml",
    "*/rules.yaml",
    "*/outside.yaml",
    "*/stories.yaml",
    "topics.yaml",
)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """`accept`: least score to act; `margin`: least lead over the next service to act at
    that score (see `lead`); `confirm`: least score to ask.

    `grammars` is the fingerprint of the grammars they were chosen for ("" when they are the defaults).
    """

    accept: float = 0.7
    margin: float = 0.08
    confirm: float = 0.4
    grammars: str = ""

    def lead(self, score: float) -> float:
        """The margin needed at `score`: all of it up to `WORD_FOR_WORD`, then less, none at 1. What fits a phrase word
        for word needs no lead over a neighbour that has one word more."""
        return self.margin * min(1.0, (1 - score) / (1 - WORD_FOR_WORD))

    def band(self, score: float, margin: float) -> Band:
        if score >= self.accept and margin >= self.lead(score):
            return Band.ACCEPT
        return Band.CONFIRM if score >= self.confirm else Band.REJECT


def load_thresholds(grammars_dir: Path) -> Thresholds:
    """grammars/thresholds.yaml, or the defaults where it is not there. DataError where it is wrong."""
    path = grammars_dir / FILE
    if not path.exists():
        return Thresholds()
    data = load_mapping(path)
    try:
        found = Thresholds(
            float(data["accept"]), float(data["margin"]), float(data["confirm"]), str(data.get("grammars") or "")
        )
    except (KeyError, TypeError, ValueError) as error:
        raise wrong(path, f"needs numbers accept, margin and confirm: {error}") from error
    if not 0 <= found.confirm <= found.accept <= 1:
        raise wrong(path, "confirm must not be above accept, both within 0 and 1", "confirm")
    return found


def fingerprint(grammars_dir: Path) -> str:
    """A short hash of everything the matcher reads: languages' words, rules, services' phrases, what competes."""
    digest = hashlib.sha256()
    for path in (path for name in _READ for path in sorted(grammars_dir.glob(name))):
        digest.update(path.relative_to(grammars_dir).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
