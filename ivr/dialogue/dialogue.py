"""The interpreter: takes an event to the place where the call stands, and goes on until there is something to wait for.

After VoiceXML's form interpretation algorithm: a table of questions, counters of failures, commands that hold
everywhere. What is asked and done stands in the other modules, what is said in grammars/.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from ivr.dialogue import closing, confirm, consent, errands, opening, outcome, repair, status
from ivr.dialogue.commands import Command, Listen
from ivr.dialogue.events import (
    CallStarted,
    DeskSays,
    EffectFailed,
    EmergencyHeard,
    Event,
    HungUp,
    MessageRecorded,
    NoInput,
    Pressed,
    Queued,
    Said,
    SmsQueued,
    TakenOver,
    TicketAnswered,
    TicketOpened,
    TicketsFound,
)
from ivr.dialogue.evidence import understood
from ivr.dialogue.ports import Catalogue, Grammars, House, Understander, World
from ivr.dialogue.script import Script
from ivr.dialogue.session import At, Session
from ivr.dialogue.table import ENTER, WAITS
from ivr.dialogue.turn import Turn
from ivr.understanding.result import Band, Understanding, WaitKind
from ivr.understanding.result import Command as Asked

STEPS_AT_MOST = 20  # places passed through in one step; more would be a circle in the table
KEYS_WITHIN = timedelta(seconds=3)  # a second more than on a stream: the carrier fetches a document between keys
HARD_LIMIT = 2  # times the limit of turns: then even a result that is awaited ends the call


class Dialogue:
    """One dialogue serves all calls: it keeps nothing between steps but what it was made with."""

    def __init__(
        self,
        understander: Understander,
        catalogue: Catalogue,
        script: Script,
        house: House | None = None,
        grammars: Grammars | None = None,
    ) -> None:
        self._world = World(understander, catalogue, script, house or House())
        self._grammars = grammars

    def recogniser_phrases(self, listen: Listen) -> Mapping[str, Sequence[str] | None]:
        """What the recogniser should expect at a wait, by language; None: anything."""
        if self._grammars is None:
            return dict.fromkeys(listen.langs)
        return {lang: self._grammars.recogniser_phrases(lang, listen.kind, listen.choices) for lang in listen.langs}

    def step(self, session: Session, event: Event, now: datetime) -> tuple[Session, tuple[Command, ...]]:
        """The session after `event` at `now` (aware), and what is to be done: what was understood, if something was
        said, any number of Play, Flag and Note, then exactly one of Listen, an effect, Transfer or HangUp. A call that
        is over answers every event by HangUp."""
        turn = Turn(self._world, session, now)
        asked, languages = session.wait.kind if session.wait else WaitKind.MESSAGE, turn.languages
        if session.over:
            closing.too_late(turn, event)
            return turn.session, tuple(turn.commands)
        waiting = session.at is At.QUEUE or isinstance(event, Queued)  # has bounds of its own
        turn.change(turns=session.turns + (not waiting), started_at=session.started_at or now.isoformat())
        at = _react(turn, event)
        for _ in range(STEPS_AT_MOST):
            if at is None or turn.ended:
                break
            at = ENTER[at](turn)
        if not turn.ended:
            turn.flag("failed", "the dialogue went in a circle")
            turn.hang_up()
        meant = understood(turn.readings, asked, (*turn.languages, *languages))
        return turn.session, ((meant,) if meant else ()) + tuple(turn.commands)


def _react(turn: Turn, event: Event) -> At | None:
    if isinstance(event, HungUp):
        closing.left(turn, event)
        return None
    if isinstance(event, TakenOver):
        closing.taken_over(turn)
        return None
    if isinstance(event, EmergencyHeard):
        return closing.called_for_help(turn, event)
    if _out_of_time(turn):
        return closing.time_over(turn)
    if isinstance(event, CallStarted):
        return opening.started(turn, event)
    if turn.session.at is At.START:
        return opening.started(turn, CallStarted())
    if isinstance(event, EffectFailed):
        return _failed(turn, event)
    if turn.session.pending is not None:
        return _result(turn, event)
    return _answer(turn, event)


def _failed(turn: Turn, event: EffectFailed) -> At | None:
    turn.note("effect_failed", f"{event.command}: {event.code}")
    turn.flag("failed", f"{event.command}: {event.code}")
    if turn.session.at is At.SENDING:
        return outcome.sent(turn, SmsQueued(ok=False))
    return repair.failed(turn)


def _out_of_time(turn: Turn) -> bool:
    """A result that is awaited is still told; its `MORE` ends the call. The queue for a person ends by itself."""
    if turn.session.at is At.QUEUE:
        return False
    if turn.session.pending is not None:
        return turn.session.turns > HARD_LIMIT * turn.world.script.limits.turns
    return closing.over_limit(turn)


def _result(turn: Turn, event: Event) -> At | None:
    """What the effect under way has brought; anything else changes nothing and the effect is asked for again."""
    match turn.session.at, event:
        case At.OPENING, TicketOpened():
            return outcome.opened(turn, event)
        case At.SENDING, SmsQueued():
            return outcome.sent(turn, event)
        case At.FINDING, TicketsFound():
            return status.found(turn, event)
        case At.FINDING_LAST, TicketsFound():
            return status.found_last(turn, event)
        case At.ANSWERING, TicketAnswered():
            return confirm.answered(turn, event)
        case At.TRANSFERRING, Queued():
            return closing.queued(turn, event)
        case At.ASKING, DeskSays():
            return errands.told(turn, event)
        case At.RECORDING, MessageRecorded():
            return closing.recorded(turn, event)
    assert turn.session.pending is not None
    turn.note("ignored", f"{type(event).__name__} at {turn.session.at}")
    turn.run(turn.session.pending, turn.session.at)
    return None


def _answer(turn: Turn, event: Event) -> At | None:
    if isinstance(event, Said):
        turn.said = event
        turn.change(heard=True)
        consent.went_on(turn)
        return _heard(turn)
    if isinstance(event, Pressed):
        turn.change(heard=True)
        if event.keys == "#" and turn.session.at in consent.HASH_REFUSES:
            consent.refused(turn)
            return None
        consent.went_on(turn)
        return _pressed(turn, event.keys)
    if isinstance(event, NoInput):
        return _silence(turn)
    turn.note("ignored", f"{type(event).__name__} at {turn.session.at}")
    turn.listen_on()
    return None


def _silence(turn: Turn) -> At | None:
    if turn.session.at is At.QUEUE:
        return closing.waits_on(turn)
    if turn.session.at is At.NO_DANGER:
        return At.OVER
    at_end = turn.session.at is At.MORE or (turn.session.at is At.RATING and turn.session.rated)
    return At.GOODBYE if at_end else repair.missed(turn, silent=True)


def _heard(turn: Turn) -> At | None:
    """An emergency before everything, then what may be said at any time, then the answer to the question."""
    meanings = [turn.at_any_time(lang) for lang in turn.languages]
    sure = opening.heard_surely(turn)
    for meant in meanings:
        if meant.emergency is not None:
            lang = meant.lang if meant.lang in sure else None  # a number in all languages rather than in a wrong one
            return closing.called_for_help(turn, EmergencyHeard(meant.emergency, lang, meant.text))
    for meant in meanings:
        if meant.command is not None and meant.lang in sure and not _may_be_a_request(turn, meant.command):
            return _command(turn, meant.command, meant)
    return WAITS[turn.session.at].heard(turn)


def _may_be_a_request(turn: Turn, command: Asked) -> bool:
    """Whether one word of farewell ("bas", which is also a bus) came before anything was done."""
    if command is not Asked.GOODBYE or turn.session.best is not None or turn.longest != 1:
        return False
    return turn.question.kind is WaitKind.SERVICE and turn.understand(WaitKind.SERVICE).band is not Band.REJECT


def _command(turn: Turn, command: Asked, meant: Understanding) -> At | None:
    turn.note("command", f"{command} at {turn.session.at}")
    if turn.session.lang is None and command is not Asked.CHANGE_LANGUAGE:
        turn.change(lang=meant.lang)
    match command:
        case Asked.OPERATOR:
            return _operator(turn)
        case Asked.REPEAT:
            return repair.repeat(turn)
        case Asked.BACK:
            return WAITS[turn.session.at].back(turn)
        case Asked.CHANGE_LANGUAGE:
            return opening.change_language(turn, meant.language)
        case Asked.HOLD:
            return repair.hold(turn)
        case Asked.HELP:
            return repair.explain(turn)
        case Asked.GOODBYE:
            return At.GOODBYE
        case Asked.NO_RECORDING:
            consent.refused(turn)
            return None


def _operator(turn: Turn) -> At:
    turn.change(reason="asked")
    return At.OPERATOR


def _pressed(turn: Turn, keys: str) -> At | None:
    """`0`, `*` and `9` mean the same everywhere; the others what the question says."""
    keys = keys or "#"
    turn.note("pressed", f"{len(keys)} at {turn.session.at}")
    if _for_help(turn, keys):
        return closing.called_for_help(turn, EmergencyHeard())
    if keys == "0":
        return _operator(turn)
    if keys == "*":
        return repair.repeat(turn)
    if keys == "9":
        return WAITS[turn.session.at].back(turn)
    return WAITS[turn.session.at].pressed(turn, keys)


def _for_help(turn: Turn, keys: str) -> bool:
    """Whether the emergency keys have been pressed, on a leg that brings each key in a request of its own; where a
    stream brings them, `ivr.call` counts them in audio time."""
    wanted, session = turn.world.house.emergency_keys, turn.session
    if session.media == "stream" or not wanted:
        return False
    if keys == wanted:
        return True
    pressed = (session.keyed + keys)[-len(wanted) :]
    times = (*session.keyed_at, *[turn.now.isoformat()] * len(keys))[-len(wanted) :]
    turn.change(keyed=pressed, keyed_at=times)
    return pressed == wanted and turn.now - datetime.fromisoformat(times[0]) <= KEYS_WITHIN
