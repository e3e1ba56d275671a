"""Looking for helpers: the job that widens rings, lets old offers lapse, chooses by the rules and asks by SMS or call.

One run is one transaction with the end of its job, with the district's waiting requests and the responders locked.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row

from ivr.core.clock import Clock
from ivr.desk import callbacks
from ivr.desk.messages import Message
from ivr.desk.relief import RELIEF_MATCH, RELIEF_OVERDUE, Relief
from ivr.desk.relief_rules import KEYS, Chosen, Helper, ItemRules, Need, choose, next_look, widened
from ivr.desk.worker import Handler, Settle
from ivr.store import outcalls, relief, responders
from ivr.store.database import Database
from ivr.store.jobs import Job
from ivr.store.relief import OfferRow, OfferState, ReliefEvent, ReliefState, RequestRow
from ivr.store.schema_relief import relief_offer

LAPSE_RINGS = 2  # an offer is open for so many times the ring's minutes


@dataclass(frozen=True, slots=True)
class Matching:
    """The handlers of relief's jobs."""

    relief: Relief
    db: Database
    clock: Clock

    def handlers(self) -> dict[str, Handler]:
        return {RELIEF_MATCH: Handler(self.run), RELIEF_OVERDUE: Handler(self.overdue)}

    async def run(self, job: Job) -> Settle | None:
        """Look for helpers for what waits in a district."""
        return partial(self.match, district=str(job.payload["district"]), item=str(job.payload["item"]))

    async def overdue(self, job: Job) -> Settle | None:
        """A claim of which nothing came in time is given back."""
        return partial(self._overdue, job=job)

    def _overdue(self, connection: Connection, job: Job) -> None:
        row = relief.find(connection, int(job.payload["request_id"]), lock=True)
        if row is None or row.state is not ReliefState.CLAIMED or row.responder_id != job.payload["responder_id"]:
            return
        self.relief.give_back(connection, row, "system", self.clock.now())

    def match(self, connection: Connection, district: str, item: str) -> None:
        """One look at what waits in `district` for `item`."""
        now, rules = self.clock.now(), self.relief.house.items.get(item)
        rows = relief.waiting(connection, district, item)
        if rules is None or not rows:
            return
        offers = self._lapse(connection, relief.offers(connection, [row.id for row in rows]), rules, now)
        by_id = {row.id: row for row in rows}
        needs = self._widen(connection, [_need(row, offers) for row in rows], rules, now)
        reach = rules.rings.reach(district, {need.area for need in needs})
        found = responders.candidates(connection, item, reach.districts, reach.prefixes)
        helpers = _helpers(found)
        languages = {row.id: row for row in found}
        for one in choose(needs, helpers, relief.turns(connection, district, item), rules):
            self._ask(connection, by_id[one.need_id], languages[one.helper_id], one, now)
        at = next_look(needs, rules)
        if at is not None:
            # the time is the mark: however many runs foresee it, it is one job
            self.relief.look(connection, rows[0], max(at, now), f"at{int(at.timestamp())}")

    def _lapse(
        self, connection: Connection, offers: Sequence[OfferRow], rules: ItemRules, now: datetime
    ) -> list[OfferRow]:
        """Offers that nobody answered in time are closed, so that their key and place are free again."""
        kept = []
        for one in offers:
            late = one.state is OfferState.OPEN and now >= one.offered_at + LAPSE_RINGS * rules.ring
            if late:
                relief.move_offers(connection, relief_offer.c.id == one.id, OfferState.UNANSWERED, now)
            kept.append(replace(one, state=OfferState.UNANSWERED) if late else one)
        return kept

    def _widen(self, connection: Connection, needs: Iterable[Need], rules: ItemRules, now: datetime) -> list[Need]:
        """Every need in the ring where it should be; those that have been through all rings go to the desk."""
        left = []
        for need in needs:
            ring = widened(need, rules, now)
            if ring is None:
                relief.move(connection, need.id, ReliefState.DESK)
                relief.note(connection, need.id, ReliefEvent(now, "system", "desk"))
                open_ones = (relief_offer.c.request_id == need.id) & (relief_offer.c.state == OfferState.OPEN.value)
                relief.move_offers(connection, open_ones, OfferState.WITHDRAWN, now)
                continue
            if ring != need.ring:
                since = need.ring_at + (ring - need.ring) * rules.ring
                relief.change(connection, need.id, ring=ring, ring_at=since)
                relief.note(connection, need.id, ReliefEvent(now, "system", "widened", str(ring)))
                need = replace(need, ring=ring, ring_at=since)
            left.append(need)
        return left

    def _ask(self, connection: Connection, row: RequestRow, helper: Row[Any], chosen: Chosen, now: datetime) -> None:
        used = {one.key for one in relief.open_offers(connection, helper.id)}
        key = next(key for key in KEYS if key not in used)
        offer_id = relief.offer(connection, relief.NewOffer(row.id, helper.id, chosen.ring, key), now)
        relief.change(connection, row.id, turn_at=now)
        relief.note(connection, row.id, ReliefEvent(now, "system", "offered", f"responder:{helper.id}"))
        rules = self.relief.house.items[row.item]
        cause = f"offer:{offer_id}:{int(now.timestamp())}"
        if helper.by_call:
            purpose = outcalls.Purpose.URGENT if rules.day_and_night else outcalls.Purpose.OFFER
            wanted = callbacks.Wanted(cause, purpose, helper.caller_hash)
            callbacks.ring(connection, self.relief.house.jobs, wanted, now)
            return
        values = {"place": self.relief.place(helper.language, row), "key": str(key)}
        message = Message(
            f"offer:{offer_id}:{int(now.timestamp())}", "relief_offer", helper.language, values, rules.service
        )
        self.relief.house.messages.queue(connection, message, helper.caller_hash, now)


def _need(row: RequestRow, offers: Sequence[OfferRow]) -> Need:
    mine = [one for one in offers if one.request_id == row.id]
    return Need(
        id=row.id,
        detail=row.detail,
        quantity=row.quantity,
        district=row.district,
        area=row.area,
        ring=row.ring,
        ring_at=row.ring_at,
        opened_at=row.opened_at,
        asked=frozenset(one.responder_id for one in mine if one.state is not OfferState.WITHDRAWN),
        open=sum(one.state is OfferState.OPEN for one in mine),
    )


def _helpers(rows: Sequence[Row[Any]]) -> list[Helper]:
    """Stock lines gathered by responder. An offer more than can be in hand is never made."""
    stock: dict[int, dict[str, int | None]] = {}
    for row in rows:
        stock.setdefault(row.id, {})[row.detail] = row.quantity
    known: Mapping[int, Row[Any]] = {row.id: row for row in rows}
    room = len(KEYS)
    return [
        Helper(one.id, one.district, one.area, min(one.at_once, room) - one.busy, stock[one.id])
        for one in known.values()
    ]
