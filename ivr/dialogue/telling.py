"""How a ticket is told, wherever it is. Asks nothing."""

from ivr.dialogue.aloud import aloud
from ivr.dialogue.events import KnownTicket
from ivr.dialogue.prompt_ids import P
from ivr.dialogue.turn import Turn

_DONE = frozenset({"claimed", "unconfirmed", "closed"})  # states in which a due day means nothing any more


def tell_ticket(turn: Turn, ticket: KnownTicket) -> None:
    """What it is about and since when, how it stands, and its day."""
    turn.say(P.STATUS_TICKET, service=turn.named(ticket.service), date=("date", ticket.opened_on))
    tell_state(turn, ticket)


def tell_state(turn: Turn, ticket: KnownTicket) -> None:
    """How it stands, what the office said, and the day by which it should be done; a day that has passed is owned up
    to."""
    answer = turn.world.script.office_says.get(turn.languages[0], {}).get(ticket.answer, "")
    if answer and ticket.state not in _DONE:
        turn.say(P.STATUS_ANSWER, answer=("text", answer))
        if ticket.answer_on:
            turn.say(P.STATUS_ANSWER_DAY, date=("date", ticket.answer_on))
    else:
        turn.say(turn.world.script.ticket_state(ticket.state))
    if ticket.state in _DONE:
        return
    if ticket.due_on and ticket.due_on < turn.today.isoformat():
        turn.say(P.STATUS_LATE)
    elif ticket.due_on:
        turn.say(P.STATUS_DUE, date=("date", ticket.due_on))
    _tell_words(turn, ticket)


def _tell_words(turn: Turn, ticket: KnownTicket) -> None:
    """What the office asks, and its own words: those that a voice of this language can read. For the rest a person is
    offered, who has them on the screen."""
    question = turn.world.script.office_says.get(turn.languages[0], {}).get(ticket.question, "")
    if question:
        turn.say(P.STATUS_QUESTION, question=("text", question))
    if not ticket.note:
        return
    said = aloud(ticket.note, turn.world.script.blocks[turn.languages[0]])
    if said.text:
        turn.say(P.STATUS_NOTE, note=("text", said.text))
    if not said.whole:
        turn.note("note_not_read", "too long" if said.text else "in another script")
        turn.say(P.STATUS_NOTE_ELSEWHERE)
