"""A call that tells an alert: the message, then understood, again, no more such calls, or a person."""

from ivr.dialogue.asking import ask_desk, keyed, option
from ivr.dialogue.commands import Disposition
from ivr.dialogue.events import DeskSays
from ivr.dialogue.prompt_ids import P
from ivr.dialogue.repair import ask, missed
from ivr.dialogue.request import settle, yes_or_no
from ivr.dialogue.session import At
from ivr.dialogue.turn import Turn
from ivr.understanding.result import Band, WaitKind

ACKNOWLEDGED, AGAIN, STOP = "acknowledged", "again", "stop"


def begun(turn: Turn) -> At:
    """A listener took the call."""
    turn.say(P.GREETING_ALERT)
    turn.reach(Disposition.ANSWERED)
    return At.ALERT


def ask_alert(turn: Turn) -> At | None:
    """The message in the listener's language, recorded or spoken, and what to do."""
    brief = turn.session.brief
    prompt, kind = (P.ALERT_RECORDED, "recording") if brief.get("kind") == "recording" else (P.SAY, "text")
    turn.say(prompt, say=(kind, brief.get("message", "")))
    ask(turn, At.ALERT, P.ASK_ALERT)
    return None


def heard(turn: Turn) -> At | None:
    """One of the answers, a plain yes, or a request at once."""
    meant = option(turn, str(turn.understand(WaitKind.OPTION).slots.get("option") or ""))
    if meant:
        return _answered(turn, meant)
    if yes_or_no(turn) == "yes":
        return _answered(turn, ACKNOWLEDGED)
    request = turn.understand(WaitKind.SERVICE)
    return (settle(turn, request) if request.band is Band.ACCEPT else None) or missed(turn)


def pressed(turn: Turn, key: str) -> At | None:
    meant = keyed(turn, key)
    return _answered(turn, meant) if meant else missed(turn)


def _answered(turn: Turn, meant: str) -> At | None:
    turn.note("alert", meant)
    if meant == AGAIN:
        turn.change(misses=0)
        return At.ALERT
    ask_desk(turn, "alert", answer=meant)
    return None


def told(turn: Turn, event: DeskSays) -> At:
    """Written down: thanks, and the end of the call."""
    turn.say(P.ALERT_STOPPED if event.result == STOP else P.ALERT_THANKS)
    return At.GOODBYE


def again(turn: Turn) -> At:
    """`9`: the message once more; there is nothing before it."""
    return At.ALERT
