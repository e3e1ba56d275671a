"""Alert campaigns on a database with a worker and a carrier that records: pace, hours, tries, pause, answers."""

import asyncio
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.core.errors import AlertError, CarrierError
from ivr.desk.alert_calls import ACKNOWLEDGED, CARRIER_FAILS, STOP, AlertCalls, AlertRules, Ringing
from ivr.desk.alerts import Alert, Alerts, Progress
from ivr.desk.worker import Pace, Worker
from ivr.dialogue.hours import Hours, HouseHours
from ivr.store.campaigns import CampaignState, ListenerState
from ivr.store.database import Database
from tests.store.house import NOW, SECRETS, House

URL, STATUS = "https://janvaani.example.in/twilio/callback", "https://janvaani.example.in/twilio/callback-status"
HOURS = HouseHours(calling=Hours.read({"from": "09:00", "to": "20:00"}))
AWAY = CarrierError("away", code="carrier_away", retryable=True)


def numbers(count: int) -> list[tuple[str, str]]:
    return [(f"+9194155{n:05d}", "te" if n % 2 else "") for n in range(count)]


FLOOD = Alert(
    key="a1",
    name="Flood at the river",
    kind="flood",
    made_by="asha",
    texts={"hi": "नदी का पानी बढ़ रहा है।", "te": "నది నీరు పెరుగుతోంది."},
    people=numbers(10),
    per_minute=600,
)


class Hall(House):
    """A house that makes alert calls."""

    def __init__(self, db: Database) -> None:
        super().__init__(db)
        self.alerts = Alerts(db, SECRETS, self.desk.jobs, ("hi", "te"), self.bell.ring)
        self.rules = AlertRules(self.desk.jobs, HOURS)
        self.alert_calls = AlertCalls(db, SECRETS, self.rules, self.clock.now)

    def alert_worker(self) -> Worker:
        ringing = Ringing(self.db, SECRETS, self.rules, self.carrier, self.clock, URL, STATUS)
        return Worker(self.db, self.desk.jobs, ringing.handlers(), self.clock, self.bell, Pace(poll_s=0.05))

    def work(self, minutes: float = 0) -> list[str]:
        """Work for so long; whom the carrier rang."""
        before, end = len(self.carrier.rung), self.clock.now() + timedelta(minutes=minutes)
        worker = self.alert_worker()
        asyncio.run(worker.drain())
        while (due := self.desk.jobs.next_due(("campaign_step", "alert_call"))) is not None and due <= end:
            self.clock.advance((max(due, self.clock.now()) - self.clock.now()).total_seconds())
            asyncio.run(worker.drain())
        self.clock.advance((end - self.clock.now()).total_seconds())
        return [to for to, _, _ in self.carrier.rung[before:]]

    def seen(self, campaign_id: int) -> Progress:
        return self.alerts.progress(campaign_id, self.clock.now())

    def report(self, first: int, status: str, last: int | None = None) -> None:
        """The calls `first` to `last` (from 1) end so."""
        for n in range(first, (last or first) + 1):
            assert self.alert_calls.reported(f"CAout{n}", status, self.clock.now())


@pytest.fixture
def hall(db: Database) -> Hall:
    return Hall(db)


def counted(progress: Progress) -> dict[str, int]:
    return {state.value: count for state, count in progress.listeners.items() if count}


def test_a_campaign_rings_everybody_once_at_its_pace(hall: Hall) -> None:
    made = hall.alerts.send(replace(FLOOD, per_minute=12, people=numbers(7)), NOW)
    assert hall.alerts.send(replace(FLOOD, per_minute=12, people=numbers(7)), NOW).campaign.id == made.campaign.id
    assert len(hall.work()) == 1
    assert len(hall.work(10 / 60)) == 2
    hall.work(1)
    assert sorted(to for to, _, _ in hall.carrier.rung) == [number for number, _ in numbers(7)]
    assert hall.carrier.rung[0][1:] == (URL, STATUS)
    assert counted(hall.seen(made.campaign.id)) == {"ringing": 7}


