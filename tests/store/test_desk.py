"""Tickets, SMS, links and inbound SMS, on both databases."""

import re
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from ivr.core.errors import StoreError
from ivr.core.ids import format_ticket, valid_ticket_number
from ivr.desk.sms_templates import TemplateError
from ivr.dialogue.commands import FindTickets, OpenTicket, SendSms
from ivr.dialogue.events import KnownTicket, SmsQueued, TicketOpened
from ivr.store import outbox
from ivr.store.database import Database
from ivr.store.outbox import SmsState
from ivr.store.schema import link
from tests.store.house import NOW, NUMBER, House

LIGHT = OpenTicket("CA1:1", "street_light_repair", "hi", "Barabanki", "गली की बत्ती नहीं जलती")
LINK = SendSms("CA1:2", "service_link", "hi", service="income_certificate")


@pytest.fixture
def house(db: Database) -> House:
    return House(db)


def bodies(house: House) -> Sequence[str]:
    return [row.body for row in reversed(house.desk.sms())]


def test_a_ticket_has_a_number_a_deadline_and_a_first_line_in_its_trail(house: House) -> None:
    opened = house.desk.open_ticket(house.call(), LIGHT, NOW)
    assert valid_ticket_number(opened.number)
    assert opened.due_on == "2026-11-24"
    found = house.desk.ticket(format_ticket(opened.number))
    assert found is not None
    ticket, trail = found
    assert (ticket.department, ticket.district, ticket.state, ticket.level) == ("municipal", "Barabanki", "open", 0)
    assert ticket.due_at == NOW + timedelta(hours=48)
    assert (ticket.caller, ticket.words, ticket.call_sid) == ("••••0123", LIGHT.words, "CA1")
    assert [(event.actor, event.kind, event.state) for event in trail] == [("citizen", "opened", "open")]


def test_the_same_command_opens_one_ticket(house: House) -> None:
    first = house.desk.open_ticket(house.call(), LIGHT, NOW)
    assert house.desk.open_ticket("CA1", LIGHT, NOW + timedelta(minutes=5)) == first
    assert len(house.desk.tickets()) == 1


def test_the_same_command_at_once_from_two_sides_opens_one_ticket(house: House) -> None:
    house.call()
    opened: list[TicketOpened] = []
    start = threading.Barrier(4)

    def ask() -> None:
        start.wait()
        opened.append(house.desk.open_ticket("CA1", LIGHT, NOW))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 4
    assert len(set(opened)) == 1
    assert len(house.desk.tickets()) == 1


def test_two_tickets_never_share_a_number(house: House) -> None:
    house.call()
    asked = [OpenTicket(f"k{n}", "rumour_check", "te", None, "") for n in range(20)]
    numbers = {house.desk.open_ticket("CA1", one, NOW).number for one in asked}
    assert len(numbers) == 20


def test_no_deadline_no_caller_no_call_row_and_still_a_ticket(house: House) -> None:
    opened = house.desk.open_ticket("CA-unknown", OpenTicket("k", "rumour_check", "hi", None, ""), NOW)
    assert opened.due_on is None
    found = house.desk.ticket(opened.number)
    assert found is not None
    assert (found[0].caller, found[0].call_sid) == ("", None)


def test_a_service_that_is_not_in_the_catalogue_is_an_error(house: House) -> None:
    with pytest.raises(StoreError, match="no_such"):
        house.desk.open_ticket(house.call(), OpenTicket("k", "no_such", "hi", None, ""), NOW)


def test_the_callers_tickets_newest_first_and_any_by_number(house: House) -> None:
    house.call()
    first = house.desk.open_ticket("CA1", LIGHT, NOW)
    second = house.desk.open_ticket("CA1", OpenTicket("k2", "rumour_check", "hi", None, ""), NOW + timedelta(hours=1))
    house.call("CA2")
    mine = house.desk.find_tickets("CA2", FindTickets()).tickets
    assert [one.number for one in mine] == [second.number, first.number]
    assert mine[1] == KnownTicket(first.number, "street_light_repair", "open", "2026-11-22", "2026-11-24")
    house.call("CA3", "+919415550199")
    assert house.desk.find_tickets("CA3", FindTickets()).tickets == ()
    assert house.desk.find_tickets("CA3", FindTickets(format_ticket(first.number))).tickets == (
        replace(mine[1], mine=False),
    )
    assert house.desk.find_tickets("CA3", FindTickets("1234567")).tickets == ()
    house.call("CA4", "anonymous")
    assert house.desk.find_tickets("CA4", FindTickets()).tickets == ()


