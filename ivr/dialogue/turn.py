"""One step in the making: the session as it changes and the commands so far. Knows how to say and ask, not what."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from ivr.dialogue.commands import (
    Command,
    Disposition,
    Flag,
    HangUp,
    Listen,
    Note,
    Play,
)
from ivr.dialogue.events import Said
from ivr.dialogue.hours import INDIA
from ivr.dialogue.ports import Service, World
from ivr.dialogue.questions import QUESTIONS, Question
from ivr.dialogue.session import At, Pending, Request, Session
from ivr.understanding.result import Band, Hypothesis, Understanding, WaitKind

HOLD_MS = 25_000
REQUEST_WORDS = 3  # fewer may be noise that sounds like a service
_NO_REQUESTS = frozenset({WaitKind.YES_NO, WaitKind.PLACE, WaitKind.DIGITS, WaitKind.NUMBER})
Value = tuple[str, str]

_RANK = (  # what a call is remembered for, if several things were reached
    Disposition.CALLER_LEFT,
    Disposition.ANSWERED,
    Disposition.STATUS_TOLD,
    Disposition.SMS_SENT,
    Disposition.TRANSFERRED,
    Disposition.VOICEMAIL,
    Disposition.CALLBACK,
    Disposition.TICKET_OPENED,
    Disposition.EMERGENCY,
)


class Turn:
    """Collects what one event leads to. Used within one step and thrown away; all state that stays is `session`."""

    def __init__(self, world: World, session: Session, now: datetime) -> None:
        self.world = world
        self.now = now
        self.said: Said | None = None
        self.commands: list[Command] = []
        self._before = session.spoken if session.pending is not None else ()
        self._spoken: list[Play] = []
        self._understood: dict[tuple[str, WaitKind], Understanding] = {}
        self.session = session

    # -- what is known

    @property
    def request(self) -> Request:
        return self.session.request

    @property
    def languages(self) -> tuple[str, ...]:
        """The caller's language, or all while it is not known."""
        return (self.session.lang,) if self.session.lang else self.world.script.languages

    @property
    def service(self) -> Service | None:
        """The service asked for, None where there is none or the catalogue has lost it."""
        return self.world.catalogue.services.get(self.request.service or "")

    @property
    def question(self) -> Question:
        return QUESTIONS[self.session.at]

    @property
    def options(self) -> tuple[str, ...]:
        """The named answers of the question that the call is at."""
        return self.world.script.options.get(self.question.options, ()) if self.session.at in QUESTIONS else ()

    @property
    def ended(self) -> bool:
        """Whether the step has its last command."""
        return bool(self.commands) and not isinstance(self.commands[-1], Play | Flag | Note)

    @property
    def started(self) -> datetime:
        """When the call began."""
        return datetime.fromisoformat(self.session.started_at) if self.session.started_at else self.now

    @property
    def operator_there(self) -> bool:
        """Whether a person can be reached now."""
        return self.world.house.operator and self.world.script.hours.operator.open(self.now)

    @property
    def today(self) -> date:
        return self.now.astimezone(INDIA).date()

    def understand(self, kind: WaitKind, lang: str | None = None) -> Understanding:
        """What the caller's utterance means as an answer to a question of `kind`, heard as `lang` (the caller's).
        An ACCEPT that grammar pass and free pass do not agree on becomes CONFIRM, unless no grammar of this question
        could have held what was said."""
        lang = lang or self.languages[0]
        if (lang, kind) not in self._understood:
            said = self.said or Said({})
            choices = self.request.candidates if kind is WaitKind.CHOICE else self.options
            nbest = said.nbest.get(lang, ())
            meant = self.world.understander.understand(nbest, lang, kind, self.today, choices)
            if not said.agreed and meant.band is Band.ACCEPT and not self._beside_the_question(kind):
                meant = replace(meant, band=Band.CONFIRM)
            self._understood[lang, kind] = meant
        return self._understood[lang, kind]

    def _beside_the_question(self, kind: WaitKind) -> bool:
        """A whole request where the grammar holds only answers: its pass can't agree, however well it was heard."""
        return kind is WaitKind.SERVICE and self.question.kind in _NO_REQUESTS and self.longest >= REQUEST_WORDS

    @property
    def readings(self) -> Mapping[tuple[str, WaitKind], Understanding]:
        """All that was made of the caller's utterance in this step."""
        return self._understood

    @property
    def words(self) -> int:
        """How many words the likeliest reading of the utterance has."""
        return max((len(reading.text.split()) for reading in self._readings[:1]), default=0)

    @property
    def longest(self) -> int:
        """How many words the longer one of the passes' best readings has."""
        return max((len(reading.text.split()) for reading in self._readings[:2]), default=0)

    @property
    def _readings(self) -> tuple[Hypothesis, ...]:
        return self.said.nbest.get(self.languages[0], ()) if self.said else ()

    def at_any_time(self, lang: str) -> Understanding:
        """What of the utterance holds at every wait: emergency, command, language.

        A grammar lists these words at every wait, so a bound recogniser may make them out of noise. Where the two
        passes differ, one that no second reading has does not count.
        """
        kind = self.question.kind
        kind = WaitKind.SERVICE if kind is WaitKind.MESSAGE else kind  # a story is not read, but may be a cry for help
        meant = self.understand(kind, lang)
        said = self.said or Said({})
        others = said.nbest.get(lang, ())[1:]
        if meant.emergency is None and meant.command is None:
            return self._longer_command(meant, said.nbest.get(lang, ()), kind)
        if said.agreed or not others:
            return meant
        second = self.world.understander.understand(others, lang, kind, self.today)
        emergency = meant.emergency if second.emergency == meant.emergency else None
        command = meant.command if second.command == meant.command else None
        if (emergency, command) != (meant.emergency, meant.command):
            self.note("doubted", f"{meant.emergency or meant.command}, heard by one pass only")
            self.flag("disagreement", meant.emergency or str(meant.command))
        return replace(meant, emergency=emergency, command=command)

    def _longer_command(self, meant: Understanding, nbest: tuple[Hypothesis, ...], kind: WaitKind) -> Understanding:
        """A command that only the free pass heard whole: a piece of it ("baat karaiye") is an answer in the grammar."""
        if len(nbest) < 2 or len(nbest[1].text.split()) <= len(nbest[0].text.split()):
            return meant
        second = self.world.understander.understand(nbest[1:2], meant.lang, kind, self.today)
        return replace(meant, command=second.command) if second.command is not None else meant

    # -- what changes

    def change(self, **fields: Any) -> None:
        """Replace fields of the session."""
        self.session = replace(self.session, **fields)

    def want(self, **fields: Any) -> None:
        """Replace fields of the request."""
        self.change(request=replace(self.request, **fields))

    def reach(self, disposition: Disposition) -> None:
        """The call has come to this much; the best of all counts in the end."""
        best = self.session.best or Disposition.CALLER_LEFT
        if _RANK.index(disposition) > _RANK.index(best):
            self.change(best=disposition)

    # -- what is said and noted

    def say(self, prompt: str, **values: Value) -> None:
        """Play a prompt; in every language while the caller's is not known."""
        for lang in self.languages:
            self.play(Play(str(prompt), lang, values))

    def insist(self, prompt: str, **values: Value) -> None:
        """Play a prompt that must be heard to its end."""
        for lang in self.languages:
            self.play(Play(str(prompt), lang, values, barge_in=False))

    def play(self, play: Play) -> None:
        self.commands.append(play)
        self._spoken.append(play)

    def forget_spoken(self) -> None:
        """What was said in this step and before is not what `*` repeats."""
        self._before, self._spoken = (), []

    def note(self, decision: str, why: str) -> None:
        self.commands.append(Note(decision, why))

    def flag(self, kind: str, detail: str = "") -> None:
        self.commands.append(Flag(kind, detail))

    def named(self, service_id: str) -> Value:
        """A service's name as a value of a prompt."""
        return ("service", service_id)

    # -- how a step ends

    def moved(self, at: At) -> None:
        """The call is at another question: its failures count anew."""
        if at is not self.session.at:
            self.change(at=at, misses=0)

    def listen(self, no_input_ms: int | None = None, choices: tuple[str, ...] = ()) -> None:
        """Wait for the answer to the question that the call is at."""
        asked = self.question
        wait = Listen(
            asked.kind,
            self.languages,
            choices=choices or self.options,
            digits_max=asked.digits_max,
            no_input_ms=no_input_ms or asked.no_input_ms,
            pace=asked.pace,
        )
        self._end(wait, wait=wait, pending=None)

    def listen_on(self, no_input_ms: int | None = None) -> None:
        """Go on with the wait as it was."""
        wait = self.session.wait
        if wait is None:
            self.listen(no_input_ms)
        else:
            self._end(replace(wait, no_input_ms=no_input_ms or wait.no_input_ms))

    def run(self, effect: Pending, at: At) -> None:
        """Have `effect` carried out; its result is awaited at `at`."""
        self._end(effect, at=at, misses=0, wait=None, pending=effect)

    def next_key(self) -> str:
        """A key for an effect: the same when the same step is made again, never used twice in a call."""
        self.change(effects=self.session.effects + 1)
        return f"{self.session.call_id}:{self.session.effects}"

    def hang_up(self) -> None:
        """End the call with the best that it has come to."""
        disposition = self.session.best or Disposition.CALLER_LEFT
        self._end(HangUp(disposition), at=At.OVER, wait=None, pending=None, over=True, disposition=disposition)

    def _end(self, command: Listen | Pending | HangUp, **f: Any) -> None:
        spoken = (*self._before, *self._spoken)
        if spoken or not isinstance(command, Listen):  # a wait that goes on without a word keeps what `*` repeats
            self.change(spoken=spoken)
        self.change(**f)
        self.commands.append(command)
