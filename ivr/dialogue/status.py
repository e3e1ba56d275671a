"""What became of the caller's tickets: by the calling number first, by ticket number second."""

from ivr.core.ids import clean_digits, valid_ticket_number
from ivr.dialogue.commands import Disposition, FindTickets
from ivr.dialogue.confirm import askable, asked_about
from ivr.dialogue.events import KnownTicket, TicketsFound
from ivr.dialogue.outcome import send, sms_values, tell
from ivr.dialogue.prompt_ids import P
from ivr.dialogue.repair import ATTEMPTS, ask, missed
from ivr.dialogue.session import At
from ivr.dialogue.telling import tell_ticket
from ivr.dialogue.turn import Turn
from ivr.understanding.result import WaitKind

TOLD_AT_MOST = 3


def found(turn: Turn, event: TicketsFound) -> At | None:
    """Tell the tickets found. For the status of something applied for elsewhere only tickets of that department
    count; without any, its answer says where its status is to be had."""
    asked = turn.session.pending
    number = asked.number if isinstance(asked, FindTickets) else None
    own = turn.world.script.does.get(turn.request.service or "") == "tickets"
    tickets = [t for t in event.tickets if own or number or _related(turn, t)][:TOLD_AT_MOST]
    turn.note("tickets", f"{len(tickets)} of {len(event.tickets)} told")
    if tickets and event.shared and number is None:
        turn.change(tickets=tuple(tickets))
        return At.LAST_FOUR
    if tickets:
        for ticket in tickets:
            tell_ticket(turn, ticket)
        turn.change(ticket=tickets[0].number)
        turn.reach(Disposition.STATUS_TOLD)
        return asked_about(turn, tickets[0]) if askable(tickets[0]) else At.MORE
    if number is not None:
        turn.say(P.STATUS_NOT_FOUND)
        turn.want(failures=turn.request.failures + 1)
        return At.TICKET_NUMBER
    if own:
        turn.say(P.STATUS_NONE)
        return At.TICKET_NUMBER
    return tell(turn)


def _related(turn: Turn, ticket: KnownTicket) -> bool:
    services = turn.world.catalogue.services
    known, asked = services.get(ticket.service), turn.service
    return known is not None and asked is not None and known.department == asked.department


def ask_number(turn: Turn) -> At | None:
    """The ticket's number, by keys first: they are surer than speech for digits."""
    failures = turn.request.failures
    turn.change(at=At.TICKET_NUMBER, misses=failures)
    if failures >= ATTEMPTS:
        turn.change(reason="no_such_ticket")
        return At.OPERATOR
    ask(turn, At.TICKET_NUMBER, P.ASK_TICKET_NUMBER)
    return None


def heard_number(turn: Turn) -> At | None:
    """Spoken digits count only if both passes agree and the check digit is right."""
    digits = turn.understand(WaitKind.DIGITS).slots.get("digits")
    if turn.said is not None and not turn.said.agreed:
        turn.flag("disagreement", f"at {turn.session.at}")
        return missed(turn)
    return number_given(turn, str(digits or ""))


def number_given(turn: Turn, text: str) -> At | None:
    if not valid_ticket_number(text):
        turn.note("ticket_number", "not a ticket number" if text else "none")
        return missed(turn)
    turn.run(FindTickets(clean_digits(text)), At.FINDING)
    return None


def found_last(turn: Turn, event: TicketsFound) -> At | None:
    """Send the SMS of the latest ticket again."""
    if not event.tickets:
        turn.say(P.SMS_NONE)
        return At.MORE
    last = event.tickets[0]
    turn.change(ticket=last.number)
    send(turn, turn.world.script.ticket_sms, last.service, sms_values(last.number, last.due_on))
    return None
