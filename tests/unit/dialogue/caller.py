"""A caller for tests: drives `step` by events, answers effects as the desk would, checks every step's rules.

What is said to the fake understander is a list of marks, so that a test shows what was understood and not how:
`service=street_light_repair:0.9 lang=hi yes no place=Agra digits=4827316 number=4 emergency=fire cmd=repeat`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from ivr.core.ids import check_digit
from ivr.dialogue.commands import (
    AnswerTicket,
    AskDesk,
    Command,
    Disposition,
    Ending,
    FindTickets,
    Flag,
    HangUp,
    Listen,
    Note,
    OpenTicket,
    Play,
    SendSms,
    Understood,
)
from ivr.dialogue.dialogue import Dialogue
from ivr.dialogue.events import (
    CallStarted,
    DeskSays,
    EffectFailed,
    Event,
    HungUp,
    KnownTicket,
    NoInput,
    Pressed,
    Said,
    SmsQueued,
    TicketAnswered,
    TicketOpened,
    TicketsFound,
)
from ivr.dialogue.session import Session
from ivr.understanding.result import Band, Candidate, Hypothesis, Understanding, WaitKind
from ivr.understanding.result import Command as Asked

NOW = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
NUMBER = "482731" + check_digit("482731")
ACCEPT, CONFIRM, MARGIN = 0.62, 0.38, 0.08
SAYS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "alert": ("acknowledged", {}),
    "claim": ("won", {}),
    "decline": ("declined", {}),
    "deliver": ("delivered", {}),
    "received": ("yes", {}),
    "enrol": ("need", {"service": "food_ration_request", "district": "Agra", "area": "282001"}),
    "certificate": ("valid", {"kind": "income_certificate", "initials": "सी", "issued_on": "2026-11-20", "day": ""}),
    "rumour": ("known", {"rumour": "coin_ten_invalid"}),
    "rate": ("rated", {}),
}


_NAMING = (WaitKind.SERVICE, WaitKind.LANGUAGE, WaitKind.CHOICE, WaitKind.RUMOUR)


class MarkUnderstander:
    """Understands marks; any other word is noise."""

    def understand(
        self, nbest: Sequence[Hypothesis], lang: str, kind: WaitKind, today: date, choices: Sequence[str] = ()
    ) -> Understanding:
        text = nbest[0].text if nbest else ""
        marks = [mark.partition("=") for mark in text.split()]
        found = sorted((_candidate(value) for name, _, value in marks if name == "service"), key=lambda c: -c.score)
        if kind is WaitKind.RUMOUR:
            found = [_candidate(value) for name, _, value in marks if name == "rumour"]
        if kind is WaitKind.CHOICE:
            found = [c for c in found if c.intent in choices]
        named = {name: value for name, _, value in marks if value and name != "service"}
        services = kind in _NAMING and bool(found)
        margin = found[0].score - found[1].score if len(found) > 1 else 1.0
        return Understanding(
            text=text,
            lang=lang,
            intent=found[0].intent if services else None,
            score=found[0].score if services else 0.0,
            margin=margin if services else 0.0,
            band=_band(found[0].score, margin) if services else Band.REJECT,
            alternatives=tuple(found) if services else (),
            slots=_slots(kind, {mark[0] for mark in marks}, named),
            emergency=named.get("emergency"),
            command=Asked(named["cmd"]) if "cmd" in named else None,
            language=named.get("lang"),
        )


def _candidate(value: str) -> Candidate:
    intent, _, score = value.partition(":")
    return Candidate(intent, float(score or 0.9))


def _band(score: float, margin: float) -> Band:
    if score >= ACCEPT and margin >= MARGIN:
        return Band.ACCEPT
    return Band.CONFIRM if score >= CONFIRM else Band.REJECT


def _slots(kind: WaitKind, marks: set[str], named: Mapping[str, str]) -> dict[str, str | float | None]:
    if kind is WaitKind.YES_NO:
        return {"yes_no": "yes" if "yes" in marks else "no" if "no" in marks else "unclear"}
    if kind is WaitKind.NUMBER:
        return {"number": float(named["number"]) if "number" in named else None}
    if kind is WaitKind.OPTION:
        return {"option": named.get("option")}
    if kind in (WaitKind.SERVICE, WaitKind.LANGUAGE):
        return {"place": named["place"]} if "place" in named else {}
    return {kind.value: named.get(kind.value)}


@dataclass(frozen=True)
class FakeService:
    department: str
    outcome: str
    ask: tuple[str, ...] = ()
    sms: str | None = None
    name: str = "A service"


@dataclass(frozen=True)
class FakeCatalogue:
    services: Mapping[str, FakeService]
    answers: Mapping[str, str] = field(default_factory=dict)

    def name(self, lang: str, service_id: str) -> str:
        return f"{service_id} in {lang}"

    def say(self, lang: str, service_id: str) -> str:
        return self.answers.get(service_id, f"answer of {service_id} in {lang}")


@dataclass
class FakeDesk:
    """Answers effects and records them. `failing`: names of commands that fail."""

    tickets: tuple[KnownTicket, ...] = ()
    sms: bool = True
    shared: bool = False
    failing: frozenset[str] = frozenset()
    says: Mapping[str, tuple[str, Mapping[str, str]]] = field(default_factory=lambda: dict(SAYS))
    code: str = ""
    waits: bool = True
    becomes: Mapping[str, str] = field(default_factory=lambda: {"yes": "closed", "no": "open"})
    done: list[Command] = field(default_factory=list)

    def answer(self, effect: OpenTicket | SendSms | FindTickets | AnswerTicket | AskDesk) -> Event:
        self.done.append(effect)
        if type(effect).__name__ in self.failing:
            return EffectFailed(type(effect).__name__, "store")
        match effect:
            case OpenTicket():
                return TicketOpened(NUMBER, "2026-11-24", code=self.code)
            case SendSms():
                return SmsQueued(self.sms)
            case AskDesk():
                return DeskSays(effect.what, *self.says.get(effect.what, ("", {})))
            case FindTickets():
                found = [t for t in self.tickets if effect.number in (None, t.number)]
                return TicketsFound(tuple(found), self.shared)
            case AnswerTicket():
                return TicketAnswered(self.waits, self.becomes.get(effect.act, "closed"), "तहसीलदार")


def check_step(session: Session, commands: tuple[Command, ...]) -> Ending:
    """The rules of every step; returns its last command."""
    *rest, last = commands
    assert all(isinstance(command, Play | Flag | Note | Understood) for command in rest), commands
    assert isinstance(last, Ending), commands
    assert session.over == isinstance(last, HangUp)
    assert (session.wait is not None) == isinstance(last, Listen)
    assert Session.from_json(session.to_json()) == session
    if isinstance(last, HangUp):
        assert session.disposition is last.disposition
    return last


class Caller:
    """Somebody on the telephone. Methods give what was played (prompt ids) until the dialogue waits."""

    def __init__(self, dialogue: Dialogue, desk: FakeDesk | None = None) -> None:
        self.dialogue = dialogue
        self.desk = desk or FakeDesk()
        self.session = Session.new("CA1")
        self.now = NOW
        self.last: Ending | None = None
        self.plays: list[Play] = []
        self.flags: list[str] = []
        self.notes: list[Note] = []

    def happen(self, event: Event) -> list[str]:
        self.plays = []
        while True:
            stored = Session.from_json(self.session.to_json())
            self.session, commands = self.dialogue.step(stored, event, self.now)
            self.last = check_step(self.session, commands)
            self.plays += [c for c in commands if isinstance(c, Play)]
            self.flags += [c.kind for c in commands if isinstance(c, Flag)]
            self.notes += [c for c in commands if isinstance(c, Note)]
            if not isinstance(self.last, OpenTicket | SendSms | FindTickets | AnswerTicket | AskDesk):
                return [play.prompt for play in self.plays]
            event = self.desk.answer(self.last)

    def call(self, language: str | None = None, media: str = "stream") -> list[str]:
        return self.happen(CallStarted(language, media=media))

    def say(self, text: str, agreed: bool = True) -> list[str]:
        langs = self.session.wait.langs if self.session.wait else ("hi",)
        return self.happen(Said({lang: (Hypothesis(text),) for lang in langs}, agreed))

    def say_as(self, **texts: str) -> list[str]:
        """Heard differently by each language's recogniser."""
        return self.happen(Said({lang: (Hypothesis(text),) for lang, text in texts.items()}))

    def press(self, *inputs: str) -> list[str]:
        played: list[str] = []
        for keys in inputs:
            played = self.happen(Pressed(keys))
        return played

    def silence(self, times: int = 1) -> list[str]:
        played: list[str] = []
        for _ in range(times):
            played = self.happen(NoInput())
        return played

    def hang_up(self) -> list[str]:
        return self.happen(HungUp())

    def later(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)

    def value(self, prompt: str, name: str) -> tuple[str, str]:
        """A value of the prompt just played."""
        return next(play for play in self.plays if play.prompt == prompt).values[name]

    def ends_with(self, command: Ending) -> bool:
        """Whether the last step ended with this command."""
        return self.last == command

    @property
    def disposition(self) -> Disposition | None:
        return self.session.disposition

    @property
    def waiting_for(self) -> WaitKind | None:
        return self.session.wait.kind if self.session.wait else None
