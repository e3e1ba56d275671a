"""What calls ask of the house besides tickets: alerts answered, relief claimed, delivered and confirmed, donors
registered, certificates checked, rumours and opinions written down.

The dialogue names an errand and gives values as text; each is one transaction, and doing it twice with the same key
changes nothing. Also says what waits for whoever is on the line, before anything was asked.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from ivr.core.errors import StoreError
from ivr.desk.alert_calls import AlertCalls
from ivr.desk.certificates import Certificates
from ivr.desk.relief import Claim, Relief
from ivr.desk.relief_board import steer
from ivr.dialogue.commands import AskDesk
from ivr.dialogue.events import DeskSays
from ivr.store import outcalls, ratings, relief, responders, rumours
from ivr.store.calls import CallerRow, caller_of
from ivr.store.database import Database
from ivr.store.relief import OfferState, ReliefState, RequestRow
from ivr.store.responders import NewResponder
from ivr.store.schema import call
from ivr.store.secrets import Secrets
from ivr.understanding.catalogue import Catalogue

OFFER, RECEIVED = "offer:", "received:"
CITIZEN = "citizen:"
VOLUNTEER = "volunteer"
_PHONE = "telephone"


@dataclass(frozen=True, slots=True)
class _Asked:
    """One errand: its connection, the call, who rings, what is wanted."""

    connection: Connection
    call_sid: str
    who: CallerRow | None
    wanted: AskDesk
    now: datetime

    @property
    def values(self) -> Mapping[str, str]:
        return self.wanted.values


@dataclass(frozen=True)
class Errands:
    """One for a process. Blocking. `on_queued` is told that work may have been queued."""

    db: Database
    secrets: Secrets
    catalogue: Catalogue
    relief: Relief
    alerts: AlertCalls
    certificates: Certificates
    on_queued: Callable[[], None]

    def ask(self, call_sid: str, wanted: AskDesk, now: datetime) -> DeskSays:
        """Do it. StoreError for an errand that nobody knows."""
        does: Mapping[str, Callable[[_Asked], tuple[str, Mapping[str, str]]]] = {
            "alert": self._alert,
            "claim": self._claim,
            "decline": self._decline,
            "deliver": self._deliver,
            "received": self._received,
            "enrol": self._enrol,
            "certificate": self._certificate,
            "rumour": self._rumour,
            "rate": self._rate,
        }
        if wanted.what not in does:
            raise StoreError(f"nobody does the errand {wanted.what}", code="unknown_errand")
        with self.db.begin() as connection:
            asked = _Asked(connection, call_sid, caller_of(connection, call_sid), wanted, now)
            result, values = does[wanted.what](asked)
        self.on_queued()
        return DeskSays(wanted.what, result, values)

    def brief(self, call_sid: str) -> Mapping[str, str]:
        """What waits for whoever is on the line: of a call that we made its cause; of one that came in a delivery to
        be told or confirmed, or an offer. Empty where nothing waits."""
        with self.db.read() as connection:
            alert = self.alerts.brief(connection, call_sid)
            if alert is not None:
                return alert
            placed = outcalls.find(connection, carrier_sid=call_sid)
            if placed is not None:
                return self._cause(connection, placed.key)
            who = caller_of(connection, call_sid)
            return self._waits_for(connection, who.phone_hash) if who is not None else {}

    def _cause(self, connection: Connection, key: str) -> Mapping[str, str]:
        number = key.split(":")[1] if key.count(":") else ""
        if key.startswith(OFFER):
            offered = relief.find_offer(connection, int(number))
            row = relief.find(connection, offered.request_id) if offered is not None else None
            helper = responders.find(connection, offered.responder_id) if offered is not None else None
            lang = helper.language if helper is not None else ""
            return self._brief("offer", row, offer=number, lang=lang) if row is not None else {}
        if key.startswith(RECEIVED):
            row = relief.find(connection, int(number))
            asks = row is not None and row.state is ReliefState.DELIVERED
            return self._brief("received", row, lang=row.language) if row is not None and asks else {}
        return {}

    def _waits_for(self, connection: Connection, caller_hash: str) -> Mapping[str, str]:
        for row in relief.of_citizen(connection, caller_hash, ReliefState.DELIVERED):
            return self._brief("received", row)
        helper = responders.of_caller(connection, caller_hash)
        if helper is None:
            return {}
        for row in relief.of_responder(connection, helper.id, ReliefState.CLAIMED):
            return self._brief("deliver", row)
        for offered in relief.open_offers(connection, helper.id):
            found = relief.find(connection, offered.request_id)
            if found is not None and found.state is ReliefState.WAITING:
                return self._brief("offer", found, offer=str(offered.id))
        return {}

    def _brief(self, errand: str, row: RequestRow, **more: str) -> Mapping[str, str]:
        service = self.relief.house.items[row.item].service
        about = {"errand": errand, "service": service, "district": row.district, "area": row.area}
        return {**about, "request": str(row.id), **more}

    def number(self, to: str) -> str | None:
        """The number behind "citizen:<request>", for a responder who has it claimed; None for anything else."""
        if not to.startswith(CITIZEN) or not to.removeprefix(CITIZEN).isdecimal():
            return None
        with self.db.read() as connection:
            row = relief.find(connection, int(to.removeprefix(CITIZEN)))
            if row is None or row.state is not ReliefState.CLAIMED or row.caller_hash is None:
                return None
            sealed = relief.number_of(connection, row.caller_hash)
        return self.secrets.open(sealed) if sealed is not None else None

    def _alert(self, asked: _Asked) -> tuple[str, Mapping[str, str]]:
        answer = asked.values["answer"]
        known = self.alerts.answer(asked.connection, asked.call_sid, answer, asked.now)
        return (answer if known else "unknown"), {}

    def _claim(self, asked: _Asked) -> tuple[str, Mapping[str, str]]:
        helper = self._helper(asked)
        if helper is None:
            return Claim.NONE, {}
        offered = relief.find_offer(asked.connection, int(asked.values["offer"]))
        return self.relief.claim(asked.connection, helper, offered, asked.now), {}

    def _decline(self, asked: _Asked) -> tuple[str, Mapping[str, str]]:
        helper = self._helper(asked)
        offered = relief.find_offer(asked.connection, int(asked.values["offer"]))
        if helper is not None and offered is not None and offered.state is OfferState.OPEN:
            self.relief.decline(asked.connection, helper, offered, asked.now)
        return "declined", {}

    def _deliver(self, asked: _Asked) -> tuple[str, Mapping[str, str]]:
        helper = self._helper(asked)
        if helper is None:
            return "none", {}
        return self.relief.deliver(asked.connection, helper, asked.values["code"], asked.now), {}

    def _received(self, asked: _Asked) -> tuple[str, Mapping[str, str]]:
        row = relief.find(asked.connection, int(asked.values["request"]))
        mine = row is not None and asked.who is not None and row.caller_hash == asked.who.phone_hash
        if row is not None and mine:
            self.relief.received(asked.connection, row.id, asked.values["answer"] == "yes", asked.now)
        return asked.values["answer"], {}

    def _helper(self, asked: _Asked) -> int | None:
        if asked.who is None:
            return None
        found = responders.of_caller(asked.connection, asked.who.phone_hash)
        return found.id if found is not None else None

    def _enrol(self, asked: _Asked) -> tuple[str, Mapping[str, str]]:
        """Register the caller, and say where help is needed most. A withheld number cannot be asked: none."""
        values, item = asked.values, asked.values["item"]
        if asked.who is not None and item in self.relief.house.items and values["district"]:
            new = NewResponder(
                caller_hash=asked.who.phone_hash,
                kind=VOLUNTEER,
                district=values["district"],
                language=values["lang"],
                registered_by=_PHONE,
                area=values["area"],
            )
            self.relief.enrol(asked.connection, new, {item: {values["group"]: None}}, asked.now)
        need = steer(asked.connection, values["district"], item) if values["district"] else None
        if need is None:
            return "quiet", {}
        service = self.relief.house.items[need.item].service
        return "need", {"service": service, "district": need.district, "area": need.area}

    def _certificate(self, asked: _Asked) -> tuple[str, Mapping[str, str]]:
        told = self.certificates.verify_in(asked.connection, asked.values["text"], "phone", asked.now)
        if not told.known:
            return told.result, {}
        day = told.revoked_on or (told.valid_until if told.result == "expired" else None) or ""
        return told.result, {"kind": told.kind, "initials": told.initials, "issued_on": told.issued_on, "day": day}

    def _rumour(self, asked: _Asked) -> tuple[str, Mapping[str, str]]:
        values = asked.values
        new = rumours.NewReport(
            key=asked.wanted.key,
            call_sid=self._known_call(asked),
            rumour=values["rumour"] or None,
            words=values["words"],
            language=values["lang"],
            district=values["district"] or None,
        )
        rumours.add_once(asked.connection, new, asked.now)
        return ("known" if values["rumour"] else "unknown"), {"rumour": values["rumour"]}

    def _rate(self, asked: _Asked) -> tuple[str, Mapping[str, str]]:
        row = asked.connection.execute(select(call).where(call.c.sid == asked.call_sid)).first()
        service = row.service if row is not None else None
        known = self.catalogue.services.get(service or "")
        new = ratings.NewRating(
            key=f"call:{asked.call_sid}",
            stars=int(asked.values["stars"]),
            channel="call",
            call_sid=self._known_call(asked),
            service=service,
            department=known.department if known else None,
            district=row.district if row is not None else None,
        )
        ratings.add_once(asked.connection, new, asked.now)
        return "rated", {}

    def _known_call(self, asked: _Asked) -> str | None:
        known = select(call.c.sid).where(call.c.sid == asked.call_sid)
        return asked.connection.execute(known).scalar_one_or_none()
