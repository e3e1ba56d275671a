"""What has been kept long enough is removed, and nothing else. On both databases."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from ivr.core.data import data_dir
from ivr.core.errors import DataError
from ivr.desk.purging import PURGE, Purging, load_days
from ivr.desk.rules.life import Deed
from ivr.desk.rules.states import Party
from ivr.dialogue.commands import SendSms
from ivr.store.calls import Turn
from ivr.store.database import Database
from ivr.store.recordings import Recording, Recordings
from ivr.store.schema import call, caller, job, link, sms, turn
from ivr.store.schema_tickets import ticket, ticket_claim
from tests.store.house import NOW, NUMBER
from tests.store.office import Office

DAYS = load_days(data_dir("grammars") / "retention.yaml")
LONG = timedelta(days=2000)


@pytest.fixture
def office(db: Database) -> Office:
    return Office(db)


def purging(office: Office, data: Path) -> Purging:
    return Purging(office.db, office.desk.jobs, office.clock, data, DAYS)


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


def test_words_numbers_work_and_links_go_in_their_time(office: Office, tmp_path: Path) -> None:
    number = spoken(office)
    before = purging(office, tmp_path).now(office.clock.now())
    assert set(before.values()) == {0}
    counted = purging(office, tmp_path).now(NOW + LONG)
    unlike = {"jobs_dead", "stream_tokens", "recordings", "recordings_at_the_carrier"}
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
    assert purging(office, tmp_path).now(NOW + LONG)["ticket_words"] == 0


def test_who_waits_keeps_name_and_words(office: Office, tmp_path: Path) -> None:
    row = office.opened()
    with office.db.begin() as connection:
        connection.execute(ticket.update().values(words="words"))
    purging(office, tmp_path).now(NOW + LONG)
    left = office.seen(row.number)
    assert (left.words, left.caller) == ("words", "••••0123")


def test_a_recordings_file_goes_before_its_row(office: Office, tmp_path: Path) -> None:
    office.call()
    kept = Recording("CA1", "call", "recordings/a.wav", "mulaw", 8000, 2, 1, 1, NOW, NOW + timedelta(days=1))
    store = Recordings(office.db)
    (tmp_path / "recordings").mkdir()
    for path in ("a.wav", "a.pk", "b.wav"):
        (tmp_path / "recordings" / path).write_bytes(b"x")
    store.add(kept)
    store.add(replace(kept, path="recordings/b.wav", purge_at=NOW + timedelta(days=9)))
    store.add(replace(kept, path="https://carrier.example/RE1"))
    store.add(replace(kept, path="../outside.wav"))
    (tmp_path.parent / "outside.wav").write_bytes(b"x")
    assert purging(office, tmp_path).files(NOW) == {"recordings": 0, "recordings_at_the_carrier": 0}
    counted = purging(office, tmp_path).files(NOW + timedelta(days=2))
    assert counted == {"recordings": 2, "recordings_at_the_carrier": 1}
    assert sorted(file.name for file in (tmp_path / "recordings").iterdir()) == ["b.wav"]
    assert (tmp_path.parent / "outside.wav").exists()
    assert [one.path for one in store.of_call("CA1")] == ["recordings/b.wav"]


@pytest.mark.anyio
async def test_the_round_of_the_night_queues_the_next(office: Office, tmp_path: Path) -> None:
    night = purging(office, tmp_path)
    night.start(office.clock.now())
    night.start(office.clock.now())
    office.clock.advance(24 * 3600)
    held = office.desk.jobs.claim("w", office.clock.now(), timedelta(seconds=60), (PURGE,))
    assert held is not None
    assert await night.run(held) is None
    assert one(office, select(func.count()).where(job.c.kind == PURGE)) == 2


@pytest.mark.parametrize("text", ["links: 1", "links: soon", "nothing: 3"])
def test_retention_that_is_incomplete_or_wrong_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "retention.yaml"
    path.write_text(text)
    with pytest.raises(DataError):
        load_days(path)
