"""How much work stands where, on both databases."""

from datetime import timedelta

from ivr.desk.rules.life import Deed
from ivr.desk.rules.states import Party
from ivr.store import gauges
from ivr.store.database import Database
from tests.store.house import NUMBER
from tests.store.office import Office, appoint


def test_what_is_counted(db: Database) -> None:
    office = Office(db)
    appoint(db)
    closed, late = office.opened("CA1:1"), office.opened("CA1:2")
    office.work()
    office.act(closed.number, Deed("claim", Party.DESK, note="done", photo="p.jpg"))
    office.work(0.01)
    office.desk.sms_received("SMx", NUMBER, f"YES {closed.number}", office.clock.now())
    office.work(30)  # past the first answer's five office hours
    assert office.seen(late.number).level == 1
    with db.read() as connection:
        found = gauges.count(connection, office.clock.now())
    assert (found.open, found.overdue, found.raised, found.closed) == ({(1, "open"): 1}, 1, 1, 0)
    with db.read() as connection:
        assert gauges.count(connection, office.clock.now() - timedelta(hours=20)).closed == 1
    assert found.sms["sent"] > 0
    assert (found.waiting, found.oldest_s, found.dead) == (0, 0, 0)
    with db.begin() as connection:
        office.desk.jobs.enqueue(connection, "x", {}, key="x", at=office.clock.now() - timedelta(seconds=90))
    with db.read() as connection:
        found = gauges.count(connection, office.clock.now())
    assert (found.waiting, found.oldest_s) == (1, 90)
