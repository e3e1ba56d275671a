"""Which service the caller wants: open question, yes or no, a choice between two, the keypad menu."""

from dataclasses import replace

from ivr.dialogue.menu import MORE_KEY, Entry, EntryKind, Page, branch, page_of
from ivr.dialogue.prompt_ids import P
from ivr.dialogue.repair import ATTEMPTS, ask, missed
from ivr.dialogue.script import group_prompt
from ivr.dialogue.session import At, Request
from ivr.dialogue.turn import REQUEST_WORDS, Turn
from ivr.understanding.result import Band, Candidate, Understanding, WaitKind

NO_WORDS = 3  # a longer sentence with a "no" in it says something else


def ask_service(turn: Turn) -> At | None:
    """The open question; by keys once it has failed twice."""
    failures = turn.request.failures
    turn.change(at=At.SERVICE, misses=failures, menu=(), page=0)
    if failures >= ATTEMPTS:
        turn.change(reason="not_understood")
        return At.OPERATOR
    if turn.session.by_keys or failures == ATTEMPTS - 1:
        turn.change(at=At.MENU, by_keys=True)
        return At.MENU
    ask(turn, At.SERVICE, P.ASK_SERVICE_AGAIN if failures else P.ASK_SERVICE)
    return None


def heard_service(turn: Turn) -> At | None:
    if turn.session.best is not None and turn.words <= NO_WORDS and yes_or_no(turn) == "no":
        return At.GOODBYE  # asked what else, after something was done: nothing
    return settle(turn, turn.understand(WaitKind.SERVICE)) or missed(turn)


def settle(turn: Turn, meant: Understanding) -> At | None:
    """Decide by band what to do with an understood request; None where it was not understood."""
    left = _left(turn, meant)
    if not left or meant.band is Band.REJECT:
        turn.note("reject", f"best {meant.intent} {meant.score:.2f}, {meant.band}")
        return None
    best, sure = left[0], meant.band is Band.ACCEPT and left[0].intent == meant.intent
    if not sure and best.intent != meant.intent and best.score < turn.world.script.limits.next_score:
        turn.note("reject", f"{meant.intent} was refused before, next {best.intent} {best.score:.2f}")
        return None
    _remember(turn, meant)
    if sure:
        turn.note("accept", f"{best.intent} {best.score:.2f}, margin {meant.margin:.2f}")
        turn.change(by_keys=turn.session.media == "gather")  # speech works again
        return take(turn, best.intent)
    return _doubt(turn, left)


def _left(turn: Turn, meant: Understanding) -> list[Candidate]:
    """The candidates that the catalogue has and the caller has not refused, best first."""
    if meant.intent is None:
        return []
    candidates = meant.alternatives or (Candidate(meant.intent, meant.score),)
    known = turn.world.catalogue.services
    return [c for c in candidates if c.intent in known and c.intent not in turn.request.refused]


def _remember(turn: Turn, meant: Understanding) -> None:
    place = meant.slots.get("place")
    words = " ".join(filter(None, (turn.request.words, meant.text)))
    turn.want(words=words, district=str(place) if place else turn.request.district)


def _doubt(turn: Turn, left: list[Candidate]) -> At:
    """Not sure: ask whether it is right, or which of two close ones it is. An emergency isn't kept waiting."""
    limits = turn.world.script.limits
    best = left[0]
    if not (turn.said is None or turn.said.agreed):
        turn.flag("disagreement", best.intent)
    if turn.world.catalogue.services[best.intent].outcome == "emergency":
        turn.want(service=best.intent, confirmed=False)
        return At.EMERGENCY
    close = [c for c in left[1:] if best.score - c.score <= limits.close_margin]
    if close:
        turn.note("choice", f"{best.intent} {best.score:.2f}, {close[0].intent} {close[0].score:.2f}")
        turn.flag("low_margin", f"{best.intent} or {close[0].intent}")
        turn.want(candidates=(best.intent, close[0].intent))
        return At.CHOICE
    others = [c.intent for c in left[1:2] if c.score >= limits.next_score]
    turn.note("confirm", f"{best.intent} {best.score:.2f}")
    turn.want(candidates=(best.intent, *others))
    return At.CONFIRM


