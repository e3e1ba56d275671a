"""What the recogniser heard and what was understood of it: plain values passed between the rooms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

SlotValue = str | float | None


class WaitKind(StrEnum):
    """What the caller was asked; chooses grammar, keys, slots and endpointing."""

    LANGUAGE = "language"
    SERVICE = "service"
    YES_NO = "yes_no"
    DIGITS = "digits"
    NUMBER = "number"
    DATE = "date"
    PLACE = "place"
    CHOICE = "choice"  # one of a few named services
    MESSAGE = "message"  # recorded, not understood
    OPTION = "option"  # one of the named answers of grammars/<lang>/options.yaml
    RUMOUR = "rumour"  # one of grammars/rumours.yaml


class Band(StrEnum):
    """What to do with an intent: act on it, ask whether it is right, or ask again."""

    ACCEPT = "accept"
    CONFIRM = "confirm"
    REJECT = "reject"


class Command(StrEnum):
    """What a caller may say or press at any wait."""

    OPERATOR = "operator"
    REPEAT = "repeat"
    BACK = "back"
    CHANGE_LANGUAGE = "change_language"
    HOLD = "hold"  # "ruko", "aagandi"
    HELP = "help"
    GOODBYE = "goodbye"
    NO_RECORDING = "no_recording"


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One reading of an utterance. `confidence` 0..1; under a grammar it is ~1.0 even when wrong."""

    text: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Candidate:
    intent: str
    score: float


@dataclass(frozen=True, slots=True)
class Understanding:
    """What one utterance means. `score` and `margin` 0..1; `alternatives` best first, the chosen one included.

    `slots` holds what was asked for (None where it was not said) and, for a service, what was said besides.
    `language` is set where the caller asked for a language by name. `emergency` is the id of an emergency kind.
    `doubtful`: to a yes-or-no question, nothing but words of doubt ("I don't know", "hmm").
    """

    text: str
    lang: str
    intent: str | None = None
    score: float = 0.0
    margin: float = 0.0
    band: Band = Band.REJECT
    alternatives: tuple[Candidate, ...] = ()
    slots: Mapping[str, SlotValue] = field(default_factory=dict)
    emergency: str | None = None
    command: Command | None = None
    language: str | None = None
    doubtful: bool = False
