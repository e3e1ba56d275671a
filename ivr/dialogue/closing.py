"""The end of a call: anything else, goodbye, a person, a message, an emergency."""

from datetime import datetime
from zlib import crc32

from ivr.dialogue.commands import Disposition, Play, Transfer
from ivr.dialogue.consent import message_left
from ivr.dialogue.events import (
    ANY_EMERGENCY,
    EmergencyHeard,
    HungUp,
    MessageRecorded,
    Queued,
    SmsQueued,
    TicketOpened,
)
from ivr.dialogue.menu import page_of
from ivr.dialogue.opening import heard_language, language_under, pressed_language
from ivr.dialogue.prompt_ids import P
from ivr.dialogue.repair import DESK_FAILED, ask, missed
from ivr.dialogue.request import pressed_menu, settle, yes_or_no
from ivr.dialogue.session import WORK_LEFT, At, Request
from ivr.dialogue.turn import Turn
from ivr.understanding.result import Band, WaitKind

MESSAGE_MIN_MS = 1000
QUEUE_TOLD_S = 20
_RESOLVED = frozenset({Disposition.ANSWERED, Disposition.STATUS_TOLD, Disposition.SMS_SENT, Disposition.TICKET_OPENED})


def ask_more(turn: Turn) -> At | None:
    """Anything else? The request done is forgotten, so that the next begins anew."""
    if over_limit(turn):
        return time_over(turn)
    turn.change(request=Request(), reason="")
    ask(turn, At.MORE, P.ANYTHING_ELSE)
    return None


def over_limit(turn: Turn) -> bool:
    """Whether the call has had its turns or its minutes."""
    limits, session = turn.world.script.limits, turn.session
    minutes = (turn.now - turn.started).total_seconds() / 60
    return session.turns > limits.turns or minutes > limits.minutes


def time_over(turn: Turn) -> At:
    """The call has become too long: a person where nothing came of it, else goodbye."""
    turn.note("time_over", f"{turn.session.turns} events")
    turn.say(P.TIME_OVER)
    if turn.session.best is None and turn.operator_there and turn.session.pending is None:
        turn.change(reason="time_over")
        return At.OPERATOR
    return At.GOODBYE


def heard_more(turn: Turn) -> At | None:
    """No ends the call; a new request is taken at once; yes asks for it."""
    if turn.understand(WaitKind.YES_NO).doubtful:
        return missed(turn)
    meant = turn.understand(WaitKind.SERVICE)
    if meant.band is Band.ACCEPT:
        return settle(turn, meant) or missed(turn)
    match yes_or_no(turn):
        case "no":
            return At.GOODBYE
        case "yes":
            return At.SERVICE
    return settle(turn, meant) or missed(turn)


def pressed_more(turn: Turn, key: str) -> At | None:
    if key in ("2", "#"):
        return At.GOODBYE
    return At.SERVICE if key == "1" else missed(turn)


def goodbye(turn: Turn) -> At:
    """The last words; before them some callers are asked for an opinion."""
    if _asks_opinion(turn):
        turn.change(rated=True)
        return At.RATING
    turn.say(P.GOODBYE)
    return At.OVER


def _asks_opinion(turn: Turn) -> bool:
    """A share of the calls that came in and were resolved; which ones is fixed by the call's id."""
    session = turn.session
    if session.rated or session.brief or session.best not in _RESOLVED or over_limit(turn):
        return False
    return crc32(session.call_id.encode()) % 100 < turn.world.house.rating_share


def hang_up(turn: Turn) -> None:
    turn.note("over", turn.session.best or Disposition.CALLER_LEFT)
    turn.hang_up()


def to_operator(turn: Turn) -> At | None:
    """Connect to a person with a line on what is known; a message where nobody can be reached."""
    if turn.session.queued_at is None:
        turn.flag("operator", turn.session.reason)
        turn.note("operator", turn.session.reason)
    if not turn.operator_there:
        if turn.world.house.operator:
            turn.say(P.OUT_OF_HOURS)
        return At.VOICEMAIL
    turn.say(P.TRANSFER)
    turn.run(Transfer("operator", summary(turn)), At.TRANSFERRING)
    turn.change(disposition=Disposition.TRANSFERRED)
    return None


