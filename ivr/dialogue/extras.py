"""Services that concern the call itself: a person, a call back, repeat, language, SMS again, an opinion."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from ivr.dialogue import checks, relief
from ivr.dialogue.asking import ask_desk
from ivr.dialogue.commands import FindTickets, OpenTicket
from ivr.dialogue.confirm import rate, rates
from ivr.dialogue.opening import change_language
from ivr.dialogue.prompt_ids import P
from ivr.dialogue.repair import ask, missed
from ivr.dialogue.session import At, Request
from ivr.dialogue.turn import Turn
from ivr.understanding.result import WaitKind

RATINGS = range(1, 6)


def operator(turn: Turn) -> At:
    turn.change(reason="asked")
    return At.OPERATOR


def repeat(turn: Turn) -> At | None:
    """Asked for as a service: what was said before is said again, then the open question."""
    for play in turn.session.spoken:
        turn.play(play)
    turn.change(request=Request())
    if not turn.session.spoken:
        return At.SERVICE
    turn.change(at=At.SERVICE)
    turn.listen()
    return None


def language(turn: Turn) -> At:
    turn.change(request=Request())
    return change_language(turn, None)


def resend(turn: Turn) -> At | None:
    """The last SMS of this call, or that of the caller's latest ticket."""
    last = turn.session.last_sms
    if last is None:
        turn.run(FindTickets(), At.FINDING_LAST)
    else:
        turn.say(P.SMS_AGAIN)
        turn.run(replace(last, key=turn.next_key()), At.SENDING)
    return None


def callback(turn: Turn) -> At:
    return At.CALLBACK


def note_for_desk(turn: Turn) -> At | None:
    """A request that the desk carries out, opened as a ticket: a call back, no more calls."""
    service = turn.request.service or ""
    rung = turn.world.script.does.get(service) == "callback" and turn.world.house.operator
    ticket = OpenTicket(turn.next_key(), service, turn.languages[0], None, turn.request.words, call_back=rung)
    turn.run(ticket, At.OPENING)
    return None


def ask_callback(turn: Turn) -> At | None:
    """Promise a call back: the catalogue's own service for it, so that the desk has it as a ticket."""
    service = next((s for s, does in turn.world.script.does.items() if does == "callback"), None)
    if service is None or service not in turn.world.catalogue.services:
        return At.VOICEMAIL
    turn.want(service=service)
    return note_for_desk(turn)


def rating(turn: Turn) -> At:
    return At.RATING


def certificate(turn: Turn) -> At:
    return At.CERTIFICATE


def tickets(turn: Turn) -> At | None:
    turn.run(FindTickets(), At.FINDING)
    return None


def ask_rating(turn: Turn) -> At | None:
    ask(turn, At.RATING, P.ASK_CALL_RATING if turn.session.rated else P.ASK_RATING)
    return None


def heard_rating(turn: Turn) -> At | None:
    number = turn.understand(WaitKind.NUMBER).slots.get("number")
    if not isinstance(number, int | float) or (turn.said is not None and not turn.said.agreed):
        return missed(turn)
    return rated(turn, str(int(number)) if number == int(number) else "")


def rated(turn: Turn, key: str) -> At | None:
    if not key.isdecimal() or int(key) not in RATINGS:
        return missed(turn)
    turn.flag("feedback", f"rating {int(key)}")
    if rates(turn):
        return rate(turn, int(key))
    ask_desk(turn, "rate", stars=key)
    return None


CALL_SERVICES: Mapping[str, Callable[[Turn], At | None]] = {
    "operator": operator,
    "callback": callback,
    "repeat": repeat,
    "change_language": language,
    "resend": resend,
    "rating": rating,
    "stop_calls": note_for_desk,
    "tickets": tickets,
    "enrol": relief.enrol,
    "certificate": certificate,
    "rumour": checks.check_rumour,
}
