"""What happens to a call, as the dialogue sees it. Frozen, JSON-able, no times but those inside the audio."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ivr.understanding.result import Hypothesis

ANY_EMERGENCY = "any"


@dataclass(frozen=True, slots=True)
class KnownTicket:
    """An open or lately closed ticket of this caller, as told on the phone. Dates are ISO days. `mine`: this telephone
    is the one that it was opened from, whose word on it counts. What the office last said: the codes of its `answer`
    with its day and of its `question` (tickets.yaml), and its own words with them (`note`, personal), for this
    telephone only."""

    number: str
    service: str
    state: str
    opened_on: str
    due_on: str | None
    mine: bool = True
    answer: str = ""
    answer_on: str = ""
    question: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class CallStarted:
    """The caller is on the line. `language` is remembered from an earlier call; `resumed` when this session was
    interrupted (dropped call, lost stream) and goes on; `media` is "stream" (voice and keys) or "gather" (keys).
    `tickets` are this number's, newest first; `shared` when several people use the number; `why_keys` is "overloaded"
    or "no_model" where speech cannot be had from the start; `purpose` is that of a call that we made. `brief` is what
    waits for this person, whoever rang: its `errand` and what must be known for it (see `errands`)."""

    language: str | None = None
    resumed: bool = False
    media: str = "stream"
    tickets: tuple[KnownTicket, ...] = ()
    shared: bool = False
    why_keys: str = ""
    purpose: str = ""
    brief: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Said:
    """The caller spoke. `nbest` per language spoken for (more than one only at the language wait), best first.
    `agreed` is false when grammar and free pass heard different things; `barged_in` when a prompt was cut."""

    nbest: Mapping[str, tuple[Hypothesis, ...]]
    agreed: bool = True
    barged_in: bool = False


@dataclass(frozen=True, slots=True)
class Pressed:
    """Complete key input: one key, or the digits a digits wait collected (terminator removed)."""

    keys: str


@dataclass(frozen=True, slots=True)
class EmergencyHeard:
    """The caller needs help now, told by words in the middle of a turn or by the emergency keys. `kind` of
    grammars/emergency.yaml, `ANY_EMERGENCY` where keys don't tell; `lang` None: the caller's."""

    kind: str = ANY_EMERGENCY
    lang: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class NoInput:
    """Nothing was said or pressed in the time the wait allows."""


@dataclass(frozen=True, slots=True)
class TicketOpened:
    """`reachable` false where a call back was wanted and the number is withheld. `code`: of relief, for whoever brings
    it."""

    number: str
    due_on: str | None
    reachable: bool = True
    code: str = ""


@dataclass(frozen=True, slots=True)
class TicketsFound:
    """`shared`: several people use this number, so a ticket is told to whoever knows its last four digits."""

    tickets: tuple[KnownTicket, ...]
    shared: bool = False


@dataclass(frozen=True, slots=True)
class TicketAnswered:
    """The citizen's word was taken; `ok` false where the ticket did not wait for it any more. `state` after it,
    `level`: who has it now, in the caller's language."""

    ok: bool
    state: str
    level: str = ""


@dataclass(frozen=True, slots=True)
class SmsQueued:
    """`ok` false when no SMS can be sent to this caller (number withheld, opted out)."""

    ok: bool


@dataclass(frozen=True, slots=True)
class DeskSays:
    """What came of an errand: `result` is one of its own words."""

    what: str
    result: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MessageRecorded:
    """A voicemail of `duration_ms` is stored."""

    duration_ms: int


@dataclass(frozen=True, slots=True)
class Queued:
    """Everybody who could take the call is busy: `place` in the queue (1 is next), `minutes` to wait, estimated."""

    place: int
    minutes: int


@dataclass(frozen=True, slots=True)
class EffectFailed:
    """A command could not be carried out; `code` of the error. The caller hears an apology, never silence."""

    command: str
    code: str


@dataclass(frozen=True, slots=True)
class TakenOver:
    """An operator who watched the call takes it."""


@dataclass(frozen=True, slots=True)
class HungUp:
    """The caller left."""


Event = (
    CallStarted
    | Said
    | Pressed
    | EmergencyHeard
    | NoInput
    | TicketOpened
    | TicketsFound
    | TicketAnswered
    | SmsQueued
    | DeskSays
    | MessageRecorded
    | Queued
    | EffectFailed
    | TakenOver
    | HungUp
)


def plain(event: Event) -> dict[str, Any]:
    """The event as JSON-able data with its kind, for transcripts and tests."""
    return {"event": type(event).__name__, **asdict(event)}
