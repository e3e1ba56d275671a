"""Callers who are known: a call that broke off is gone on with, an open ticket is told before anything is asked.

Nothing here stands before a request: whatever is told may be interrupted by one, and every question takes one.
"""

from dataclasses import replace

from ivr.dialogue.commands import Disposition
from ivr.dialogue.confirm import askable, asked_about
from ivr.dialogue.events import CallStarted, KnownTicket
from ivr.dialogue.prompt_ids import P
from ivr.dialogue.repair import KEYPAD, ask, missed
from ivr.dialogue.request import pressed_menu, settle, yes_or_no
from ivr.dialogue.session import At, Session
from ivr.dialogue.telling import tell_state, tell_ticket
from ivr.dialogue.turn import Turn
from ivr.understanding.result import Band, WaitKind

LAST_DIGITS = 4
_CLOSED = "closed"
_KEYS_APART = 16  # more effects than one turn can have: keys of the two calls never meet


def known_tickets(turn: Turn, event: CallStarted) -> At:
    """Tell the newest open ticket; on a shared number only to whoever knows its last digits."""
    tickets = tuple(t for t in event.tickets if t.state != _CLOSED and t.service not in turn.world.script.does)
    if not tickets:
        return At.SERVICE
    if event.shared:
        turn.note("tickets", f"{len(tickets)} open, the number is shared")
        turn.change(tickets=tickets)
        return At.LAST_FOUR
    turn.note("tickets", f"1 of {len(tickets)} open told unasked")
    _tell_unasked(turn, tickets[0])
    return asked_about(turn, tickets[0]) if askable(tickets[0]) else At.SERVICE


def _tell_unasked(turn: Turn, ticket: KnownTicket) -> None:
    turn.say(P.KNOWN_TICKET, service=turn.named(ticket.service))
    tell_state(turn, ticket)
    turn.change(ticket=ticket.number, told=True)


def ask_last_four(turn: Turn) -> At | None:
    """The last digits of a ticket's number; at the beginning of a call the open question stands beside it."""
    if not turn.session.tickets:
        return At.SERVICE
    turn.moved(At.LAST_FOUR)
    turn.say(P.ASK_LAST_FOUR)
    if turn.request.service is None:
        turn.say(P.ASK_SERVICE)
    turn.listen()
    return None


def heard_last_four(turn: Turn) -> At | None:
    meant = turn.understand(WaitKind.SERVICE)
    digits = turn.understand(WaitKind.DIGITS).slots.get("digits")
    agreed = turn.said is None or turn.said.agreed
    if meant.band is not Band.ACCEPT and digits and agreed and len(str(digits)) == LAST_DIGITS:
        return four_given(turn, str(digits))
    return settle(turn, meant) or missed(turn)


def four_given(turn: Turn, keys: str) -> At | None:
    """Four digits name a ticket, one key means what it does at the open question, `#` goes on without a ticket."""
    if keys == "#":
        return At.SERVICE
    if len(keys) == 1:
        return pressed_menu(turn, keys)
    found = [t for t in turn.session.tickets if len(keys) == LAST_DIGITS and t.number.endswith(keys)]
    if not found:
        turn.note("last_four", "no ticket of this number ends so")
        return missed(turn)
    for ticket in found:
        tell_ticket(turn, ticket)
    turn.change(ticket=found[0].number, tickets=())
    turn.reach(Disposition.STATUS_TOLD)
    if askable(found[0]):
        return asked_about(turn, found[0])
    return At.MORE if turn.request.service else At.SERVICE


def ask_go_on(turn: Turn) -> At | None:
    """Go on where the earlier call broke off? What it was about is not said: somebody else may hold the telephone."""
    ask(turn, At.GO_ON, P.ASK_GO_ON)
    return None


def heard_go_on(turn: Turn) -> At | None:
    """Yes, no, or a new request at once."""
    answer = yes_or_no(turn)
    if answer == "yes":
        return go_on(turn)
    meant = turn.understand(WaitKind.SERVICE)
    if answer == "no" or meant.band is Band.ACCEPT:
        afresh(turn)
        return settle(turn, meant) or At.SERVICE
    return missed(turn)


def pressed_go_on(turn: Turn, key: str) -> At | None:
    if key == "1":
        return go_on(turn)
    return afresh(turn) if key in ("2", "#") else missed(turn)


def go_on(turn: Turn) -> At:
    """At the question where the earlier call broke off, with all that it had found out."""
    at = turn.session.then or At.SERVICE
    turn.note("go_on", f"at {at}")
    turn.want(failures=0)
    turn.change(then=None, misses=0, menu=(), page=0)
    if turn.request.service is not None and at is not At.CONFIRM:
        turn.say(P.TOPIC, service=turn.named(turn.request.service))
    if turn.session.by_keys:
        return KEYPAD.get(at, at)
    return At.PLACE if at is At.PLACE_MENU else at


def afresh(turn: Turn) -> At:
    """Forget the earlier call but for its language."""
    old = turn.session
    turn.note("afresh", "the earlier request is dropped")
    turn.session = replace(
        Session.new(old.call_id),
        at=At.SERVICE,
        lang=old.lang,
        media=old.media,
        by_keys=old.by_keys,
        heard=old.heard,
        turns=old.turns,
        effects=old.effects + _KEYS_APART,
        started_at=old.started_at,
    )
    return At.SERVICE
