"""Relief by telephone: where and what exactly, who can give, taking on a request, the code, whether it came."""

from ivr.dialogue.asking import ask_desk, keyed, option
from ivr.dialogue.commands import Disposition, Transfer
from ivr.dialogue.events import DeskSays
from ivr.dialogue.prompt_ids import P
from ivr.dialogue.questions import PIN_DIGITS, RELIEF_DIGITS
from ivr.dialogue.repair import ask, missed
from ivr.dialogue.request import settle, yes_or_no
from ivr.dialogue.session import At
from ivr.dialogue.turn import Turn
from ivr.understanding.result import Band, WaitKind

RELIEF, ENROL, BLOOD = "relief", "enrol", "blood"
CITIZEN = "citizen:"  # what a transfer to the citizen of a request is to


def lacking(turn: Turn) -> At | None:
    """What else must be known for a request for relief, or from who wants to give; None where nothing lacks."""
    request, service = turn.request, turn.service
    enrols = turn.world.script.does.get(request.service or "") == ENROL
    if not enrols and (service is None or service.outcome != RELIEF):
        return None
    if enrols and request.item is None:
        return At.GIVES
    wants_group = request.item == BLOOD if enrols else request.service == turn.world.script.blood_service
    if wants_group and request.group is None:
        return At.BLOOD
    if enrols and request.district is None and not request.place_skipped:
        return At.PLACE
    return At.AREA if request.area is None and request.district is not None else None


def ask_area(turn: Turn) -> At | None:
    ask(turn, At.AREA, P.ASK_AREA)
    return None


def heard_area(turn: Turn) -> At | None:
    """Six digits that both passes heard."""
    digits = str(turn.understand(WaitKind.DIGITS).slots.get("digits") or "")
    agreed = turn.said is None or turn.said.agreed
    return _area(turn, digits) if agreed and len(digits) == PIN_DIGITS else missed(turn)


def pressed_area(turn: Turn, keys: str) -> At | None:
    """`#` goes on without it."""
    return skip_area(turn) if keys == "#" else _area(turn, keys)


def _area(turn: Turn, digits: str) -> At | None:
    if len(digits) != PIN_DIGITS or not digits.isdecimal() or digits[0] == "0":
        turn.note("area", "no PIN code")
        return missed(turn)
    turn.note("area", "a PIN code")
    turn.want(area=digits)
    return At.FORM


def skip_area(turn: Turn) -> At:
    """Go on without it: the whole district is asked."""
    turn.note("area", "left out")
    turn.want(area="")
    return At.FORM


def ask_blood(turn: Turn) -> At | None:
    ask(turn, At.BLOOD, P.ASK_BLOOD)
    return None


def heard_blood(turn: Turn) -> At | None:
    group = option(turn, str(turn.understand(WaitKind.OPTION).slots.get("option") or ""))
    return _group(turn, group) if group and (turn.said is None or turn.said.agreed) else missed(turn)


def pressed_blood(turn: Turn, key: str) -> At | None:
    """`#`: the group is not known."""
    if key == "#":
        return skip_blood(turn)
    group = keyed(turn, key)
    return _group(turn, group) if group else missed(turn)


def skip_blood(turn: Turn) -> At:
    return _group(turn, "")


def _group(turn: Turn, group: str) -> At:
    turn.note("blood", group or "not known")
    turn.want(group=group)
    return At.FORM


def ask_gives(turn: Turn) -> At | None:
    ask(turn, At.GIVES, P.ASK_GIVES)
    return None


def heard_gives(turn: Turn) -> At | None:
    """What can be given; or another request at once."""
    item = option(turn, str(turn.understand(WaitKind.OPTION).slots.get("option") or ""))
    if item:
        return _item(turn, item)
    meant = turn.understand(WaitKind.SERVICE)
    other = meant.band is Band.ACCEPT and meant.intent != turn.request.service
    return (settle(turn, meant) if other else None) or missed(turn)


def pressed_gives(turn: Turn, key: str) -> At | None:
    item = keyed(turn, key)
    return _item(turn, item) if item else missed(turn)


def _item(turn: Turn, item: str) -> At:
    turn.note("gives", item)
    turn.want(item=item)
    return At.FORM


def enrol(turn: Turn) -> At | None:
    """Have the caller registered as somebody who gives."""
    request = turn.request
    values = {"item": request.item or "", "group": request.group or "", "area": request.area or ""}
    ask_desk(turn, ENROL, lang=turn.languages[0], district=request.district or "", **values)
    return None


def enrolled(turn: Turn, event: DeskSays) -> At:
    """Thanks, and where help is needed most now."""
    turn.reach(Disposition.ANSWERED)
    turn.say(P.REGISTERED)
    if event.result == "need":
        place = ("place", event.values["district"])
        turn.say(P.NEED_MOST, service=turn.named(event.values["service"]), place=place)
        if event.values.get("area"):
            turn.say(P.NEED_AREA, area=("digits", event.values["area"]))
    else:
        turn.say(P.NO_NEED_NOW)
    return At.MORE