def take(turn: Turn, service_id: str, confirmed: bool = False) -> At:
    """The request is `service_id`. Its name is said, so that a wrong one can be denied at the next question."""
    turn.want(service=service_id, confirmed=confirmed, candidates=(), failures=0)
    if not confirmed and service_id not in turn.world.script.does:
        turn.say(P.TOPIC, service=turn.named(service_id))
    return At.FORM


def ask_confirm(turn: Turn) -> At | None:
    """Is this what you want? With the district, where it was said in the same breath."""
    candidates = turn.request.candidates
    if not candidates:
        return At.SERVICE
    service = turn.named(candidates[0])
    if turn.request.district and turn.request.service == candidates[0]:
        ask(turn, At.CONFIRM, P.CONFIRM_REQUEST, service=service, place=("place", turn.request.district))
    else:
        ask(turn, At.CONFIRM, P.CONFIRM_SERVICE, service=service)
    return None


def heard_confirm(turn: Turn) -> At | None:
    """Yes, no, or the right name instead."""
    if (place := _other_place(turn)) is not None:
        turn.note("place", f"{place} instead of {turn.request.district}")
        turn.want(district=place)
        return At.CONFIRM
    answer = yes_or_no(turn)
    other = turn.understand(WaitKind.SERVICE)
    asked = turn.request.candidates[:1]
    if answer != "yes" and other.intent not in (None, *asked) and _instead(turn, other, answer):
        turn.want(refused=(*turn.request.refused, *asked), candidates=(), service=None)
        # without a no it may be the same request, misheard: ask before anything is done
        sure = other if answer == "no" else replace(other, band=Band.CONFIRM)
        return settle(turn, sure) or missed(turn)
    if answer == "yes" or (answer is None and other.band is Band.ACCEPT and (other.intent,) == asked):
        return agreed(turn)
    return denied(turn) if answer == "no" else missed(turn)


def _instead(turn: Turn, other: Understanding, answer: str | None) -> bool:
    """Whether another request was said where a yes or no was asked for. Without a no it must be a clear one: a mumbled
    answer sounds like some service or other."""
    if other.band is Band.REJECT or turn.understand(WaitKind.YES_NO).doubtful:
        return False
    if answer == "no" or other.band is Band.ACCEPT:
        return True
    return turn.longest >= REQUEST_WORDS and other.score >= turn.world.script.limits.instead_score


def _other_place(turn: Turn) -> str | None:
    """A district named instead of the one that the question offered."""
    place = turn.understand(WaitKind.PLACE).slots.get("place") if turn.request.district else None
    return str(place) if place and place != turn.request.district else None


def pressed_yes_no(turn: Turn, key: str) -> At | None:
    if key == "1":
        return agreed(turn)
    return denied(turn) if key == "2" else missed(turn)


def agreed(turn: Turn) -> At:
    turn.note("confirmed", turn.request.candidates[0])
    return take(turn, turn.request.candidates[0], confirmed=True)


def denied(turn: Turn) -> At:
    """No, not that: never offer it again. Offer the next one, or ask anew."""
    request = turn.request
    turn.note("denied", ", ".join(request.candidates[:1]))
    if request.district and request.service in request.candidates:
        turn.want(district=None, service=None)  # perhaps only the place was wrong: ask about the service alone
        return At.CONFIRM
    turn.flag("refused", ", ".join(request.candidates[:1]))
    return _refuse(turn, request.candidates[:1], request.candidates[1:])


def _refuse(turn: Turn, refused: tuple[str, ...], others: tuple[str, ...] = ()) -> At:
    failures = turn.request.failures + 1
    turn.change(request=Request(refused=(*turn.request.refused, *refused), candidates=others, failures=failures))
    return At.CONFIRM if others and failures < ATTEMPTS - 1 else At.SERVICE


