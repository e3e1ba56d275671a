"""How a ticket is told, wherever it is. Asks nothing."""

from ivr.dialogue.events import KnownTicket
from ivr.dialogue.prompt_ids import P
from ivr.dialogue.turn import Turn

_DONE = frozenset({"claimed", "unconfirmed", "closed"})  # states in which a due day means nothing any more


def tell_ticket(turn: Turn, ticket: KnownTicket) -> None:
    """What it is about and since when, how it stands, and its day."""
    turn.say(P.STATUS_TICKET, service=turn.named(ticket.service), date=("date", ticket.opened_on))
    tell_state(turn, ticket)


def tell_state(turn: Turn, ticket: KnownTicket) -> None:
    """How it stands, and the day by which it should be done; a day that has passed is owned up to."""
    turn.say(turn.world.script.ticket_state(ticket.state))
    if not ticket.due_on or ticket.state in _DONE:
        return
    if ticket.due_on < turn.today.isoformat():
        turn.say(P.STATUS_LATE)
    else:
        turn.say(P.STATUS_DUE, date=("date", ticket.due_on))