def test_tickets_are_listed_late_ones_first(house: House) -> None:
    house.call()
    house.desk.open_ticket("CA1", OpenTicket("k1", "rumour_check", "hi", "Guntur", ""), NOW)
    house.desk.open_ticket("CA1", LIGHT, NOW + timedelta(hours=2))
    house.desk.open_ticket("CA1", OpenTicket("k3", "street_light_repair", "hi", "Guntur", ""), NOW)
    assert [one.opened_at - NOW for one in house.desk.tickets()][:2] == [timedelta(0), timedelta(hours=2)]
    assert len(house.desk.tickets(district="Guntur")) == 2
    assert len(house.desk.tickets(limit=1)) == 1


@pytest.mark.anyio
async def test_an_sms_with_a_link_is_queued_sent_and_followed(house: House) -> None:
    assert house.desk.send_sms(house.call(), LINK, NOW) == SmsQueued(True)
    assert house.desk.send_sms("CA1", LINK, NOW) == SmsQueued(True)
    with house.db.read() as connection:
        assert len(connection.execute(select(link)).all()) == 1
    assert await house.worker().drain() == 1
    [(to, body, callback)] = house.carrier.sent
    assert to == NUMBER
    assert callback is not None
    assert body.startswith("जनवाणी: आय प्रमाण पत्र।")
    code = re.findall(r"https://janvaani.example.in/s/(\w+)", body)[0]
    target = house.desk.follow_link(code.upper(), NOW)
    assert target is not None
    assert (target.service, target.language, target.ticket, target.expired) == ("income_certificate", "hi", None, False)
    old = house.desk.follow_link(code, NOW + timedelta(days=90))
    assert old is not None
    assert old.expired
    assert house.desk.follow_link("0" * 10, NOW) is None
    assert house.desk.follow_link("../etc", NOW) is None


@pytest.mark.parametrize(
    ("number", "why"), [("anonymous", "withheld"), ("+915222620123", "landline"), (NUMBER, "stopped")]
)
def test_no_sms_where_none_can_or_may_be_sent_and_the_outbox_says_why(house: House, number: str, why: str) -> None:
    if why == "stopped":
        house.desk.sms_received("SM1", number, "STOP", NOW)
    assert house.desk.send_sms(house.call(number=number), LINK, NOW) == SmsQueued(False)
    assert house.desk.send_sms("CA1", LINK, NOW) == SmsQueued(False)
    assert (house.desk.sms()[0].state, house.desk.sms()[0].reason) == (SmsState.SKIPPED, why)


def test_the_ticket_sms_holds_number_and_deadline_in_the_callers_script(house: House) -> None:
    house.call()
    light = house.desk.open_ticket("CA1", LIGHT, NOW)
    rumour = house.desk.open_ticket("CA1", OpenTicket("k2", "rumour_check", "hi", None, ""), NOW)
    for lang in ("hi", "te"):
        house.desk.send_sms("CA1", SendSms(f"a{lang}", "ticket_opened", lang, {"number": light.number}), NOW)
    house.desk.send_sms("CA1", SendSms("b", "ticket_opened", "hi", {"number": rumour.number}), NOW)
    hindi, telugu, undated = bodies(house)
    shown = format_ticket(light.number)
    assert "सड़क की बत्ती" in hindi
    assert f"{shown}, समय सीमा 24-11-2026।" in hindi
    assert "వీధి దీపం" in telugu
    assert f"{shown}, గడువు 24-11-2026." in telugu
    assert format_ticket(rumour.number) in undated
    assert "समय सीमा" not in undated
    assert "अफ़वाह की जाँच जो बहुत ही लंबे की शिकायत" in undated  # the name cut at a word's end to 30 signs


def test_a_promised_call_back_names_its_day(house: House) -> None:
    house.call()
    house.desk.send_sms("CA1", SendSms("a", "callback", "hi", {"due": "2026-11-24"}), NOW)
    house.desk.send_sms("CA1", SendSms("b", "callback", "hi"), NOW)
    dated, undated = bodies(house)
    assert "हम 24-11-2026 तक" in dated
    assert "तक" not in undated


@pytest.mark.parametrize(
    "asked",
    [
        SendSms("k", "no_such", "hi"),
        SendSms("k", "service_link", "en", service="income_certificate"),
        SendSms("k", "ticket_opened", "hi"),
        SendSms("k", "ticket_opened", "hi", {"number": "4827316", "service": "a\nb"}),
    ],
)
def test_a_text_that_is_not_a_template_is_never_queued(house: House, asked: SendSms) -> None:
    with pytest.raises(TemplateError):
        house.desk.send_sms(house.call(), asked, NOW)
    assert house.desk.sms() == ()


