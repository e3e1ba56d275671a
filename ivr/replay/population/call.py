"""One simulated call: the real dialogue and understanding, a desk that answers at once, and the time it would take.

No socket, no audio, no database: only whether the conversation can be won.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ivr.dialogue.commands import (
    AnswerTicket,
    AskDesk,
    Command,
    Disposition,
    FindTickets,
    Flag,
    HangUp,
    Listen,
    Note,
    OpenTicket,
    Play,
    Record,
    SendSms,
    Transfer,
)
from ivr.dialogue.dialogue import Dialogue
from ivr.dialogue.events import (
    CallStarted,
    DeskSays,
    Event,
    HungUp,
    KnownTicket,
    MessageRecorded,
    NoInput,
    Pressed,
    Said,
    SmsQueued,
    TicketAnswered,
    TicketOpened,
    TicketsFound,
)
from ivr.dialogue.session import Session
from ivr.replay.population.goals import Goal, Kind
from ivr.replay.population.hearing import MisHearing
from ivr.replay.population.person import Action, Does, Person
from ivr.understanding.catalogue import Catalogue

_Asked = OpenTicket | SendSms | FindTickets | AnswerTicket | AskDesk
ERRANDS = {"rate": "rated", "rumour": "unknown", "certificate": "mistyped", "enrol": "quiet"}  # what comes of each

NOW = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)
EVENTS_AT_MOST = 200  # twice what the dialogue itself allows
_LETTER_S, _VALUE_S = 0.075, 0.9  # of a prompt
_WORD_S, _THINK_S, _KEY_S = 0.4, 1.0, 0.5
_NEW_TICKET = "1234567"


@dataclass(slots=True)
class Result:
    """What became of a call. `done`: the caller got what they wanted, without a person; `person`: they were connected
    or left a message; `wrong`: something else was opened or sent; `ended`: one of the agreed endings was reached;
    `missed`: an emergency was
    spoken of, and neither was a number given nor a person reached. `lines` tell the call."""

    goal: Goal
    trait: str
    done: bool = False
    person: bool = False
    wrong: bool = False
    ended: bool = False
    missed: bool = False
    disposition: Disposition | None = None
    turns: int = 0
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


@dataclass(slots=True)
class SimulatedCall:
    """Plays one person against the dialogue."""

    dialogue: Dialogue
    catalogue: Catalogue
    prompts: "PromptTexts"
    hearing: MisHearing
    person: Person
    chance: random.Random
    session: Session = field(default_factory=lambda: Session.new("simulated"))
    now: datetime = NOW
    plays: list[Play] = field(default_factory=list)
    last: Command | None = None
    uttered: bool = False
    result: Result = field(init=False)

    def __post_init__(self) -> None:
        self.result = Result(self.person.goal, self.person.trait.name)

    def run(self) -> Result:
        self._happen(CallStarted())
        for _ in range(EVENTS_AT_MOST):
            if isinstance(self.last, HangUp | Transfer):
                break
            if isinstance(self.last, Record):
                self.result.person = True
                self._happen(MessageRecorded(5000 if self.person.trait.speaks else 0))
                continue
            self._react(self.person.answer(self.plays, (self.now - NOW).total_seconds()))
        return self._judged()

    def _react(self, action: Action) -> None:
        listen = self.last
        assert isinstance(listen, Listen)
        self.result.turns += 1
        match action.does:
            case Does.HANGS_UP:
                self._happen(HungUp())
            case Does.NOTHING:
                self._pass(listen.no_input_ms / 1000)
                self._happen(NoInput())
            case Does.PRESSES:
                self._pass(_THINK_S + _KEY_S * len(action.what))
                self._press(action.what, listen)
            case Does.SAYS:
                self._say(action.what, listen)

    def _press(self, keys: str, listen: Listen) -> None:
        if listen.digits_max >= len(keys):
            self._happen(Pressed(keys))
            return
        for key in keys:  # the wait took one key, the caller pressed on
            if isinstance(self.last, Listen):
                self._happen(Pressed(key))

    def _say(self, text: str, listen: Listen) -> None:
        words = text.split()
        if len(words) > 2 and self.chance.random() < self.person.trait.cut:
            half = len(words) // 2
            self._utter(" ".join(words[:half]), listen)
            if isinstance(self.last, Listen):
                self._utter(" ".join(words[half:]), self.last, barged_in=True)
        else:
            self._utter(text, listen)

    def _utter(self, text: str, listen: Listen, barged_in: bool = False) -> None:
        self._pass(_THINK_S + _WORD_S * len(text.split()))
        self.uttered = True
        self._note("caller", text)
        self._happen(self.hearing.said(text, self.person.goal.lang, listen, self.chance, barged_in))

    def _happen(self, event: Event) -> None:
        self.plays = []
        while True:
            self._tell_event(event)
            self.session, commands = self.dialogue.step(self.session, event, self.now)
            self.plays += [c for c in commands if isinstance(c, Play)]
            self.last = commands[-1]
            self._tell(commands)
            if not isinstance(self.last, _Asked):
                break
            event = self._desk(self.last)
        self._pass(sum(self.prompts.seconds(play) for play in self.plays))
        self._watch(self.plays)

    def _desk(self, effect: _Asked) -> Event:
        goal = self.person.goal
        match effect:
            case OpenTicket(service=service, district=district):
                right = service in goal.services and district in (goal.district, None)
                self._met(right)
                return TicketOpened(_NEW_TICKET, "2026-11-30")
            case SendSms(service=service):
                if service is not None and effect.template != "ticket_opened":
                    self._met(service in goal.services)
                return SmsQueued(True)
            case AnswerTicket(act=act):
                return TicketAnswered(True, "closed" if act == "yes" else "open")
            case AskDesk(what=what):
                return DeskSays(what, ERRANDS[what], {"rumour": ""} if what == "rumour" else {})
            case FindTickets(number=number):
                known = goal.ticket and (number == goal.ticket or (number is None and goal.own_phone))
                ticket = KnownTicket(goal.ticket, "street_light_repair", "open", "2026-11-20", "2026-11-27")
                return TicketsFound((ticket,) if known else ())

    def _met(self, right: bool) -> None:
        self.person.met = self.person.met or right
        self.result.wrong = self.result.wrong or not right

    def _watch(self, plays: Sequence[Play]) -> None:
        """What the caller hears may be all they wanted."""
        goal = self.person.goal
        answers = {self.catalogue.say(goal.lang, service) for service in goal.services}
        for play in plays:
            told = play.prompt == "say" and play.values["say"][1] in answers
            status = play.prompt == "status_ticket" and goal.kind is Kind.STATUS
            number = play.prompt == "emergency" and goal.kind is Kind.EMERGENCY
            self.person.met = self.person.met or told or status or number

    def _judged(self) -> Result:
        result, goal = self.result, self.person.goal
        transferred = isinstance(self.last, Transfer)
        result.person = result.person or transferred
        result.disposition = Disposition.TRANSFERRED if transferred else self.session.disposition
        result.ended = transferred or (self.session.over and self.session.disposition in set(Disposition))
        result.done = self.person.met or (goal.kind is Kind.OPERATOR and result.person)
        told = goal.kind is Kind.EMERGENCY and self.uttered
        result.missed = told and not (self.person.met or result.person)
        result.seconds = (self.now - NOW).total_seconds()
        return result

    def _pass(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    # -- the transcript

    def _tell_event(self, event: Event) -> None:
        match event:
            case Said():
                heard = [f"{lang}: {found[0].text}" for lang, found in event.nbest.items() if found]
                self._note("heard", "; ".join(heard) + ("" if event.agreed else "  (the two passes differ)"))
            case Pressed(keys=keys):
                self._note("pressed", keys)
            case NoInput():
                self._note("heard", "nothing")
            case HungUp():
                self._note("caller", "hangs up")

    def _tell(self, commands: Sequence[Command]) -> None:
        said = [c.prompt for c in commands if isinstance(c, Play)]
        for note in (c for c in commands if isinstance(c, Note)):
            self._note("decided", f"{note.decision}: {note.why}")
            self.result.notes.append(note.decision)
        self.result.notes += [f"flag {c.kind}" for c in commands if isinstance(c, Flag)]
        self._note("helpline", " ".join(dict.fromkeys(said)))
        if not isinstance(self.last, Listen):
            self._note("does", str(self.last))

    def _note(self, who: str, what: str) -> None:
        if what:
            self.result.lines.append(f"{who:<9} {what}")


class PromptTexts:
    """How long prompts take to say, by their texts."""

    def __init__(self, texts: "dict[str, dict[str, str]]") -> None:
        self._texts = texts

    def seconds(self, play: Play) -> float:
        text = self._texts.get(play.lang, {}).get(play.prompt, "")
        values = sum(len(v) * _LETTER_S if kind == "text" else _VALUE_S for kind, v in play.values.values())
        return len(text) * _LETTER_S + values
