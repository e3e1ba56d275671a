"""What the dialogue asks to be done. Carried out by `ivr.call`; every command's result comes back as an event.

An effect (`OpenTicket`, `SendSms`, `FindTickets`, `AskDesk`) ends its list of commands: the dialogue goes on with the
event that the effect brings. `key` makes it harmless to carry out twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ivr.understanding.result import Band, WaitKind


class Disposition(StrEnum):
    """How a call ended; every call ends in one of these."""

    ANSWERED = "answered"
    SMS_SENT = "sms_sent"
    TICKET_OPENED = "ticket_opened"
    STATUS_TOLD = "status_told"
    TRANSFERRED = "transferred"
    VOICEMAIL = "voicemail"
    CALLBACK = "callback"
    EMERGENCY = "emergency"
    CALLER_LEFT = "caller_left"


class Pace(StrEnum):
    """How long a silence ends the caller's turn: short answers, sentences, digit strings and stories."""

    SHORT = "short"
    NORMAL = "normal"
    LONG = "long"


@dataclass(frozen=True, slots=True)
class Play:
    """Say prompt `prompt` of grammars/<lang>/prompts.yaml. `values` fill its {places}: name -> (kind, value) with kind
    one of text, number, digits, ticket, date, place, service, amount. `barge_in` false where it must be heard."""

    prompt: str
    lang: str
    values: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    barge_in: bool = True


@dataclass(frozen=True, slots=True)
class Listen:
    """Wait for the caller, by voice and keys alike.

    `langs`: languages to recognise (two at the language wait). `digits_max` keys complete the input, or `#`, or
    `inter_digit_ms` of no key. `no_input_ms` counts from the end of the prompts, in audio. `choices` are the service
    ids of a choice. Media "gather" offers the same by keys.
    """

    kind: WaitKind
    langs: tuple[str, ...]
    choices: tuple[str, ...] = ()
    digits_max: int = 1
    no_input_ms: int = 6000
    inter_digit_ms: int = 4000
    pace: Pace = Pace.NORMAL


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """`call_back`: and have the caller rung, in calling hours, to be connected to a person."""

    key: str
    service: str
    lang: str
    district: str | None
    words: str  # what the caller said, for the officer
    call_back: bool = False
    area: str = ""  # PIN code
    detail: str = ""  # of relief: a blood group


@dataclass(frozen=True, slots=True)
class SendSms:
    """Queue the SMS `template` of grammars/sms.yaml to the caller, as text of that language."""

    key: str
    template: str
    lang: str
    values: Mapping[str, str] = field(default_factory=dict)
    service: str | None = None


@dataclass(frozen=True, slots=True)
class FindTickets:
    """Tickets of this caller, or the one with `number`."""

    number: str | None = None


@dataclass(frozen=True, slots=True)
class AskDesk:
    """Have the desk do one of its errands (see `ivr.desk.errands`): `what` with `values`. Answered by `DeskSays`."""

    key: str
    what: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AnswerTicket:
    """What the citizen says of the ticket with `number`: `act` is yes, no or rate. `words`: what is not done."""

    key: str
    number: str
    act: str
    lang: str = ""
    words: str = ""
    rating: int | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """Record a message of the caller (voicemail) until silence, `#` or hang-up; `9` throws it away. `langs`: in which
    a call for help is listened for meanwhile."""

    max_ms: int = 120_000
    langs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flag:
    """Mark this second of the call for an operator; `kind` says why."""

    kind: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """One line for testers on what was decided and why; never spoken, never logged."""

    decision: str
    why: str


@dataclass(frozen=True, slots=True)
class Understood:
    """What the caller's words were taken for, for operators and figures; first of its step, where something was said.

    `asked` is what was being waited for. `answer`: of a yes/no question. Scores 0..1, as of `Understanding`.
    """

    asked: WaitKind
    lang: str
    band: Band
    service: str | None = None
    runner_up: str | None = None
    score: float | None = None
    margin: float | None = None
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """After what was said so far is heard, connect to a person; voicemail when nobody answers."""

    to: str  # "operator" or an emergency desk's id
    summary: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """After what was said so far is heard, end the call."""

    disposition: Disposition


Effect = OpenTicket | SendSms | FindTickets | AnswerTicket | AskDesk | Record
Ending = Effect | Listen | Transfer | HangUp
Command = Ending | Play | Flag | Note | Understood