def taken_over(turn: Turn) -> None:
    """An operator takes the call: connected at once, whatever was being asked and whatever the hour."""
    turn.note("taken_over", f"at {turn.session.at}")
    turn.change(reason="taken_over", pending=None)
    turn.say(P.TRANSFER)
    turn.run(Transfer("operator", summary(turn)), At.TRANSFERRING)
    turn.change(disposition=Disposition.TRANSFERRED)


def queued(turn: Turn, event: Queued) -> At | None:
    """Nobody is free: say the place and the time, and wait on; after long, promise a call back instead."""
    since = turn.session.queued_at or turn.now.isoformat()
    minutes = (turn.now - datetime.fromisoformat(since)).total_seconds() / 60
    turn.note("queue", f"place {event.place}, {event.minutes} minutes")
    turn.change(queued_at=since, disposition=None, pending=None)
    if minutes > turn.world.script.limits.queue_minutes:
        turn.say(P.QUEUE_LONG)
        return At.CALLBACK
    turn.moved(At.QUEUE)
    turn.forget_spoken()
    values = {"place": ("number", str(event.place)), "minutes": ("number", str(event.minutes))}
    plays = [Play(p, lang, v) for p, v in ((P.QUEUE_PLACE, values), (P.QUEUE_KEYS, {})) for lang in turn.languages]
    if _told_lately(turn, event):
        turn.change(spoken=tuple(plays))  # what `*` repeats
    else:
        turn.change(queue_place=event.place, queue_told_at=turn.now.isoformat())
        for play in plays:
            turn.play(play)
    turn.listen()
    return None


def _told_lately(turn: Turn, event: Queued) -> bool:
    """Whether the caller knows this place, and has heard of it so lately that they know the line is not dead."""
    told = turn.session.queue_told_at
    if told is None or event.place != turn.session.queue_place:
        return False
    return (turn.now - datetime.fromisoformat(told)).total_seconds() < QUEUE_TOLD_S


def waits_on(turn: Turn) -> At:
    """Still in the queue: perhaps somebody is free now."""
    return At.OPERATOR


def pressed_queue(turn: Turn, key: str) -> At:
    return At.CALLBACK if key == "1" else waits_on(turn)


def summary(turn: Turn) -> str:
    """What an operator should know, without the caller's words: reason, service, district, ticket."""
    request = turn.request
    facts = {
        "reason": turn.session.reason,
        "language": turn.session.lang,
        "service": turn.service.name if turn.service else None,
        "district": request.district,
        "ticket": turn.session.ticket,
    }
    return "; ".join(f"{name}: {fact}" for name, fact in facts.items() if fact)


def recorded(turn: Turn, event: MessageRecorded) -> At:
    if event.duration_ms < MESSAGE_MIN_MS:
        turn.note("voicemail", f"empty, {event.duration_ms} ms")
        turn.say(P.VOICEMAIL_EMPTY)
        return At.OVER
    message_left(turn)
    turn.reach(Disposition.VOICEMAIL)
    turn.say(P.VOICEMAIL_THANKS)
    return At.GOODBYE


def called_for_help(turn: Turn, event: EmergencyHeard) -> At:
    """At any moment and from anywhere: what was asked or awaited stands back."""
    turn.note("emergency_heard", f"{event.kind} at {turn.session.at}")
    lang = event.lang if event.lang in turn.world.script.languages else turn.session.lang
    at = turn.session.at
    back = at if at in WORK_LEFT else turn.session.then if at is At.NO_DANGER else None
    words = " / ".join(filter(None, (turn.request.words, event.text if at is At.DETAILS else "")))
    turn.change(lang=lang, heard=True, pending=None, reason="", then=back)
    turn.want(emergency=event.kind, words=words)
    return At.EMERGENCY


