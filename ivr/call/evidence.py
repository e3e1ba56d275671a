"""What is written down of a call for whoever listens to it later: turns with all that was made of them, flags with
their second. Plain values; nothing is decided or stored here.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from ivr.dialogue.commands import Command, Flag, Note, Understood
from ivr.dialogue.events import (
    DeskSays,
    EffectFailed,
    Event,
    Pressed,
    Said,
    SmsQueued,
    TicketAnswered,
    TicketOpened,
    TicketsFound,
)
from ivr.speech.listener import Utterance
from ivr.store.calls import Turn

ABUSE, LEFT_SPEAKING = "abuse", "left_speaking"


@dataclass(frozen=True, slots=True)
class About:
    """The span of the call, in recording ms, that an event is about; the caller's turn in it; whether it insults."""

    at_ms: int
    end_ms: int | None
    turn: Turn | None = None
    abusive: bool = False


def caller_turn(heard: Utterance) -> Turn:
    """An utterance as it is kept, before it is known what it was taken for."""
    readings = [{"lang": lang, **asdict(h)} for lang, found in heard.nbest.items() for h in found]
    readings.sort(key=lambda reading: reading["lang"] != heard.lang)
    words = [(w.text, w.start_ms, w.end_ms, round(w.confidence, 3)) for w in heard.words]
    return Turn(
        "caller",
        heard.began_ms,
        heard.ended_ms,
        text=str(readings[0]["text"]) if readings else None,
        words=words,
        nbest=readings,
        free_pass=heard.free,
        agreed=heard.agreed,
    )


def pressed_turn(event: Pressed, asked: str, at_ms: int) -> Turn:
    """Keys as a turn. Of more than one only the number is kept: they are somebody's ticket or telephone."""
    shown = event.keys if len(event.keys) == 1 else f"{len(event.keys)} digits"
    return Turn("caller", at_ms, at_ms, decision=f"pressed {shown}", asked=asked)


def taken_for(turn: Turn, commands: Sequence[Command]) -> Turn:
    """The turn with what the dialogue made of it."""
    notes = [c.decision for c in commands if isinstance(c, Note)]
    decided = ", ".join(filter(None, (turn.decision, *notes))) or None
    meant = next((c for c in commands if isinstance(c, Understood)), None)
    if meant is None:
        return replace(turn, decision=decided)
    return replace(
        turn,
        asked=meant.asked.value,
        band=meant.band.value,
        service=meant.service,
        runner_up=meant.runner_up,
        score=meant.score,
        margin=meant.margin,
        decision=", ".join(filter(None, (meant.answer, decided))) or None,
    )


def flags(commands: Sequence[Command], about: About) -> list[Flag]:
    """What an operator should look at, kind by kind."""
    found = [c for c in commands if isinstance(c, Flag)]
    return [*found, Flag(ABUSE)] if about.abusive else found


def done(event: Event) -> str:
    """The result of an effect in one line."""
    match event:
        case TicketOpened():
            return f"ticket: {event.number}"
        case TicketsFound():
            return f"tickets: {len(event.tickets)} found"
        case TicketAnswered():
            return f"ticket: {event.state}"
        case SmsQueued():
            return f"sms: {'queued' if event.ok else 'not possible'}"
        case DeskSays():
            return f"{event.what}: {event.result}"
        case EffectFailed():
            return f"failed: {event.command}, {event.code}"
    return type(event).__name__


def texts(event: Event) -> list[tuple[str, str]]:
    """The likeliest reading in each language, with its language."""
    if not isinstance(event, Said):
        return []
    return [(found[0].text, lang) for lang, found in event.nbest.items() if found]
