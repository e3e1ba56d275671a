"""Relief: a request from its opening to the citizen's word that it came. Who is asked is in `relief_matching`.

Methods take the connection of the transaction that asked; what follows (SMS, calls, jobs) is queued in it. The first
claim of a request wins; the code that the citizen holds proves that it came; only the citizen ends it.
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, and_

from ivr.desk import callbacks
from ivr.desk.messages import Message, Messages
from ivr.desk.relief_rules import ItemRules
from ivr.store import outcalls, relief, responders, tickets
from ivr.store.jobs import Jobs
from ivr.store.relief import NewRequest, OfferRow, OfferState, ReliefEvent, ReliefState, RequestRow
from ivr.store.responders import NewResponder, ResponderRow
from ivr.store.schema_relief import relief_offer
from ivr.store.secrets import Secrets

RELIEF_MATCH, RELIEF_OVERDUE = "relief_match", "relief_overdue"
CODE_DIGITS, CODE_TRIES = 4, 5
DENIALS = 2  # times a citizen says that nothing came; then the desk looks after it
PURPOSE = "relief-code"


class Claim(StrEnum):
    """`yours`: had been won before; `taken`: another was first; `no_stock`: the responder has none left."""

    WON = "won"
    YOURS = "yours"
    TAKEN = "taken"
    NO_STOCK = "no_stock"
    NONE = "none"


class Delivery(StrEnum):
    """`locked`: too many wrong codes, the desk must be asked; `none`: nothing claimed."""

    DELIVERED = "delivered"
    WRONG = "wrong"
    LOCKED = "locked"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Placed:
    """Where and what a request opened with a ticket is about."""

    district: str
    area: str = ""
    detail: str = ""
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class ReliefHouse:
    """What relief works with. `place_name`: (language, district) -> its name; `solved`: the citizen's yes closes the
    ticket."""

    secrets: Secrets
    jobs: Jobs
    messages: Messages
    items: Mapping[str, ItemRules]
    entropy: Callable[[int], bytes]
    place_name: Callable[[str, str], str]
    solved: Callable[[Connection, int, datetime], None]


class Relief:
    """The relief desk of a house."""

    def __init__(self, house: ReliefHouse) -> None:
        self.house = house
        self._by_service = {rules.service: item for item, rules in house.items.items()}

    def open(self, connection: Connection, one: tickets.OpenedTicket, who: str | None, where: Placed) -> str | None:
        """Open the request that goes with a new ticket; the code for the citizen. None where its service is none of
        relief's, or it was opened before."""
        item = self._by_service.get(one.service)
        if item is None:
            return None
        code = "".join(str(byte % 10) for byte in self.house.entropy(CODE_DIGITS))
        new = NewRequest(
            ticket_id=one.id,
            caller_hash=who,
            item=item,
            detail=where.detail if where.detail in self.house.items[item].details else "",
            quantity=where.quantity,
            district=where.district,
            area=where.area,
            language=one.language,
            ring=self.house.items[item].rings.first(where.area),
            code_hash=self._hash(one.number, code),
            code_enc=self.house.secrets.seal(code, PURPOSE),
        )
        row, added = relief.open_once(connection, new, one.opened_at)
        if added:
            self.look(connection, row, one.opened_at, f"new{row.id}")
        return self.code(row)

    def code(self, row: RequestRow) -> str:
        """The code that the citizen holds."""
        return self.house.secrets.open(row.code_enc, PURPOSE)

    def look(self, connection: Connection, row: RequestRow, at: datetime, mark: str) -> None:
        """Have helpers looked for in the request's district; `mark` makes the job one of its own."""
        payload = {"district": row.district, "item": row.item}
        key = f"{RELIEF_MATCH}:{row.district}:{row.item}:{mark}"
        self.house.jobs.enqueue(connection, RELIEF_MATCH, payload, key=key, at=at)

    def claim(self, connection: Connection, responder_id: int, offered: OfferRow | None, now: datetime) -> Claim:
        """A responder takes on what was offered. Exactly one wins."""
        if offered is None or offered.responder_id != responder_id:
            return Claim.NONE
        row = relief.find(connection, offered.request_id, lock=True)
        assert row is not None
        if row.responder_id == responder_id and row.state is ReliefState.CLAIMED:
            return Claim.YOURS
        if row.state is not ReliefState.WAITING or offered.state not in (OfferState.OPEN, OfferState.UNANSWERED):
            self._settle(connection, offered.id, OfferState.WITHDRAWN, now)
            return Claim.TAKEN
        detail = responders.take(connection, responder_id, row.item, self._details(row), row.quantity)
        if detail is None:
            self._settle(connection, offered.id, OfferState.DECLINED, now)
            return Claim.NO_STOCK
        assert relief.claim(connection, row.id, responder_id, now), "the row is locked and was waiting"
        self._settle(connection, offered.id, OfferState.CLAIMED, now)
        others = and_(relief_offer.c.request_id == row.id, relief_offer.c.state == OfferState.OPEN.value)
        relief.move_offers(connection, others, OfferState.WITHDRAWN, now)
        relief.note(connection, row.id, ReliefEvent(now, f"responder:{responder_id}", "claimed", detail))
        self._claimed(connection, row, responder_id, now)
        return Claim.WON

    def _claimed(self, connection: Connection, row: RequestRow, responder_id: int, now: datetime) -> None:
        helper = responders.find(connection, responder_id)
        assert helper is not None
        mark = f"{row.id}:{int(now.timestamp())}"
        rules = self.house.items[row.item]
        self.tell(connection, f"claimed:{mark}", helper, "relief_claimed", row, now)
        self.tell_citizen(connection, f"coming:{mark}", "relief_coming", row, now)
        payload = {"request_id": row.id, "responder_id": responder_id}
        key = f"{RELIEF_OVERDUE}:{mark}"
        self.house.jobs.enqueue(connection, RELIEF_OVERDUE, payload, key=key, at=now + rules.deliver)
        self.look(connection, row, now, f"claimed{mark}")

    def decline(self, connection: Connection, responder_id: int, offered: OfferRow | None, now: datetime) -> bool:
        """Not this one: somebody else is asked at once."""
        if offered is None or offered.responder_id != responder_id or offered.state is not OfferState.OPEN:
            return False
        self._settle(connection, offered.id, OfferState.DECLINED, now)
        row = relief.find(connection, offered.request_id)
        assert row is not None
        relief.note(connection, row.id, ReliefEvent(now, f"responder:{responder_id}", "declined"))
        self.look(connection, row, now, f"declined{offered.id}")
        return True

    def deliver(self, connection: Connection, responder_id: int, code: str, now: datetime) -> Delivery:
        """The deliverer tells the code that the citizen holds. Of several claims the code says which."""
        claims = relief.of_responder(connection, responder_id, ReliefState.CLAIMED)
        tried = [row for row in claims if row.code_tries < CODE_TRIES]
        for row in tried:
            if hmac.compare_digest(row.code_hash, self._hash(row.number, code)):
                relief.move(connection, row.id, ReliefState.DELIVERED, delivered_at=now)
                relief.note(connection, row.id, ReliefEvent(now, f"responder:{responder_id}", "delivered"))
                self._delivered(connection, row, now)
                return Delivery.DELIVERED
        for row in tried:
            relief.change(connection, row.id, code_tries=row.code_tries + 1)
            relief.note(connection, row.id, ReliefEvent(now, f"responder:{responder_id}", "wrong_code"))
        if not claims:
            return Delivery.NONE
        return Delivery.WRONG if tried else Delivery.LOCKED

    def _delivered(self, connection: Connection, row: RequestRow, now: datetime) -> None:
        """Ask the citizen: by SMS and by a call."""
        mark = f"{row.id}:{int(now.timestamp())}"
        self.tell_citizen(connection, f"delivered:{mark}", "relief_delivered", row, now)
        if row.caller_hash is not None:
            asked = callbacks.Wanted(f"received:{mark}", outcalls.Purpose.RECEIVED, row.caller_hash)
            callbacks.ring(connection, self.house.jobs, asked, now)

    def received(self, connection: Connection, request_id: int, yes: bool, now: datetime) -> bool:
        """The citizen's word. Yes ends the request and its ticket; no sends it out again, and the second time to the
        desk. False where it is not being asked about."""
        row = relief.find(connection, request_id, lock=True)
        if row is None or row.state is not ReliefState.DELIVERED:
            return False
        if yes:
            relief.move(connection, row.id, ReliefState.CONFIRMED, ended_at=now)
            relief.note(connection, row.id, ReliefEvent(now, "citizen", "confirmed"))
            self.house.solved(connection, row.ticket_id, now)
            return True
        relief.note(connection, row.id, ReliefEvent(now, "citizen", "not_received"))
        denied = relief.count_kind(connection, row.id, "not_received")
        self.give_back(connection, row, "citizen", now, to_desk=denied >= DENIALS)
        return True

    def give_back(
        self, connection: Connection, row: RequestRow, actor: str, now: datetime, *, to_desk: bool = False
    ) -> None:
        """Nothing came of a claim: others are asked again, or the desk looks after it."""
        if row.responder_id is not None:
            mine = and_(relief_offer.c.request_id == row.id, relief_offer.c.responder_id == row.responder_id)
            relief.move_offers(connection, mine, OfferState.GIVEN_BACK, now)
            details = self._taken(connection, row)
            responders.put_back(connection, row.responder_id, row.item, details, row.quantity)
        state = ReliefState.DESK if to_desk else ReliefState.WAITING
        relief.move(connection, row.id, state, responder_id=None, claimed_at=None, delivered_at=None, ring_at=now)
        relief.note(connection, row.id, ReliefEvent(now, actor, "desk" if to_desk else "given_back"))
        if not to_desk:
            self.look(connection, row, now, f"back{row.id}:{int(now.timestamp())}")

    def enrol(
        self, connection: Connection, new: NewResponder, stock: Mapping[str, Mapping[str, int | None]], now: datetime
    ) -> int:
        """Register a responder with what they have: item -> detail ("" any) -> quantity (None: no limit known). What
        waits near them is looked at at once."""
        one = responders.add(connection, new, now)
        for item, quantities in stock.items():
            responders.keep_stock(connection, one.id, item, quantities, now)
            payload = {"district": new.district, "item": item}
            key = f"{RELIEF_MATCH}:{new.district}:{item}:enrol{one.id}:{int(now.timestamp())}"
            self.house.jobs.enqueue(connection, RELIEF_MATCH, payload, key=key, at=now)
        return one.id

    def tell(
        self, connection: Connection, key: str, helper: ResponderRow, template: str, row: RequestRow, now: datetime
    ) -> None:
        """An SMS to a responder about a request."""
        values = {"place": self.place(helper.language, row), "number": row.number}
        wanted = Message(key, template, helper.language, values, self.house.items[row.item].service)
        self.house.messages.queue(connection, wanted, helper.caller_hash, now)

    def tell_citizen(self, connection: Connection, key: str, template: str, row: RequestRow, now: datetime) -> None:
        """An SMS to the citizen, with the code."""
        service = self.house.items[row.item].service
        wanted = Message(key, template, row.language, {"secret": self.code(row), "number": row.number}, service)
        self.house.messages.queue(connection, wanted, row.caller_hash, now)

    def place(self, language: str, row: RequestRow) -> str:
        """Where a request is, as it fits into an SMS."""
        return f"{self.house.place_name(language, row.district)} {row.area}".strip()

    def _settle(self, connection: Connection, offer_id: int, state: OfferState, now: datetime) -> None:
        relief.move_offers(connection, relief_offer.c.id == offer_id, state, now)

    def _details(self, row: RequestRow) -> tuple[str, ...]:
        return (*self.house.items[row.item].serves(row.detail), "")

    def _taken(self, connection: Connection, row: RequestRow) -> tuple[str, ...]:
        """The detail of the stock that the last claim took."""
        claims = [event.note for event in relief.trail(connection, row.id) if event.kind == "claimed"]
        return tuple(claims[-1:])

    def _hash(self, number: str, code: str) -> str:
        key = self.house.secrets.key(PURPOSE)
        return hmac.new(key, f"{number}:{code}".encode(), "sha256").hexdigest()[:32]