def test_keys_end_a_call_as_the_listener_wants(hall: Hall) -> None:
    made = hall.alerts.send(replace(FLOOD, people=numbers(3)), NOW).campaign.id
    hall.work()
    for n in (1, 2, 3):
        assert hall.alert_calls.answered(f"CAout{n}", None, NOW)
    with hall.db.begin() as connection:
        assert hall.alert_calls.brief(connection, "CAout2") == {
            "errand": "alert",
            "lang": "te",
            "kind": "text",
            "message": FLOOD.texts["te"],
        }
        assert hall.alert_calls.brief(connection, "CA-other") is None
        assert hall.alert_calls.answer(connection, "CAout1", ACKNOWLEDGED, NOW)
        assert hall.alert_calls.answer(connection, "CAout2", STOP, NOW)
        assert not hall.alert_calls.answer(connection, "CA-other", STOP, NOW)
    hall.report(1, "completed", 3)
    assert counted(hall.seen(made)) == {"acknowledged": 1, "opted_out": 1, "heard": 1}
    assert hall.seen(made).reached == 3
    hall.work(1)
    assert hall.seen(made).campaign.state is CampaignState.DONE
    again = hall.alerts.send(replace(FLOOD, key="a2", people=numbers(3)), hall.clock.now())
    assert again.total == 2, "who opted out is left out"


def test_nobody_there_is_tried_again_and_then_given_up(hall: Hall) -> None:
    made = hall.alerts.send(replace(FLOOD, people=numbers(1), tries=2), NOW).campaign.id
    assert len(hall.work()) == 1
    hall.report(1, "no-answer")
    hall.report(1, "no-answer")
    assert hall.work(9) == []
    assert len(hall.work(1)) == 1
    hall.report(2, "busy")
    hall.work(1)
    assert counted(hall.seen(made)) == {"unreached": 1}
    assert hall.seen(made).campaign.state is CampaignState.DONE


def test_nobody_is_rung_at_night_unless_the_campaign_says_so(hall: Hall) -> None:
    hall.clock.advance(11 * 3600)  # nine in the evening
    hall.alerts.send(FLOOD, hall.clock.now())
    assert hall.work(11.9 * 60) == []
    assert len(hall.work(0.2 * 60)) == 10
    hall.clock.advance(12 * 3600)
    hall.alerts.send(replace(FLOOD, key="night", day_and_night=True), hall.clock.now())
    assert len(hall.work(1)) == 10


def test_a_pause_stops_calls_and_resuming_goes_on_with_the_rest(hall: Hall) -> None:
    made = hall.alerts.send(replace(FLOOD, per_minute=12), NOW).campaign.id
    assert len(hall.work()) == 1
    assert hall.alerts.pause(made, NOW).reason == "asked"
    assert hall.work(5) == []
    with pytest.raises(AlertError, match="only one that runs"):
        hall.alerts.pause(made, NOW)
    assert hall.alerts.resume(made, hall.clock.now()).run == 2
    with pytest.raises(AlertError, match="only a paused one"):
        hall.alerts.resume(made, hall.clock.now())
    assert len(hall.work(2)) == 9
    assert len(set(hall.carrier.rung)) == 10
    assert hall.alerts.stop(made, NOW).state is CampaignState.STOPPED
    with pytest.raises(AlertError, match="stopped already"):
        hall.alerts.stop(made, NOW)


def test_calls_queued_before_a_pause_are_not_placed(hall: Hall) -> None:
    made = hall.alerts.send(FLOOD, NOW).campaign.id
    step = hall.desk.jobs.claim("w", NOW, timedelta(seconds=60), ("campaign_step",))
    assert step is not None
    settle = asyncio.run(Ringing(hall.db, SECRETS, hall.rules, hall.carrier, hall.clock, URL, STATUS).step(step))
    assert settle is not None
    with hall.db.begin() as connection:
        settle(connection)
        hall.desk.jobs.done(connection, step, NOW)
    assert counted(hall.seen(made)) == {"queued": 10}
    hall.alerts.pause(made, NOW)
    assert hall.work() == []
    assert counted(hall.seen(made)) == {"waiting": 10}


def test_a_carrier_that_refuses_half_pauses_the_campaign_and_says_why(hall: Hall) -> None:
    made = hall.alerts.send(replace(FLOOD, people=numbers(40), per_minute=600), NOW).campaign.id
    hall.carrier.failures = [AWAY] * 30
    hall.work(2)
    shown = hall.seen(made).campaign
    assert (shown.state, shown.reason) == (CampaignState.PAUSED, CARRIER_FAILS)
    assert len(hall.carrier.failures) == 22, "eight refusals were enough"
    letters = hall.alerts.failing(made)
    assert len(letters) == 8
    assert {(one.outcome, one.to[:4]) for one in letters} == {("carrier_away", "••••")}
    hall.carrier.failures = []
    hall.alerts.resume(made, hall.clock.now())
    assert len(hall.work(11)) == 40, "who could not be rung is rung after all"


