"""What calls and SMS ask of the house besides tickets, on a database: who may, once, and what waits for whom."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.core.errors import StoreError
from ivr.desk.alert_calls import AlertCalls, AlertRules
from ivr.desk.certificates import Certificates, NewCertificate
from ivr.desk.desk import STOP_CALLS, Desk, DeskOptions
from ivr.desk.errands import Errands
from ivr.desk.inbound import Inbound
from ivr.desk.league import Leagues
from ivr.desk.relief_board import Board
from ivr.desk.relief_sms import answer as sms_answer
from ivr.dialogue.commands import AskDesk, OpenTicket
from ivr.dialogue.events import DeskSays
from ivr.store import campaigns, relief
from ivr.store.database import Database
from ivr.store.relief import ReliefState
from ivr.understanding.catalogue import Outcome, Service
from tests.store.aid import CATALOGUE, HOURS, Aid
from tests.store.house import NOW, SECRETS, TEXTS

CHEMIST, CITIZEN = "+919839000001", "+919415500001"


class Counter(Aid):
    """A house with errands; `count` gives each a key of its own."""

    def __init__(self, db: Database) -> None:
        super().__init__(db)
        self.certificates = Certificates(db, SECRETS, "https://x.in", frozenset({"income_certificate"}))
        self.errands = Errands(
            db=db,
            secrets=SECRETS,
            catalogue=CATALOGUE,
            relief=self.relief,
            alerts=AlertCalls(db, SECRETS, AlertRules(self.desk.jobs, HOURS), self.clock.now),
            certificates=self.certificates,
            on_queued=self.bell.ring,
        )
        self.count = 0

    def on_line(self, sid: str, number: str) -> str:
        self.calls.begin(sid, number, self.now)
        return sid

    def errand(self, sid: str, what: str, **values: str) -> DeskSays:
        self.count += 1
        return self.errands.ask(sid, AskDesk(f"{sid}:{self.count}", what, values), self.now)

    def sms(self, sender: str, body: str) -> bool:
        self.count += 1
        with self.db.begin() as connection:
            return sms_answer(connection, self.relief, Inbound(f"SM{self.count}", sender, body), self.now)


@pytest.fixture
def counter(db: Database) -> Counter:
    return Counter(db)


def test_relief_from_call_to_call(counter: Counter) -> None:
    counter.helper(1, by_call=True)
    row = counter.ask()
    counter.work()
    offered = counter.errands.brief("CAout1")
    assert offered["errand"] == "offer"
    assert (offered["area"], offered["lang"]) == ("225001", "te")
    chemist = counter.on_line("CAout1", CHEMIST)
    assert counter.errand(chemist, "claim", offer=offered["offer"]).result == "won"
    assert counter.errand(chemist, "claim", offer=offered["offer"]).result == "yours"
    again = counter.on_line("CAin", CHEMIST)
    waits = counter.errands.brief(again)
    assert (waits["errand"], waits["request"]) == ("deliver", str(row.id))
    assert counter.errands.number(f"citizen:{row.id}") == CITIZEN
    assert counter.errand(again, "deliver", code=counter.relief.code(row)).result == "delivered"
    assert counter.errands.number(f"citizen:{row.id}") is None, "after the delivery nobody is connected any more"
    counter.work()
    assert counter.carrier.rung[-1][0] == CITIZEN
    asked = counter.errands.brief(f"CAout{len(counter.carrier.rung)}")
    assert (asked["errand"], asked["lang"]) == ("received", "hi")
    citizen = counter.on_line("CAcit", CITIZEN)
    assert counter.errands.brief(citizen)["errand"] == "received", "who rings before we do is asked as well"
    counter.errand(citizen, "received", request=asked["request"], answer="yes")
    assert counter.seen(row).state is ReliefState.CONFIRMED
    assert counter.errands.brief(citizen) == {}


def test_strangers_can_neither_claim_nor_deliver_nor_confirm(counter: Counter) -> None:
    helper = counter.helper(1)
    row = counter.ask()
    counter.work()
    offer = str(counter.offers(row)[0].id)
    stranger = counter.on_line("CAx", "+919415577777")
    withheld = counter.on_line("CAw", "anonymous")
    for sid in (stranger, withheld):
        assert counter.errand(sid, "claim", offer=offer).result == "none"
        assert counter.errand(sid, "decline", offer=offer).result == "declined"
        assert counter.errand(sid, "deliver", code=counter.relief.code(row)).result == "none"
        counter.errand(sid, "received", request=str(row.id), answer="yes")
        assert counter.errands.brief(sid) == {}
    assert counter.seen(row).state is ReliefState.WAITING
    assert counter.offers(row)[0].state == "open"
    with counter.db.begin() as connection:
        counter.relief.claim(connection, helper, counter.offers(row)[0], counter.now)
        counter.relief.deliver(connection, helper, counter.relief.code(row), counter.now)
    counter.errand(stranger, "received", request=str(row.id), answer="no")
    assert counter.seen(row).state is ReliefState.DELIVERED
    for to in ("operator", "citizen:", "citizen:x", "citizen:99"):
        assert counter.errands.number(to) is None


def test_relief_by_sms(counter: Counter) -> None:
    counter.helper(1)
    row = counter.ask()
    counter.work()
    assert not counter.sms("+919415577777", "3"), "nothing waits for this number"
    assert not counter.sms(CHEMIST, "3 please")
    assert not counter.sms(CHEMIST, "1")
    assert counter.sms(CHEMIST, " 3 ")
    assert counter.seen(row).state is ReliefState.CLAIMED
    wrong = str((int(counter.relief.code(row)) + 1) % 10_000).zfill(4)
    assert counter.sms(CHEMIST, wrong)
    assert counter.sms(CHEMIST, counter.relief.code(row))
    assert not counter.sms(CITIZEN, "5")
    assert counter.sms(CITIZEN, "२")
    assert counter.seen(row).state is ReliefState.WAITING
    counter.work()
    told = [body[:20] for body in counter.sms_to("9839000001")]
    assert len(told) == 5, "offer, claimed, thanks, wrong code, thanks"


def test_donors_register_and_are_steered(counter: Counter) -> None:
    for n, area in enumerate(("225001", "225301", "225301")):
        counter.ask(n, area=area)
    counter.ask(9, service="food_ration_request", area="225002")
    donor = counter.on_line("CAd", CHEMIST)
    values = {"item": "medicine", "group": "", "area": "225001", "lang": "hi", "district": "Barabanki"}
    told = counter.errand(donor, "enrol", **values)
    assert told == DeskSays("enrol", "need", {"service": "medicine_request", "district": "Barabanki", "area": "225301"})
    other = counter.errand(donor, "enrol", **{**values, "item": "blood", "group": "o_neg"})
    assert other.values["service"] == "medicine_request", "nobody waits for blood: the greatest need of all"
    assert counter.errand(donor, "enrol", **{**values, "district": "Guntur"}).result == "quiet"
    assert counter.errand(counter.on_line("CAw", "anonymous"), "enrol", **values).result == "need"
    found = Board(counter.db).responders("Guntur")
    assert [(one.kind, one.phone) for one in found] == [("volunteer", "••••0001")]


def test_the_board_shows_the_spread_over_the_wards(counter: Counter) -> None:
    chemist = counter.helper(1, at_once=5)
    rows = [counter.ask(n, area=area) for n, area in enumerate(("225001", "225001", "225002"))]
    counter.work()
    board = Board(counter.db)
    since = NOW - timedelta(days=1)
    assert board.spread("Barabanki", since).even == 1
    with counter.db.begin() as connection:
        counter.relief.claim(connection, chemist, counter.offers(rows[0])[0], counter.now)
    spread = board.spread("Barabanki", since, "medicine")
    assert [(one.area, one.requested, one.waiting, one.share) for one in spread.areas] == [
        ("225001", 2, 1, 0.5),
        ("225002", 1, 1, 0.0),
    ]
    assert spread.even == 0.5
    assert board.spread("Agra", since).areas == ()
    assert [one.id for one in board.requests("Barabanki", ReliefState.WAITING)] == [rows[1].id, rows[2].id]
    shown = board.request(rows[0].number)
    assert shown is not None
    assert [event.kind for event in shown[1]] == ["opened", "offered", "claimed"]


def test_certificates_are_read_out_and_counted(counter: Counter) -> None:
    new = NewCertificate("k", "income_certificate", "Sita Devi", "Agra", "2026-11-20", "asha")
    row = counter.certificates.issue(new, NOW)
    sid = counter.on_line("CAc", CITIZEN)
    told = counter.errand(sid, "certificate", text=row.code)
    assert told.result == "valid"
    assert told.values == {"kind": "income_certificate", "initials": "S D", "issued_on": "2026-11-20", "day": ""}
    counter.certificates.revoke(row.number, "lost", NOW)
    assert counter.errand(sid, "certificate", text=row.number).values["day"] == "2026-11-22"
    assert counter.errand(sid, "certificate", text="123").result == "mistyped"
    old = counter.certificates.issue(replace(new, key="o", issued_on="2020-01-01", valid_until="2020-02-01"), NOW)
    assert counter.errand(sid, "certificate", text=old.number).values["day"] == "2020-02-01"


def test_opinions_and_rumours_are_written_down_once(counter: Counter) -> None:
    sid = counter.on_line("CAr", CITIZEN)
    counter.calls.describe(sid, service="medicine_request", district="Agra")
    for stars in ("4", "1"):
        assert counter.errand(sid, "rate", stars=stars).result == "rated"
    said = {"words": "दस का सिक्का", "lang": "hi", "district": ""}
    assert counter.errand(sid, "rumour", rumour="coin_ten_invalid", **said).result == "known"
    assert counter.errand(sid, "rumour", rumour="", **said).result == "unknown"
    leagues = Leagues(counter.db)
    marks = leagues.marks(NOW - timedelta(days=1), NOW + timedelta(days=1))
    assert (marks["relief"].count, marks["relief"].average) == (1, 4.0)
    heard = leagues.rumours(NOW - timedelta(days=1))
    assert dict(heard.counts) == {"coin_ten_invalid": 1, "": 1}
    assert [one.words for one in heard.unknown] == ["दस का सिक्का"]


def test_an_errand_nobody_knows_is_an_error(counter: Counter) -> None:
    with pytest.raises(StoreError, match="nobody does"):
        counter.errand(counter.on_line("CAn", CITIZEN), "dance")


def test_a_cancelled_request_is_offered_to_nobody_on_the_line(counter: Counter) -> None:
    counter.helper(1)
    row = counter.ask()
    counter.work()
    sid = counter.on_line("CAo", CHEMIST)
    assert counter.errands.brief(sid)["errand"] == "offer"
    with counter.db.begin() as connection:
        relief.move(connection, row.id, ReliefState.CANCELLED)
    assert counter.errands.brief(sid) == {}


def test_the_citizens_yes_closes_the_ticket_of_the_request(counter: Counter) -> None:
    options = DeskOptions(random.Random(3).randbytes, random.Random(4), counter.bell.ring)
    desk = Desk(counter.db, SECRETS, CATALOGUE, TEXTS, options)
    asked = OpenTicket("k1", "medicine_request", "hi", "Barabanki", "", area="225001")
    opened = desk.open_ticket(counter.on_line("CAreq", CITIZEN), asked, NOW)
    assert len(opened.code) == 4
    assert desk.open_ticket("CAreq", asked, NOW).code == opened.code
    chemist = counter.helper(1)
    counter.work()
    with counter.db.begin() as connection:
        row = relief.by_number(connection, opened.number)
        assert row is not None
        offered = relief.open_offers(connection, chemist)[0]
        assert desk.relief.claim(connection, chemist, offered, NOW) == "won"
        assert desk.relief.deliver(connection, chemist, opened.code, NOW) == "delivered"
        assert desk.relief.received(connection, row.id, True, NOW)
    found = desk.ticket(opened.number)
    assert found is not None
    assert found[0].state == "closed"
    assert [event.kind for event in found[1]] == ["opened", "claim", "yes"]
    assert [event.actor for event in found[1]] == ["citizen", "relief", "citizen"]


def test_who_wants_no_more_calls_gets_no_alerts(counter: Counter) -> None:
    services = {**CATALOGUE.services, STOP_CALLS: Service(STOP_CALLS, "helpline", "Stop", Outcome.INFO)}
    desk = Desk(counter.db, SECRETS, replace(CATALOGUE, services=services), TEXTS)
    desk.open_ticket(counter.on_line("CAs", CITIZEN), OpenTicket("k2", STOP_CALLS, "hi", None, ""), NOW)
    with counter.db.read() as connection:
        assert campaigns.stopped(connection, SECRETS.phone_hash(CITIZEN))
        assert not campaigns.stopped(connection, SECRETS.phone_hash(CHEMIST))