def test_reports_move_an_sms_forward_only(house: House) -> None:
    house.desk.send_sms(house.call(), LINK, NOW)
    house.desk.sms_status("SMx", "delivered", None, NOW)  # not ours (yet)
    assert house.desk.jobs.counts() == {"ready": 2}
    house.desk.sms_status("SMx", "queued", None, NOW)


@pytest.mark.anyio
async def test_a_report_that_overtakes_its_sms_is_applied_later(house: House) -> None:
    house.desk.send_sms(house.call(), LINK, NOW)
    sid = "SM" + "1".zfill(32)
    house.desk.sms_status(sid, "delivered", None, NOW)
    worker = house.worker()
    await worker.drain()
    assert house.desk.sms()[0].state is SmsState.SENT
    house.clock.advance(10)
    await worker.drain()
    assert house.desk.sms()[0].state is SmsState.DELIVERED
    house.desk.sms_status(sid, "sent", None, NOW)
    house.desk.sms_status(sid, "failed", "30003", NOW)
    assert house.desk.sms()[0].state is SmsState.DELIVERED


@pytest.mark.parametrize("sid", ["SMa", "SMb"])
def test_an_undelivered_sms_keeps_the_carriers_reason(house: House, sid: str) -> None:
    house.desk.send_sms(house.call(), LINK, NOW)
    with house.db.begin() as connection:
        outbox.sent(connection, house.desk.sms()[0].id, sid, NOW)
    house.desk.sms_status(sid, "undelivered", "30005", NOW)
    assert (house.desk.sms()[0].state, house.desk.sms()[0].reason) == (SmsState.UNDELIVERED, "30005")


@pytest.mark.parametrize("word", ["STATUS {}", "status: {}", "स्थिति {}", "హలో {}", "స్థితి {}", "{}", "हाल"])
def test_status_by_sms_in_any_script(house: House, word: str) -> None:
    opened = house.desk.open_ticket(house.call(), LIGHT, NOW)
    for _ in range(2):  # the webhook comes again
        house.desk.sms_received("SM9", NUMBER, word.format(format_ticket(opened.number)), NOW)
    [body] = bodies(house)
    assert format_ticket(opened.number) in body
    assert ("టికెట్" in body) == word.startswith("స్థితి")


def test_a_wrong_number_an_unknown_word_and_a_hidden_sender(house: House) -> None:
    house.desk.sms_received("SM1", NUMBER, "STATUS 1234567", NOW)
    house.desk.sms_received("SM2", NUMBER, "namaste", NOW)
    house.desk.sms_received("SM3", "anonymous", "STATUS", NOW)
    house.desk.sms_received("SM4", NUMBER, "", NOW)
    unknown, hint, empty = bodies(house)
    assert "नहीं मिला" in unknown
    assert hint == empty
    assert "STATUS" in hint


@pytest.mark.anyio
async def test_stop_is_answered_once_and_start_undoes_it(house: House) -> None:
    for sid, word in (("SM1", "Stop."), ("SM2", "रोको"), ("SM3", "START")):
        house.desk.sms_received(sid, NUMBER, word, NOW)
    states = [row.state for row in reversed(house.desk.sms())]
    assert states == [SmsState.QUEUED, SmsState.SKIPPED, SmsState.QUEUED]
    assert house.desk.send_sms(house.call(), LINK, NOW) == SmsQueued(True)


def test_a_number_with_tickets_in_two_languages_is_shared(house: House) -> None:
    house.desk.open_ticket(house.call(), replace(LIGHT, key="a"), NOW)
    assert not house.desk.find_tickets("CA1", FindTickets()).shared
    house.desk.open_ticket("CA1", replace(LIGHT, key="b", lang="te"), NOW)
    assert house.desk.find_tickets("CA1", FindTickets()).shared


def test_a_number_is_shared_when_it_is_marked_so(house: House) -> None:
    opened = house.desk.open_ticket(house.call(), LIGHT, NOW)
    assert house.desk.share(opened.number)
    assert house.desk.find_tickets("CA1", FindTickets()).shared
    assert house.desk.share(opened.number, shared=False)
    assert not house.desk.find_tickets("CA1", FindTickets()).shared
    assert not house.desk.share("1234567")
