"""Doing what the caller wants, by the service's outcome, and telling what came of it."""

from collections.abc import Callable, Mapping

from ivr.dialogue.commands import Disposition, FindTickets, OpenTicket, SendSms
from ivr.dialogue.events import SmsQueued, TicketOpened
from ivr.dialogue.extras import CALL_SERVICES
from ivr.dialogue.prompt_ids import P
from ivr.dialogue.session import At
from ivr.dialogue.turn import Turn

WORDS_MAX = 1000  # characters of what was said that go with a ticket


def act(turn: Turn) -> At | None:
    """Do it. Services that concern the call itself are named by grammars/dialogue.yaml, all others go by outcome."""
    service_id, service = turn.request.service, turn.service
    if service is None or service_id is None:
        return At.SERVICE
    does = turn.world.script.does.get(service_id)
    if does is not None:
        turn.note("act", f"{service_id}: {does}")
        return CALL_SERVICES[does](turn)
    turn.note("act", f"{service_id}: {service.outcome}")
    return _OUTCOMES[service.outcome](turn)


def open_ticket(turn: Turn) -> None:
    """Have a ticket opened for the request as it stands."""
    request = turn.request
    ticket = OpenTicket(
        key=turn.next_key(),
        service=request.service or "",
        lang=turn.languages[0],
        district=request.district,
        words=request.words[:WORDS_MAX],
        area=request.area or "",
        detail=request.group or "",
    )
    turn.run(ticket, At.OPENING)


def opened(turn: Turn, event: TicketOpened) -> At | None:
    """The ticket exists: tell its number and day, and send both by SMS."""
    made = turn.session.pending
    assert isinstance(made, OpenTicket)
    turn.change(ticket=event.number)
    does = turn.world.script.does.get(made.service)
    if does == "callback" and not event.reachable:
        turn.say(P.CALLBACK_IMPOSSIBLE)
        turn.change(pending=None)
        return At.VOICEMAIL
    if does == "callback":
        turn.reach(Disposition.CALLBACK)
        turn.say(P.CALLBACK_NOTED)
        due = {"due": event.due_on} if event.due_on else {}
        send(turn, turn.world.script.callback_sms, made.service, due)
        return None
    turn.reach(Disposition.TICKET_OPENED)
    if does == "stop_calls":
        turn.say(P.STOP_CALLS_NOTED)
        return At.MORE
    service = turn.world.catalogue.services.get(made.service)
    relief = service is not None and service.outcome == "relief"
    turn.say(P.RELIEF_OPENED if relief else P.TICKET_OPENED, service=turn.named(made.service))
    turn.insist(P.TICKET_NUMBER, ticket=("ticket", event.number))
    if event.due_on:
        turn.say(P.TICKET_DUE, date=("date", event.due_on))
    if event.code:
        turn.insist(P.RELIEF_CODE, code=("digits", event.code))
        send(turn, turn.world.script.relief_sms, made.service, {"number": event.number, "secret": event.code})
        return None
    send(turn, turn.world.script.ticket_sms, made.service, sms_values(event.number, event.due_on))
    return None


def sms_values(number: str, due_on: str | None) -> Mapping[str, str]:
    """Values of the SMS about a ticket; the desk has a text without a day as well."""
    return {"number": number, "due": due_on} if due_on else {"number": number}


def tell(turn: Turn) -> At | None:
    """Say the service's answer, and send it by SMS where it has one."""
    service_id, service = turn.request.service, turn.service
    assert service_id is not None
    assert service is not None
    answer = turn.world.catalogue.say(turn.languages[0], service_id)
    if answer:
        turn.say(P.SAY, say=("text", answer))
        turn.reach(Disposition.ANSWERED)
    if service.outcome == "link" or service.sms:
        send(turn, service.sms or turn.world.script.link_sms, service_id, {})
        return None
    return At.MORE


def send(turn: Turn, template: str, service_id: str, values: Mapping[str, str]) -> None:
    """Queue an SMS to the caller."""
    sms = SendSms(turn.next_key(), template, turn.languages[0], values, service_id)
    turn.change(last_sms=sms)
    turn.run(sms, At.SENDING)


def sent(turn: Turn, event: SmsQueued) -> At:
    """The SMS is on its way, or cannot be sent; the fact itself was said before."""
    sms = turn.session.pending
    template = sms.template if isinstance(sms, SendSms) else ""
    ticket = template in (turn.world.script.ticket_sms, turn.world.script.relief_sms)
    turn.note("sms", "queued" if event.ok else "cannot be sent to this caller")
    if template == turn.world.script.callback_sms:
        return At.MORE  # the promise was made by voice
    if event.ok:
        turn.reach(Disposition.SMS_SENT)
        turn.say(P.TICKET_SMS if ticket else P.SMS_COMING)
    else:
        turn.say(P.TICKET_NO_SMS if ticket else P.SMS_IMPOSSIBLE)
    return At.MORE


def find_tickets(turn: Turn) -> None:
    """Look for tickets of this caller first; a number is asked only if there are none."""
    turn.run(FindTickets(), At.FINDING)


def transfer(turn: Turn) -> At:
    """A service that a person gives: its own number is told, and the call connected where somebody can be."""
    service_id = turn.request.service
    assert service_id is not None
    answer = turn.world.catalogue.say(turn.languages[0], service_id)
    if answer:
        turn.say(P.SAY, say=("text", answer))
        turn.reach(Disposition.ANSWERED)
        if not turn.operator_there:
            return At.MORE
    turn.change(reason="service")
    return At.OPERATOR


def emergency(turn: Turn) -> At:
    turn.want(confirmed=True)
    return At.EMERGENCY


_OUTCOMES: Mapping[str, Callable[[Turn], At | None]] = {
    "link": tell,
    "info": tell,
    "ticket": open_ticket,
    "relief": open_ticket,
    "status": find_tickets,
    "transfer": transfer,
    "emergency": emergency,
}
