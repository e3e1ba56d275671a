"""What waits for a person on the line, and what the desk has said to an errand: to the module that leads it."""

from collections.abc import Callable, Mapping

from ivr.dialogue import alert, checks, relief
from ivr.dialogue.events import CallStarted, DeskSays
from ivr.dialogue.prompt_ids import P
from ivr.dialogue.session import At
from ivr.dialogue.turn import Turn

ALERT = "alert"
RELIEF_ERRANDS = frozenset({"offer", "deliver", "received"})


def begun(turn: Turn, event: CallStarted) -> At | None:
    """The call begins with what waits for this person; None where nothing does."""
    errand = event.brief.get("errand", "")
    if errand != ALERT and errand not in RELIEF_ERRANDS:
        return None
    asked = event.brief.get("lang") or event.language
    lang = asked if asked in turn.world.script.languages else turn.world.script.languages[0]
    turn.change(lang=lang, brief=dict(event.brief))
    if errand == ALERT:
        return alert.begun(turn)
    turn.say(P.GREETING_RELIEF if event.purpose else P.GREETING_KNOWN)
    return relief.begun(turn, errand)


def rated(turn: Turn, event: DeskSays) -> At:
    """An opinion was written down. Asked at the end of a call it ends it."""
    turn.say(P.RATING_THANKS)
    return At.GOODBYE if turn.session.rated else At.MORE


_TOLD: Mapping[str, Callable[[Turn, DeskSays], At | None]] = {
    "alert": alert.told,
    "claim": relief.answered_offer,
    "decline": relief.answered_offer,
    "deliver": relief.delivered,
    "received": relief.answered_received,
    "enrol": relief.enrolled,
    "certificate": checks.certificate_told,
    "rumour": checks.rumour_told,
    "rate": rated,
}


def told(turn: Turn, event: DeskSays) -> At | None:
    """What came of the errand under way."""
    turn.change(pending=None)
    turn.note("errand", f"{event.what}: {event.result}")
    return _TOLD[event.what](turn, event)