def emergency(turn: Turn) -> At | None:
    """The number to dial, at once and twice; then the desk, where there is one. Help is never said to be on its way.

    Where it was only a guess (no emergency word, band below accept), the call goes on after the number."""
    request, script = turn.request, turn.world.script
    kind = request.emergency or request.service or ""
    number = script.emergency_number(turn.world.house.region, kind)
    turn.flag("emergency", kind)
    turn.note("emergency", f"{kind}: {number}")
    turn.insist(P.EMERGENCY, number=("digits", number))
    turn.say(P.EMERGENCY_AGAIN, number=("digits", number))
    if request.emergency is None and not request.confirmed:
        turn.reach(Disposition.ANSWERED)
        return At.MORE
    turn.reach(Disposition.EMERGENCY)
    desk = next((d for d in (*script.emergency_kinds(kind), ANY_EMERGENCY) if d in turn.world.house.desks), None)
    if desk and turn.session.reason != DESK_FAILED:
        turn.say(P.EMERGENCY_CONNECT)
        turn.run(Transfer(desk, summary(turn)), At.TRANSFERRING)
        return None
    return At.OVER if turn.session.media == "gather" else At.NO_DANGER


def ask_no_danger(turn: Turn) -> At | None:
    """The number was told, and whoever needs it hangs up and dials. A word misheard must not end a call: who is in no
    danger may say what they want."""
    turn.moved(At.NO_DANGER)
    turn.say(P.EMERGENCY_ELSE)
    turn.listen()
    return None


def heard_no_danger(turn: Turn) -> At | None:
    """A request, or a no: it was no emergency."""
    if turn.session.lang is None:
        _false_alarm(turn)
        turn.change(at=At.LANGUAGE)
        return heard_language(turn)
    answer, meant, back = yes_or_no(turn), turn.understand(WaitKind.SERVICE), turn.session.then
    if back is None and (answer == "yes" or (answer is None and meant.band is Band.REJECT)):
        return missed(turn)
    if back is not None and meant.band is not Band.ACCEPT:
        return _back_to_work(turn, back)
    _false_alarm(turn)
    return settle(turn, meant) or At.SERVICE


def _back_to_work(turn: Turn, at: At) -> At:
    """On with the request that the alarm broke into; a story with such words in it is not asked for again."""
    turn.note("no_emergency", f"back to {at}")
    turn.want(emergency=None, details_asked=turn.request.details_asked or at is At.DETAILS)
    turn.change(best=Disposition.ANSWERED, then=None, misses=0)
    return At.FORM if at is At.DETAILS else at


def pressed_no_danger(turn: Turn, key: str) -> At | None:
    """A language or a service: it was no emergency. A key that means nothing here does not say so."""
    if key == "#":
        return At.GOODBYE
    unknown = turn.session.lang is None
    if not (language_under(turn, key) if unknown else page_of(turn.world.script.menu, 0).has(key)):
        return missed(turn)
    _false_alarm(turn)
    if unknown:
        turn.change(at=At.LANGUAGE)
        return pressed_language(turn, key)
    return pressed_menu(turn, key)


def _false_alarm(turn: Turn) -> None:
    """The number was told all the same, and the mark for the operators stays."""
    turn.note("no_emergency", turn.request.emergency or "")
    turn.change(request=Request(), best=Disposition.ANSWERED, reason="", menu=(), page=0, then=None)


def left(turn: Turn, event: HungUp) -> None:
    """The caller hung up; what was done before counts."""
    if turn.session.at is At.TRANSFERRING:
        turn.reach(Disposition.TRANSFERRED)
    turn.note("caller_left", f"at {turn.session.at}")
    turn.change(left_at=turn.session.at)
    if turn.session.told and not turn.session.unfinished:
        turn.reach(Disposition.STATUS_TOLD)
    turn.hang_up()


def too_late(turn: Turn, event: object) -> None:
    """The call is over; what was still under way then counts for its ending."""
    if isinstance(event, TicketOpened):
        turn.reach(Disposition.TICKET_OPENED)
    elif isinstance(event, SmsQueued) and event.ok:
        turn.reach(Disposition.SMS_SENT)
    elif isinstance(event, MessageRecorded) and event.duration_ms >= MESSAGE_MIN_MS:
        message_left(turn)
        turn.reach(Disposition.VOICEMAIL)
    turn.hang_up()
