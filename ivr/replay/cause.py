"""What must have happened before a case's call: a campaign that rings the caller, an offer of relief, a delivery.

`cause` of a case names one of them. Where it makes the helpline ring, the case is played as that call; where it only
waits for the caller, the caller rings as always.
"""

from ivr.core import phone
from ivr.core.errors import ReplayError
from ivr.desk.alerts import Alert
from ivr.desk.build import CALLBACK_PATH, open_alerts
from ivr.dialogue.commands import OpenTicket
from ivr.replay.case import Case
from ivr.replay.claims import answer
from ivr.replay.house import PUBLIC_URL, ReplayHouse
from ivr.store import relief, responders
from ivr.store.calls import note_caller
from ivr.store.responders import NewResponder

_OTHER = "+919440559999"  # the other side of a request for relief
_ASKED = "CAasked"


async def bring_about(house: ReplayHouse, case: Case) -> str | None:
    """Have the case's cause happen; the sid of the call that it makes, if any."""
    what = str(case.cause.get("what", ""))
    if what not in ("", "alert", "office", "offer", "deliver", "received"):
        raise ReplayError(f"{case.path}: cause knows no {what}")
    if not what:
        return None
    if what == "office":
        await answer(house, case.cause)
        return None
    if what == "alert":
        texts = {str(lang): str(text) for lang, text in case.cause["texts"].items()}
        alerts = open_alerts(house.settings, house.assembly.db, house.assembly.desk)
        people = [(case.caller, case.language)]
        alerts.send(Alert("case", case.title, "flood", "tester", texts, people=people), house.clock.now())
    else:
        await _relief(house, case, what)
    before = len(house.carrier.calls)
    await house.assembly.worker.drain()
    return _rung(house, case.caller) if len(house.carrier.calls) > before else None


async def _relief(house: ReplayHouse, case: Case, what: str) -> None:
    """A request that the caller is offered, has taken on, or has been brought."""
    helper, citizen = (_OTHER, case.caller) if what == "received" else (case.caller, _OTHER)
    desk, now, service = house.assembly.desk, house.clock.now(), str(case.cause["service"])
    item = next(item for item, rules in desk.relief.house.items.items() if rules.service == service)
    district, area = str(case.cause["district"]), str(case.cause.get("area", ""))
    with house.assembly.db.begin() as connection:
        known = phone.parse(helper)
        assert known is not None
        who = note_caller(connection, desk.messages.secrets, known, now)
        by_call = what == "offer" and bool(case.cause.get("by_call", True))
        new = NewResponder(who, "chemist", district, case.language, "tester", area=area, by_call=by_call)
        helper_id = desk.relief.enrol(connection, new, {item: {"": None}}, now)
    house.assembly.calls.begin(_ASKED, citizen, now)
    asked = OpenTicket(f"{_ASKED}:1", service, case.language, district, "", area=area)
    opened = desk.open_ticket(_ASKED, asked, now)
    if what == "offer":
        return
    await house.assembly.worker.drain()
    with house.assembly.db.begin() as connection:
        offered = relief.open_offers(connection, helper_id)[0]
        desk.relief.claim(connection, helper_id, offered, now)
        if what == "received":
            desk.relief.deliver(connection, helper_id, opened.code, now)
        assert responders.find(connection, helper_id) is not None
    if what == "deliver":
        await house.assembly.worker.drain()


def _rung(house: ReplayHouse, caller: str) -> str | None:
    """The sid of the last call that the carrier was asked to make, if it is to the case's caller."""
    to, url = house.carrier.calls[-1]
    if to != caller or url != f"{PUBLIC_URL}{CALLBACK_PATH}":
        return None
    return f"CAc{len(house.carrier.calls):031x}"
