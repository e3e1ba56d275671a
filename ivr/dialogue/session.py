"""The state of one call between two events, and its JSON. Holds no data of grammars/ and decides nothing."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from ivr.dialogue.commands import (
    AnswerTicket,
    AskDesk,
    Disposition,
    FindTickets,
    Listen,
    OpenTicket,
    Pace,
    Play,
    Record,
    SendSms,
    Transfer,
)
from ivr.dialogue.events import KnownTicket
from ivr.understanding.result import WaitKind


class At(StrEnum):
    """Where a call stands. The first group are waits for the caller, the second waits for an effect, the third are
    passed through within one step."""

    LANGUAGE = "language"
    GO_ON = "go_on"
    LAST_FOUR = "last_four"
    SERVICE = "service"
    MENU = "menu"
    CONFIRM = "confirm"
    CHOICE = "choice"
    PLACE = "place"
    PLACE_MENU = "place_menu"
    PLACE_CONFIRM = "place_confirm"
    DETAILS = "details"
    TICKET_NUMBER = "ticket_number"
    RATING = "rating"
    MORE = "more"
    QUEUE = "queue"
    MESSAGE_OK = "message_ok"
    SOLVED = "solved"
    STILL = "still"
    AREA = "area"
    BLOOD = "blood"
    GIVES = "gives"
    OFFER = "offer"
    DELIVERY = "delivery"
    RECEIVED = "received"
    ALERT = "alert"
    CERTIFICATE = "certificate"
    RUMOUR = "rumour"
    RUMOUR_CONFIRM = "rumour_confirm"
    NO_DANGER = "no_danger"

    OPENING = "opening"
    SENDING = "sending"
    FINDING = "finding"
    FINDING_LAST = "finding_last"
    ANSWERING = "answering"
    RECORDING = "recording"
    TRANSFERRING = "transferring"
    ASKING = "asking"

    START = "start"
    FORM = "form"
    ACT = "act"
    EMERGENCY = "emergency"
    OPERATOR = "operator"
    VOICEMAIL = "voicemail"
    CALLBACK = "callback"
    GOODBYE = "goodbye"
    UNSAID = "unsaid"
    REFUSED = "refused"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Request:
    """What the caller wants, as far as it is known.

    `confirmed`: the caller said yes, chose it by name or key, or went on after hearing its name. `candidates`: what a
    yes/no or a choice is being asked about. `refused`: what the caller said no to. `failures`: times that the request
    itself was not understood or denied. `offered`: district being confirmed. `words`: said so far, for the officer.
    `area`: PIN code, "" where it was left out; `item` and `group`: what is given or needed; `rumour`: being confirmed.
    """

    service: str | None = None
    district: str | None = None
    words: str = ""
    confirmed: bool = False
    candidates: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    failures: int = 0
    offered: str | None = None
    place_skipped: bool = False
    details_asked: bool = False
    area: str | None = None
    item: str | None = None
    group: str | None = None
    rumour: str | None = None
    emergency: str | None = None


UNASKED, GIVEN, REFUSED, MESSAGE = "", "given", "refused", "message"
MAY_RECORD = frozenset({UNASKED, GIVEN})  # the sound of the call
CONSENTED = frozenset({GIVEN, MESSAGE})
WORK_LEFT = frozenset({At.CONFIRM, At.CHOICE, At.PLACE, At.PLACE_MENU, At.PLACE_CONFIRM, At.DETAILS, At.TICKET_NUMBER})
Pending = OpenTicket | SendSms | FindTickets | AnswerTicket | AskDesk | Record | Transfer
_EFFECTS = (OpenTicket, SendSms, FindTickets, AnswerTicket, AskDesk, Record, Transfer)
_PENDING: Mapping[str, type] = {c.__name__: c for c in _EFFECTS}


@dataclass(frozen=True, slots=True)
class Session:
    """One call. `wait` is what is being waited for (None while an effect runs); `pending` the effect whose result is
    awaited. `spoken` is what `*` repeats. `menu` holds the indices of the branches taken. `best` is the best ending
    reached so far. `misses` counts failures at this question, `turns` all events. `tickets` are those that wait for
    their last four digits; `told` when a ticket was told unasked; `left_at` is where the caller hung up; `queued_at`
    when they came to the queue for a person, `queue_place` what they were told last of it, and when. `brief` is the
    errand that waits for this person, `rated` whether an opinion was asked for. `keyed` are the last keys of a leg by
    keys, each at its time of `keyed_at`. `consent` to being recorded: given by whoever goes on after it was announced,
    or refused; `MESSAGE` is the consent of one who refused to the message alone. Times are ISO."""

    call_id: str
    at: At = At.START
    wait: Listen | None = None
    lang: str | None = None
    media: str = "stream"
    by_keys: bool = False
    heard: bool = False
    misses: int = 0
    request: Request = field(default_factory=Request)
    menu: tuple[int, ...] = ()
    page: int = 0
    then: At | None = None
    reason: str = ""
    spoken: tuple[Play, ...] = ()
    pending: Pending | None = None
    ticket: str | None = None
    last_sms: SendSms | None = None
    best: Disposition | None = None
    turns: int = 0
    effects: int = 0
    keyed: str = ""
    keyed_at: tuple[str, ...] = ()
    started_at: str | None = None
    over: bool = False
    disposition: Disposition | None = None
    tickets: tuple[KnownTicket, ...] = ()
    told: bool = False
    left_at: At | None = None
    queued_at: str | None = None
    queue_place: int = 0
    queue_told_at: str | None = None
    consent: str = UNASKED
    brief: Mapping[str, str] = field(default_factory=dict)
    rated: bool = False

    @property
    def unfinished(self) -> bool:
        """Whether the caller left in the middle of a request that a next call can go on with."""
        begun = bool(self.request.service or self.request.candidates)
        return (self.left_at or self.at) in WORK_LEFT and begun and self.request.emergency is None

    def reopened(self) -> "Session":
        """The session for a call that may go on with this one: it first asks whether to."""
        return replace(
            self,
            at=At.GO_ON,
            then=self.left_at or self.at,  # a call that broke off with its process left nowhere
            left_at=None,
            over=False,
            disposition=None,
            wait=None,
            heard=False,
            by_keys=False,
            misses=0,
            turns=0,
            started_at=None,
            told=False,
            queued_at=None,
        )

    @classmethod
    def new(cls, call_id: str) -> "Session":
        """A call that has not begun."""
        return cls(call_id)

    def to_json(self) -> str:
        """The session as JSON text with sorted keys; `from_json` gives an equal one."""
        data = asdict(self)
        if self.pending is not None:
            data["pending"]["command"] = type(self.pending).__name__
        return json.dumps(data, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Session":
        """The session that `to_json` wrote. ValueError, KeyError or TypeError on anything else."""
        data: dict[str, Any] = json.loads(text)
        return cls(
            **data
            | {
                "at": At(data["at"]),
                "then": At(data["then"]) if data["then"] else None,
                "left_at": At(data["left_at"]) if data.get("left_at") else None,
                "tickets": tuple(KnownTicket(**ticket) for ticket in data.get("tickets", ())),
                "wait": _listen(data["wait"]),
                "request": _request(data["request"]),
                "menu": tuple(data["menu"]),
                "keyed_at": tuple(data.get("keyed_at", ())),
                "spoken": tuple(_play(play) for play in data["spoken"]),
                "pending": _pending(data["pending"]),
                "last_sms": SendSms(**data["last_sms"]) if data["last_sms"] else None,
                "best": Disposition(data["best"]) if data["best"] else None,
                "disposition": Disposition(data["disposition"]) if data["disposition"] else None,
            }
        )


def _listen(data: dict[str, Any] | None) -> Listen | None:
    if data is None:
        return None
    parts = {"kind": WaitKind(data["kind"]), "langs": tuple(data["langs"]), "choices": tuple(data["choices"])}
    return Listen(**data | parts | {"pace": Pace(data["pace"])})


def _request(data: dict[str, Any]) -> Request:
    return Request(**data | {"candidates": tuple(data["candidates"]), "refused": tuple(data["refused"])})


def _play(data: dict[str, Any]) -> Play:
    values = {name: (kind, value) for name, (kind, value) in data["values"].items()}
    return Play(**data | {"values": values})


def _pending(data: dict[str, Any] | None) -> Pending | None:
    if data is None:
        return None
    rest = {name: value for name, value in data.items() if name != "command"}
    if "langs" in rest:
        rest["langs"] = tuple(rest["langs"])
    made: Pending = _PENDING[data["command"]](**rest)
    return made