def test_calls_that_the_carrier_fails_later_count_as_well(hall: Hall) -> None:
    made = hall.alerts.send(replace(FLOOD, people=numbers(20)), NOW).campaign.id
    hall.work(1)
    hall.report(1, "busy", 4)
    hall.report(5, "failed", 7)
    assert hall.seen(made).campaign.state is CampaignState.RUNNING
    hall.report(8, "failed")
    assert hall.seen(made).campaign.reason == CARRIER_FAILS


def test_an_answer_that_overtakes_the_row_is_known_by_its_number(hall: Hall) -> None:
    made = hall.alerts.send(replace(FLOOD, people=numbers(1)), NOW).campaign.id
    hall.work()
    with hall.db.begin() as connection:
        connection.exec_driver_sql("UPDATE alert_call SET carrier_sid = NULL")
    assert not hall.alert_calls.answered("CAearly", "+919415599999", NOW)
    assert hall.alert_calls.answered("CAearly", numbers(1)[0][0], NOW)
    assert counted(hall.seen(made)) == {"heard": 1}
    assert hall.alert_calls.reported("CAearly", "completed", NOW)


def test_a_call_of_which_nothing_is_heard_is_lost(hall: Hall) -> None:
    made = hall.alerts.send(replace(FLOOD, people=numbers(2), tries=1), NOW).campaign.id
    hall.work()
    hall.report(1, "busy")
    hall.work(12)
    assert counted(hall.seen(made)) == {"unreached": 2}


def test_a_worker_that_dies_rings_nobody_twice(hall: Hall) -> None:
    hall.alerts.send(replace(FLOOD, people=numbers(4), per_minute=600, tries=1), NOW)
    ringing = Ringing(hall.db, SECRETS, hall.rules, hall.carrier, hall.clock, URL, STATUS)
    asyncio.run(hall.alert_worker().drain())
    assert len(hall.carrier.rung) == 4
    with hall.db.begin() as connection:  # as if each had died before it could write that it was done
        connection.exec_driver_sql("UPDATE job SET state='running', claimable_at=queued_at WHERE kind='alert_call'")
        connection.exec_driver_sql("UPDATE alert_call SET carrier_sid = NULL")
    asyncio.run(Worker(hall.db, hall.desk.jobs, ringing.handlers(), hall.clock, hall.bell).drain())
    assert len(hall.carrier.rung) == 4


def test_four_workers_ring_everybody_once(hall: Hall) -> None:
    hall.alerts.send(replace(FLOOD, people=numbers(10)), NOW)
    threads = [threading.Thread(target=lambda: asyncio.run(hall.alert_worker().drain())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rung = [to for to, _, _ in hall.carrier.rung]
    assert len(rung) == len(set(rung)) == 10


def test_a_place_is_everybody_whose_calls_were_about_it(hall: Hall) -> None:
    for n, district in enumerate(("Barabanki", "Barabanki", "Agra")):
        hall.calls.begin(f"CA{n}", f"+91941550000{n}", NOW)
        hall.calls.describe(f"CA{n}", district=district)
    hall.calls.save_wait("CA1", "{}", NOW, language="te")
    made = hall.alerts.send(replace(FLOOD, people=(), district="Barabanki"), NOW)
    assert made.total == 2
    assert sorted(hall.work(1)) == ["+919415500000", "+919415500001"]
    with pytest.raises(AlertError, match="nobody"):
        hall.alerts.send(replace(FLOOD, key="b", people=(), district="Guntur"), NOW)
    assert [one.campaign.name for one in hall.alerts.listed(NOW)] == [FLOOD.name], "nothing is left of the other"


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"texts": {}}, "text or a recording"),
        ({"texts": {"xx": "a"}}, "text or a recording"),
        ({"texts": {"hi": "अ" * 401}}, "letters"),
        ({"texts": {"hi": " "}}, "letters"),
        ({"kind": "party"}, "kind"),
        ({"per_minute": 0}, "calls a minute"),
        ({"per_minute": 601}, "calls a minute"),
        ({"tries": 6}, "tries"),
        ({"people": ()}, "either"),
        ({"district": "Agra"}, "either"),
        ({"people": [("+442071838750", "hi"), ("anonymous", "")]}, "nobody"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_the_reason(hall: Hall, wrong: dict[str, object], why: str) -> None:
    with pytest.raises(AlertError, match=why):
        hall.alerts.send(replace(FLOOD, **wrong), NOW)  # type: ignore[arg-type]
    assert hall.alerts.listed(NOW) == ()


def test_unknown_campaigns_are_told_so(hall: Hall) -> None:
    with pytest.raises(AlertError, match="ivr alerts list"):
        hall.alerts.progress(99, NOW)
    assert not hall.alert_calls.reported("CA-none", "busy", NOW)
    assert ListenerState("waiting")
