"""Is it solved? The citizen's word on what an office claims: in a call that we make for it, or in one of their own.

Silence, a hang-up or anything that is neither yes nor no is no answer, and never a yes.
"""

from ivr.dialogue.commands import AnswerTicket, Disposition
from ivr.dialogue.events import CallStarted, KnownTicket, TicketAnswered
from ivr.dialogue.prompt_ids import P
from ivr.dialogue.repair import ask, missed
from ivr.dialogue.request import settle, yes_or_no
from ivr.dialogue.session import At
from ivr.dialogue.turn import Turn
from ivr.understanding.result import Band, WaitKind

CONFIRM = "confirm"  # the purpose of a call that we make to ask
RATE = "rate"
CLAIMS = frozenset({"claimed", "unconfirmed"})
WORDS_MAX = 1000


def rung(turn: Turn, event: CallStarted) -> At:
    """We ring to ask. On a telephone that several people use only the ticket's number is said."""
    lang = event.language if event.language in turn.world.script.languages else None
    turn.change(lang=lang, reason=CONFIRM)
    turn.note("confirm", "an office says that it is solved")
    turn.say(P.GREETING_CONFIRM)
    if not event.tickets:
        return At.GOODBYE
    about = event.tickets[0]
    if event.shared:
        turn.say(P.CONFIRM_NUMBER, ticket=("ticket", about.number))
    else:
        turn.say(P.CONFIRM_TICKET, service=turn.named(about.service))
    return asked_about(turn, about)


def asked_about(turn: Turn, ticket: KnownTicket) -> At:
    """Ask about this ticket next."""
    turn.change(tickets=(ticket,), ticket=ticket.number)
    return At.SOLVED


def askable(ticket: KnownTicket) -> bool:
    """Whether the citizen's word on a ticket is awaited, and this is the citizen's telephone."""
    return ticket.mine and ticket.state in CLAIMS


def ask_solved(turn: Turn) -> At | None:
    ask(turn, At.SOLVED, P.ASK_SOLVED)
    return None


def heard_solved(turn: Turn) -> At | None:
    """Yes, no, or in the citizen's own call a request. What one pass only heard is asked again."""
    answer = yes_or_no(turn)
    if answer is not None:
        return _said(turn, answer)
    meant = turn.understand(WaitKind.SERVICE)
    if turn.session.reason != CONFIRM and meant.band is Band.ACCEPT:
        return settle(turn, meant) or missed(turn)
    return missed(turn)


def pressed_solved(turn: Turn, key: str) -> At | None:
    answer = {"1": "yes", "2": "no"}.get(key)
    return _said(turn, answer) if answer else missed(turn)


def unsaid(turn: Turn) -> At:
    """Neither yes nor no after three times: the question stays open."""
    turn.note("unsaid", "no answer is not a yes")
    turn.say(P.SOLVED_OPEN)
    return At.GOODBYE if turn.session.reason == CONFIRM else At.SERVICE


def ask_still(turn: Turn) -> At | None:
    """In the citizen's words, for the officer above: what is not done?"""
    ask(turn, At.STILL, P.ASK_STILL)
    return None


def heard_still(turn: Turn) -> At | None:
    said = turn.said.nbest.get(turn.languages[0], ()) if turn.said else ()
    return _refused(turn, said[0].text if said else "")


def pressed_still(turn: Turn, key: str) -> At | None:
    """One: nothing to tell."""
    return _refused(turn, "") if key in ("1", "#") else missed(turn)


def refused(turn: Turn) -> At | None:
    """No, without words."""
    return _refused(turn, "")


def rates(turn: Turn) -> bool:
    """Whether marks are given now to a ticket that the citizen closed."""
    return turn.session.reason == RATE and turn.session.ticket is not None


def rate(turn: Turn, marks: int) -> At | None:
    _answer(turn, AnswerTicket(turn.next_key(), turn.session.ticket or "", RATE, rating=marks))
    return None


def answered(turn: Turn, event: TicketAnswered) -> At:
    """What the desk made of it."""
    asked = turn.session.pending
    act = asked.act if isinstance(asked, AnswerTicket) else ""
    turn.change(pending=None)
    if act == RATE:
        turn.change(reason="")
        turn.say(P.RATING_THANKS)
        return At.MORE
    turn.reach(Disposition.ANSWERED)
    if not event.ok:
        turn.say(turn.world.script.ticket_state(event.state))
        return At.MORE
    if act == "yes":
        turn.say(P.SOLVED_CLOSED)
        turn.change(reason=RATE)
        return At.RATING
    if event.state == "human":
        turn.say(P.SOLVED_HUMAN)
    else:
        turn.say(P.SOLVED_REOPENED, level=("text", event.level))
    return At.MORE


def _said(turn: Turn, answer: str) -> At | None:
    turn.note("solved", answer)
    if answer == "no":
        return At.STILL
    _answer(turn, AnswerTicket(turn.next_key(), turn.session.ticket or "", "yes", lang=turn.languages[0]))
    return None


def _refused(turn: Turn, words: str) -> At | None:
    made = AnswerTicket(turn.next_key(), turn.session.ticket or "", "no", turn.languages[0], words[:WORDS_MAX])
    _answer(turn, made)
    return None


def _answer(turn: Turn, made: AnswerTicket) -> None:
    turn.run(made, At.ANSWERING)
