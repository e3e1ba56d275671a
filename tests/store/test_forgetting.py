"""What has been kept long enough is removed, and nothing else. On both databases."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from ivr.core.data import data_dir
from ivr.core.errors import DataError
from ivr.desk.forgetting import FORGET, Forgetting, load_days
from ivr.desk.rules.life import Deed
from ivr.desk.rules.states import Party
from ivr.dialogue.commands import SendSms
from ivr.store.calls import Turn
from ivr.store.database import Database
from ivr.store.schema import call, caller, job, link, sms, turn
from ivr.store.schema_tickets import ticket, ticket_claim
from tests.store.house import NOW, NUMBER
from tests.store.office import Office

DAYS = load_days(data_dir("grammars") / "retention.yaml")
LONG = timedelta(days=2000)


@pytest.fixture
def office(db: Database) -> Office:
    return Office(db)


def forgetting(office: Office) -> Forgetting:
    return Forgetting(office.db, office.desk.jobs, office.clock, DAYS)


def one(office: Office, query: object) -> object:
    with office.db.read() as connection:
        return connection.execute(query).scalar_one()  # type: ignore[call-overload]


def spoken(office: Office) -> str:
    """A closed complaint with words in every place that holds some."""
    office.call()
    office.calls.save_wait("CA1", '{"words": 1}', NOW, (Turn("caller", 0, text="words", nbest=[]),), "hi")
    row = office.opened()
    office.desk.send_sms("CA1", SendSms("k", "service_link", "hi", service="income_certificate"), NOW)
    with office.db.begin() as connection:
        connection.execute(ticket.update().values(words="words", search_text="words"))
    office.work()
    office.act(row.number, Deed("claim", Party.DESK, note="done", photo="p.jpg"))
    office.work(0.01)
    office.desk.sms_received("SMx", NUMBER, "NO words", office.clock.now())
    office.act(row.number, Deed("claim", Party.DESK, note="done", photo="p.jpg"))
    office.work(0.01)
    office.desk.sms_received("SMy", NUMBER, "YES", office.clock.now())
    office.work(0.01)
    assert office.seen(row.number).state == "closed"
    return row.number


def test_words_numbers_work_and_links_go_in_their_time(office: Office) -> None:
    number = spoken(office)
    before = forgetting(office).now(office.clock.now())
    assert set(before.values()) == {0}
    counted = forgetting(office).now(NOW + LONG)
    unlike = {"jobs_dead", "stream_tokens"}
    assert {name for name, count in counted.items() if not count} == unlike
    assert one(office, select(func.count()).select_from(turn)) == 0
    assert one(office, select(func.count()).select_from(caller)) == 0
    assert one(office, select(func.count()).select_from(link)) == 0
    assert one(office, select(func.count()).where(call.c.session.is_not(None))) == 0
    assert one(office, select(func.count()).where(sms.c.body != "", sms.c.state != "queued")) == 0
    assert one(office, select(func.count()).where(ticket_claim.c.words != "")) == 0
    assert one(office, select(func.count()).where(job.c.state == "done")) == 0
    left = office.desk.grievances.ticket(number, NOW)
    assert left is not None
    assert (left.ticket.words, left.ticket.caller, [event.note for event in left.trail if event.note]) == ("", "", [])
    assert forgetting(office).now(NOW + LONG)["ticket_words"] == 0


def test_who_waits_keeps_name_and_words(office: Office) -> None:
    row = office.opened()
    with office.db.begin() as connection:
        connection.execute(ticket.update().values(words="words"))
    forgetting(office).now(NOW + LONG)
    left = office.seen(row.number)
    assert (left.words, left.caller) == ("words", "••••0123")


@pytest.mark.anyio
async def test_the_round_of_the_night_queues_the_next(office: Office) -> None:
    night = forgetting(office)
    night.start(office.clock.now())
    night.start(office.clock.now())
    office.clock.advance(24 * 3600)
    held = office.desk.jobs.claim("w", office.clock.now(), timedelta(seconds=60), (FORGET,))
    assert held is not None
    assert await night.run(held) is None
    assert one(office, select(func.count()).where(job.c.kind == FORGET)) == 2


@pytest.mark.parametrize("text", ["links: 1", "links: soon", "nothing: 3"])
def test_retention_that_is_incomplete_or_wrong_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "retention.yaml"
    path.write_text(text)
    with pytest.raises(DataError):
        load_days(path)


def test_a_dry_run_counts_and_keeps(office: Office) -> None:
    number = spoken(office)
    counted = forgetting(office).now(NOW + LONG, dry_run=True)
    assert counted["ticket_words"] == 1
    left = office.desk.grievances.ticket(number, NOW)
    assert left is not None
    assert left.ticket.words == "words"
