"""What a service still needs to be known: the district, a short account. Then it can be acted upon."""

from ivr.dialogue.menu import MORE_KEY, Entry, EntryKind, Page, branch, page_of
from ivr.dialogue.prompt_ids import P
from ivr.dialogue.relief import ENROL, lacking
from ivr.dialogue.repair import ATTEMPTS, ask, missed, skip_place
from ivr.dialogue.request import NO_WORDS, heard_confirm, settle, yes_or_no
from ivr.dialogue.session import At
from ivr.dialogue.turn import REQUEST_WORDS, Turn
from ivr.understanding.result import Band, Understanding, WaitKind

_BINDING = frozenset({"ticket", "relief"})  # outcomes that are not done without the caller having agreed


PLACE_WORDS = 4  # a longer answer tells a story in which a common word may sound like a district


def fill(turn: Turn) -> At:
    """The next thing to ask, or to act where nothing is missing."""
    service, request = turn.service, turn.request
    if service is None or request.service is None:
        return At.SERVICE
    enrols = turn.world.script.does.get(request.service) == ENROL
    if request.service in turn.world.script.does and not enrols:
        return At.ACT
    if "place" in service.ask and not enrols and request.district is None and not request.place_skipped:
        return At.PLACE
    if (more := lacking(turn)) is not None:
        return more
    if service.outcome in _BINDING and not request.confirmed:
        turn.want(candidates=(request.service,))
        return At.CONFIRM
    told = request.details_asked or turn.session.media == "gather"  # a story cannot be keyed
    if request.service in turn.world.script.details and not told:
        return At.DETAILS
    return At.ACT


def ask_place(turn: Turn) -> At | None:
    """Which district; by keys once it has failed twice."""
    failures = turn.request.failures
    turn.change(at=At.PLACE, misses=failures)
    if failures >= ATTEMPTS:
        return skip_place(turn)
    if turn.session.by_keys or failures == ATTEMPTS - 1:
        turn.change(at=At.PLACE_MENU, by_keys=True, menu=_home(turn), page=0)
        return At.PLACE_MENU
    ask(turn, At.PLACE, P.ASK_PLACE)
    return None


def heard_place(turn: Turn) -> At | None:
    """A district; or another request, or a no to the service whose name was said."""
    meant, other = turn.understand(WaitKind.PLACE), turn.understand(WaitKind.SERVICE)
    place = meant.slots.get("place")
    if place and not _another_request(turn, other):
        turn.want(offered=str(place))
        if turn.words > PLACE_WORDS:
            turn.note("confirm", f"{place}, inside a longer sentence")
            return At.PLACE_CONFIRM
        if meant.band is not Band.CONFIRM and turn.said is not None and turn.said.agreed:
            turn.note("place", str(place))
            return placed(turn)
        turn.note("confirm", f"{place}, the two passes differ")
        return At.PLACE_CONFIRM
    if other.band is Band.ACCEPT and other.intent != turn.request.service:
        turn.want(service=None, confirmed=False, failures=0)
        return settle(turn, other) or missed(turn)
    if yes_or_no(turn) == "no" and not turn.request.confirmed:
        turn.want(candidates=(turn.request.service or "",))
        if turn.longest <= NO_WORDS or other.band is not Band.REJECT:
            return heard_confirm(turn)
    return missed(turn)


def _another_request(turn: Turn, other: Understanding) -> bool:
    """Whether a whole request was said, in which the pass that knows only districts has found one."""
    differ = turn.said is not None and not turn.said.agreed
    return differ and turn.longest >= REQUEST_WORDS and other.band is Band.ACCEPT


def placed(turn: Turn) -> At:
    """The district offered is right. Whoever answers this has heard the service's name and not denied it."""
    turn.want(district=turn.request.offered, offered=None, failures=0, confirmed=True)
    return At.FORM


def pressed_place(turn: Turn, key: str) -> At | None:
    """`#` goes on without a district; any other key brings the keypad list."""
    if key == "#":
        return skip_place(turn)
    turn.change(at=At.PLACE_MENU, by_keys=True, menu=_home(turn), page=0)
    return At.PLACE_MENU


def confirm_place(turn: Turn) -> At | None:
    if turn.request.offered is None:
        return At.PLACE
    ask(turn, At.PLACE_CONFIRM, P.CONFIRM_PLACE, place=("place", turn.request.offered))
    return None


