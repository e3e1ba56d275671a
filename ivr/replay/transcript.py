"""What happened in a call as lines of text that are the same for the same audio. No times, no ids that change."""

from collections.abc import Iterable, Mapping

from ivr.call.trace import Happened, Ignored, LineClosed, PromptEnded, PromptSent, TraceEvent
from ivr.dialogue.commands import (
    AnswerTicket,
    AskDesk,
    Command,
    Effect,
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
    Understood,
)
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
from ivr.understanding.result import Hypothesis

Result = TicketOpened | TicketsFound | TicketAnswered | SmsQueued | DeskSays | MessageRecorded | Queued | EffectFailed


def lines(trace: Iterable[TraceEvent]) -> list[str]:
    """One line for each thing that happened, in order."""
    return [line for event in trace for line in _lines(event)]


def _lines(event: TraceEvent) -> list[str]:
    match event:
        case PromptSent():
            return [f"helpline  {event.text}"]
        case PromptEnded(cut=True):
            return ["          (interrupted)"]
        case Ignored():
            return [f"ignored   {event.what}"]
        case Happened():
            return [_event(event.event), *(line for c in event.commands if (line := _command(c)))]
        case LineClosed():
            return [f"line      closed: {event.reason}"]
    return []


def _event(event: Event) -> str:
    match event:
        case CallStarted():
            return f"call      {'goes on' if event.resumed else 'begins'}, {event.media}"
        case Said():
            return f"heard     {_nbest(event.nbest)}{'' if event.agreed else '  (the two passes differ)'}"
        case Pressed():
            return f"pressed   {event.keys}"
        case EmergencyHeard():
            return f"emergency {event.kind}"
        case NoInput():
            return "heard     nothing"
        case HungUp():
            return "caller    hung up"
        case TakenOver():
            return "operator  takes the call"
    return _result(event)


def _result(event: Result) -> str:
    match event:
        case TicketOpened():
            return f"ticket    opened {event.number}, due {event.due_on}"
        case TicketsFound():
            found = ", ".join(f"{t.number} {t.service} {t.state}" for t in event.tickets)
            return f"tickets   {found or 'none'}"
        case TicketAnswered():
            return f"ticket    {event.state}"
        case SmsQueued():
            return f"sms       {'queued' if event.ok else 'not possible'}"
        case DeskSays():
            return f"desk      {event.what}: {event.result}"
        case MessageRecorded():
            return "message   recorded"
        case Queued():
            return f"queue     place {event.place}, {event.minutes} min"
        case EffectFailed():
            return f"failed    {event.command}: {event.code}"


def _nbest(nbest: Mapping[str, tuple[Hypothesis, ...]]) -> str:
    heard = [f"{lang}: {found[0].text}" for lang, found in sorted(nbest.items()) if found]
    return "; ".join(heard) or "something, not understood"


def _command(command: Command) -> str:
    match command:
        case Note():
            return f"decided   {command.decision}: {command.why}"
        case Flag():
            return f"flagged   {command.kind}"
        case Transfer():
            return f"does      transfer to {command.to}"
        case HangUp():
            return f"ends      {command.disposition}"
        case Play() | Listen() | Understood():
            return ""
    return f"does      {_effect(command)}"


def _effect(command: Effect) -> str:
    match command:
        case OpenTicket():
            return f"open a ticket: {command.service}, {command.district}"
        case SendSms():
            return f"send SMS {command.template}"
        case AnswerTicket():
            return f"answer ticket {command.number}: {command.act}"
        case FindTickets():
            return "look for tickets"
        case AskDesk():
            return f"ask the desk: {command.what}"
        case Record():
            return "record a message"