def yes_or_no(turn: Turn) -> str | None:
    """ "yes", "no", or None where it was neither or the two passes heard different things."""
    if turn.said is not None and not turn.said.agreed:
        turn.flag("disagreement", f"at {turn.session.at}")
        return None
    answer = turn.understand(WaitKind.YES_NO).slots.get("yes_no")
    return str(answer) if answer in ("yes", "no") else None


def ask_choice(turn: Turn) -> At | None:
    if len(turn.request.candidates) < 2:
        return At.SERVICE
    first, second = turn.request.candidates[:2]
    ask(turn, At.CHOICE, P.CHOICE, first=turn.named(first), second=turn.named(second))
    return None


def heard_choice(turn: Turn) -> At | None:
    meant = turn.understand(WaitKind.CHOICE)
    if meant.intent in turn.request.candidates and meant.band is not Band.REJECT:
        if meant.band is Band.ACCEPT:
            turn.note("chosen", f"{meant.intent} {meant.score:.2f}")
            return take(turn, str(meant.intent), confirmed=True)
        turn.want(candidates=(str(meant.intent),))
        return At.CONFIRM
    if yes_or_no(turn) == "no":
        return neither(turn)
    return settle(turn, turn.understand(WaitKind.SERVICE)) or missed(turn)


def pressed_choice(turn: Turn, key: str) -> At | None:
    if key in ("1", "2"):
        return take(turn, turn.request.candidates[int(key) - 1], confirmed=True)
    return neither(turn) if key == "3" else missed(turn)


def neither(turn: Turn) -> At:
    turn.note("denied", ", ".join(turn.request.candidates))
    turn.flag("refused", ", ".join(turn.request.candidates))
    return _refuse(turn, turn.request.candidates)


def ask_menu(turn: Turn) -> At | None:
    """One page of the keypad menu."""
    turn.moved(At.MENU)
    if not turn.session.menu and not turn.session.page:
        turn.say(P.MENU)
    for number, entry in enumerate(_page(turn).entries, start=1):
        _offer(turn, entry, str(number))
    if _page(turn).more:
        turn.say(P.MENU_MORE, key=("number", MORE_KEY))
    turn.listen()
    return None


def _page(turn: Turn) -> Page:
    return page_of(branch(turn.world.script.menu, turn.session.menu), turn.session.page)


def _offer(turn: Turn, entry: Entry, key: str) -> None:
    if entry.kind is EntryKind.SERVICE:
        turn.say(P.MENU_KEY, service=turn.named(entry.id), key=("number", key))
    else:
        turn.say(group_prompt(entry.id), key=("number", key))


def pressed_menu(turn: Turn, key: str) -> At | None:
    """A key at the menu; at the open question the keys mean the menu's first page."""
    page = _page(turn)
    if not page.has(key):
        return missed(turn)
    entry = page.chosen(key)
    turn.change(at=At.MENU, misses=0, by_keys=True)
    if entry is None:
        turn.change(page=turn.session.page + 1)
        return At.MENU
    if entry.children:
        turn.change(menu=(*turn.session.menu, index(turn, key)), page=0)
        return At.MENU
    turn.note("chosen", f"{entry.id} by keys")
    turn.say(P.TOPIC, service=turn.named(entry.id))
    return take(turn, entry.id, confirmed=True)


def index(turn: Turn, key: str) -> int:
    """Where the entry under `key` of the page shown stands among its siblings."""
    entries = branch(turn.world.script.menu, turn.session.menu)
    page = page_of(entries, turn.session.page)
    return entries.index(page.entries[int(key) - 1])


def menu_back(turn: Turn) -> At:
    """The page before, the branch above, from the root the language."""
    session = turn.session
    if session.page:
        turn.change(page=session.page - 1)
    elif session.menu:
        turn.change(menu=session.menu[:-1])
    else:
        return At.LANGUAGE
    return At.MENU