def heard_place_confirm(turn: Turn) -> At | None:
    """Yes, no, or the right district instead."""
    other = turn.understand(WaitKind.PLACE).slots.get("place")
    answer = yes_or_no(turn)
    if other and other != turn.request.offered:
        turn.want(offered=str(other))
        return At.PLACE_CONFIRM
    if answer == "yes" or (answer is None and other):
        return placed(turn)
    return place_denied(turn) if answer == "no" else missed(turn)


def pressed_place_confirm(turn: Turn, key: str) -> At | None:
    if key == "1":
        return placed(turn)
    return place_denied(turn) if key == "2" else missed(turn)


def place_denied(turn: Turn) -> At:
    turn.note("denied", turn.request.offered or "")
    turn.flag("refused", turn.request.offered or "")
    turn.want(offered=None, failures=turn.request.failures + 1)
    return At.PLACE


def ask_place_menu(turn: Turn) -> At | None:
    """One page of the list of states and districts."""
    turn.moved(At.PLACE_MENU)
    if not turn.session.page:
        turn.say(P.PLACE_MENU)
    for number, entry in enumerate(_page(turn).entries, start=1):
        _offer(turn, entry, ("number", str(number)))
    if _page(turn).more:
        turn.say(P.MENU_MORE, key=("number", MORE_KEY))
    turn.say(P.PLACE_SKIP)
    turn.listen()
    return None


def pressed_place_menu(turn: Turn, key: str) -> At | None:
    page = _page(turn)
    if key == "#":
        return skip_place(turn)
    if not page.has(key):
        return missed(turn)
    entry = page.chosen(key)
    turn.change(misses=0)
    if entry is None:
        turn.change(page=turn.session.page + 1)
        return At.PLACE_MENU
    if entry.children:
        turn.change(menu=(*turn.session.menu, _entries(turn).index(entry)), page=0)
        return At.PLACE_MENU
    turn.note("place", f"{entry.id} by keys")
    turn.want(offered=entry.id)
    return placed(turn)


def place_menu_back(turn: Turn) -> At:
    """The page before, the branch above; from the list of states the open question."""
    session = turn.session
    if session.page:
        turn.change(page=session.page - 1)
    elif session.menu:
        turn.change(menu=session.menu[:-1])
    else:
        turn.want(service=None, candidates=(), confirmed=False)
        return At.SERVICE
    return At.PLACE_MENU


def _home(turn: Turn) -> tuple[int, ...]:
    """The branch of this deployment's own state; `9` leads from it to the other states."""
    states = list(turn.world.script.districts)
    region = turn.world.house.region
    return (states.index(region),) if region in states else ()


def _entries(turn: Turn) -> tuple[Entry, ...]:
    return branch(turn.world.script.district_menu(turn.languages[0]), turn.session.menu)


def _page(turn: Turn) -> Page:
    return page_of(_entries(turn), turn.session.page)


def _offer(turn: Turn, entry: Entry, key: tuple[str, str]) -> None:
    if entry.kind is EntryKind.STATE:
        turn.say(f"state_{entry.id.lower()}", key=key)
    elif entry.kind is EntryKind.RANGE:
        first, last = entry.id.split("|")
        turn.say(P.PLACE_RANGE_KEY, first=("place", first), last=("place", last), key=key)
    else:
        turn.say(P.PLACE_KEY, place=("place", entry.id), key=key)


def ask_details(turn: Turn) -> At | None:
    ask(turn, At.DETAILS, P.ASK_DETAILS)
    return None


def heard_details(turn: Turn) -> At | None:
    """Whatever was said goes to the officer as it was heard; the recording tells the rest."""
    said = turn.said.nbest.get(turn.languages[0], ()) if turn.said else ()
    if not said or not said[0].text.strip():
        return missed(turn)
    turn.want(words=" / ".join(filter(None, (turn.request.words, said[0].text))), details_asked=True)
    return At.FORM


def pressed_details(turn: Turn, key: str) -> At | None:
    """`#` or 1: nothing more to tell."""
    if key not in ("#", "1"):
        return missed(turn)
    turn.want(details_asked=True)
    return At.FORM
