"""Having the desk do an errand. What comes of it is told where the errand is led."""

from ivr.dialogue.commands import AskDesk
from ivr.dialogue.session import At
from ivr.dialogue.turn import Turn


def ask_desk(turn: Turn, what: str, **values: str) -> None:
    """Have it done; `DeskSays` follows."""
    turn.run(AskDesk(turn.next_key(), what, values), At.ASKING)


def option(turn: Turn, answer: str | None) -> str:
    """The bare name of a named answer: "alert.stop" -> "stop"."""
    return (answer or "").partition(".")[2]


def keyed(turn: Turn, key: str) -> str:
    """The named answer under a key; "" where the key means nothing here."""
    number = int(key) if key.isdecimal() else 0
    return option(turn, turn.options[number - 1]) if 1 <= number <= len(turn.options) else ""