def begun(turn: Turn, errand: str) -> At:
    """We rang, or somebody rang of whom we wait for something."""
    turn.note("errand", errand)
    return {"offer": At.OFFER, "deliver": At.DELIVERY, "received": At.RECEIVED}[errand]


def _service(turn: Turn) -> tuple[str, str]:
    return turn.named(turn.session.brief.get("service", ""))


def ask_offer(turn: Turn) -> At | None:
    """Can you bring it there?"""
    brief = turn.session.brief
    turn.moved(At.OFFER)
    if brief.get("area"):
        turn.say(P.OFFER_AREA, area=("digits", brief["area"]))
    ask(turn, At.OFFER, P.ASK_OFFER, service=_service(turn), place=("place", brief.get("district", "")))
    return None


def heard_offer(turn: Turn) -> At | None:
    answer = yes_or_no(turn)
    return _answer_offer(turn, answer) if answer else _other(turn)


def pressed_offer(turn: Turn, key: str) -> At | None:
    return _answer_offer(turn, {"1": "yes", "2": "no"}[key]) if key in ("1", "2") else missed(turn)


def _answer_offer(turn: Turn, answer: str) -> At | None:
    turn.note("offer", answer)
    ask_desk(turn, "claim" if answer == "yes" else "decline", offer=turn.session.brief.get("offer", ""))
    return None


def answered_offer(turn: Turn, event: DeskSays) -> At:
    """Won, or somebody else was first."""
    turn.reach(Disposition.ANSWERED)
    if event.what == "decline":
        turn.say(P.CLAIM_DECLINED)
    else:
        won = event.result in ("won", "yours")
        turn.say(P.CLAIM_WON if won else P.CLAIM_TAKEN)
        if won:
            turn.say(P.CLAIM_NEXT)
    return At.MORE


def ask_delivery(turn: Turn) -> At | None:
    """Who has taken a request on: the citizen's code, the citizen on the line, or something else."""
    turn.moved(At.DELIVERY)
    turn.say(P.DELIVERY_CONNECT)
    ask(turn, At.DELIVERY, P.ASK_DELIVERY, service=_service(turn))
    return None


def heard_delivery(turn: Turn) -> At | None:
    """A code, the citizen on the line, or another request."""
    digits = str(turn.understand(WaitKind.DIGITS).slots.get("digits") or "")
    if len(digits) == RELIEF_DIGITS and (turn.said is None or turn.said.agreed):
        return _code(turn, digits)
    meant = option(turn, str(turn.understand(WaitKind.OPTION).slots.get("option") or ""))
    if meant:
        return connect(turn) if meant == "connect" else At.SERVICE
    return _other(turn)


def pressed_delivery(turn: Turn, keys: str) -> At | None:
    """Four digits are the code; `1` the citizen on the line; `#` something else."""
    if keys == "#":
        return At.SERVICE
    if keys == "1":
        return connect(turn)
    return _code(turn, keys) if len(keys) == RELIEF_DIGITS and keys.isdecimal() else missed(turn)


def _code(turn: Turn, digits: str) -> At | None:
    ask_desk(turn, "deliver", code=digits)
    return None


def delivered(turn: Turn, event: DeskSays) -> At | None:
    """The code was right, wrong, or tried too often."""
    if event.result == "delivered":
        turn.reach(Disposition.ANSWERED)
        turn.say(P.DELIVERY_DONE)
        return At.MORE
    if event.result == "wrong":
        turn.say(P.DELIVERY_WRONG)
        return At.DELIVERY
    turn.say(P.DELIVERY_LOCKED)
    turn.change(reason="relief_code")
    return At.OPERATOR


def connect(turn: Turn) -> At | None:
    """Connect with the citizen. Neither sees the other's number."""
    turn.note("connect", "with the citizen of the request")
    turn.say(P.TRANSFER)
    turn.run(Transfer(f"{CITIZEN}{turn.session.brief.get('request', '')}", "relief"), At.TRANSFERRING)
    turn.change(disposition=Disposition.TRANSFERRED)
    return None


def ask_received(turn: Turn) -> At | None:
    ask(turn, At.RECEIVED, P.ASK_RECEIVED, service=_service(turn))
    return None


def heard_received(turn: Turn) -> At | None:
    answer = yes_or_no(turn)
    return _answer_received(turn, answer) if answer else _other(turn)


def pressed_received(turn: Turn, key: str) -> At | None:
    return _answer_received(turn, {"1": "yes", "2": "no"}[key]) if key in ("1", "2") else missed(turn)


def _answer_received(turn: Turn, answer: str) -> At | None:
    turn.note("received", answer)
    ask_desk(turn, "received", request=turn.session.brief.get("request", ""), answer=answer)
    return None


def answered_received(turn: Turn, event: DeskSays) -> At:
    turn.reach(Disposition.ANSWERED)
    turn.say(P.RECEIVED_THANKS if event.result == "yes" else P.RECEIVED_SORRY)
    return At.MORE


def _other(turn: Turn) -> At | None:
    """Not an answer: perhaps another request."""
    meant = turn.understand(WaitKind.SERVICE)
    return (settle(turn, meant) if meant.band is Band.ACCEPT else None) or missed(turn)
