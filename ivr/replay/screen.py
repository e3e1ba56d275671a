"""Tells a call on a terminal as it happens: who said what, what was heard, decided and done, and how long it took."""

from collections.abc import Mapping

from rich.console import Console
from rich.text import Text

from ivr.call.trace import Happened, PromptEnded, PromptSent, Replied, TraceEvent
from ivr.dialogue.commands import Command, Flag, Note, Transfer
from ivr.dialogue.events import NoInput, Pressed, Said, TicketOpened, TicketsFound
from ivr.replay.case import Act, Case
from ivr.understanding.result import Hypothesis

_STYLES = {
    "helpline": "cyan",
    "caller": "bold",
    "heard": "green",
    "pressed": "green",
    "decided": "yellow",
    "flagged": "magenta",
    "reply": "dim",
    "ticket": "bold green",
    "SMS": "bold green",
}


class Screen:
    """A trace sink. `replies` collects how long answers took."""

    def __init__(self, console: Console) -> None:
        self.replies: list[Replied] = []
        self._console = console
        self._said: list[str] = []

    def started(self, url: str, seconds: float) -> None:
        self._console.print(f"helpline listening on {url} after {seconds:.1f} s; calls come by real HTTP and WebSocket")

    def call_begins(self, case: Case) -> None:
        self._console.rule(f"{case.title}  (audio/fixtures/{case.name})")
        self._said = [t.text for t in case.turns if t.act is Act.SAY]

    def call_ended(self, messages: list[str], disposition: str | None) -> None:
        for body in messages:
            self._line("SMS", body)
        self._line("ended", f"{disposition}")

    def happened(self, event: TraceEvent) -> None:
        """Takes one trace event."""
        match event:
            case PromptSent():
                self._line("helpline", event.text)
            case PromptEnded(cut=True):
                self._line("caller", f"(interrupts after {event.heard_ms / 1000:.1f} s)")
            case Happened():
                self._happened(event)
            case Replied():
                self.replies.append(event)
                total = event.endpoint_ms / 1000 + event.work_s
                self._line(
                    "reply",
                    f"{total:.2f} s after the caller's last word: {event.endpoint_ms / 1000:.2f} s silence that ends a "
                    f"turn + {event.work_s * 1000:.0f} ms work (of it {event.decode_s * 1000:.0f} ms recognition)",
                )

    def _happened(self, event: Happened) -> None:
        match event.event:
            case Said(nbest=nbest):
                if self._said:
                    self._line("caller", self._said.pop(0))
                self._line("heard", _heard(nbest))
            case Pressed(keys=keys):
                self._line("pressed", keys)
            case NoInput():
                self._line("heard", "nothing")
            case TicketOpened(number=number, due_on=due):
                self._line("ticket", f"{number}, due {due}")
            case TicketsFound(tickets=tickets):
                self._line("ticket", ", ".join(f"{t.number} {t.service}: {t.state}" for t in tickets) or "none found")
        for command in event.commands:
            self._asked(command)

    def _asked(self, command: Command) -> None:
        match command:
            case Note():
                self._line("decided", f"{command.decision}: {command.why}")
            case Flag():
                self._line("flagged", f"{command.kind} {command.detail}")
            case Transfer():
                self._line("transfer", command.to)

    def _line(self, who: str, what: str) -> None:
        self._console.print(Text.assemble((f"{who:>9}  ", "dim"), (what, _STYLES.get(who, ""))))


def _heard(nbest: Mapping[str, tuple[Hypothesis, ...]]) -> str:
    readings = [f"{h.text} ({lang} {h.confidence:.2f})" for lang, found in nbest.items() for h in found]
    return " / ".join(readings) or "a voice, but no words"
