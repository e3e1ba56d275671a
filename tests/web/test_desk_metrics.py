"""The desk's numbers at the metrics door: each under its name, and what is told when the database is away."""

import re
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import yaml
from prometheus_client import CollectorRegistry, generate_latest

from ivr.core.errors import StoreError
from ivr.store.gauges import DeskNumbers
from ivr.web.app import create_app
from ivr.web.desk_metrics import DeskMetrics
from ivr.web.metrics import Metrics
from tests.web.fakes import Behind

LEVELS = ("ward", "mandal", "district", "state")
NUMBERS = DeskNumbers({(0, "open"): 3, (3, "claimed"): 1}, 2, 1, 4, {"queued": 5}, 6, 7.5, 8, 9, 10)
RULES = Path(__file__).parents[2] / "docs" / "alerts.example.yml"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def away() -> DeskNumbers:
    raise StoreError("the database is away", code="store_away")


def told(desk: DeskMetrics) -> dict[str, float]:
    registry = CollectorRegistry()
    registry.register(desk)
    lines = generate_latest(registry).decode().splitlines()
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if not line.startswith("#")}


def test_every_number_is_told_under_its_name() -> None:
    desk = DeskMetrics(lambda: NUMBERS, LEVELS)
    assert told(desk) == {"janvaani_desk_up": 0}
    desk.refresh()
    assert told(desk) == {
        "janvaani_desk_up": 1,
        'janvaani_tickets_open{level="ward",state="open"}': 3,
        'janvaani_tickets_open{level="state",state="claimed"}': 1,
        "janvaani_tickets_overdue": 2,
        "janvaani_tickets_raised_last_day": 1,
        "janvaani_tickets_closed_last_day": 4,
        'janvaani_sms_last_day{state="queued"}': 5,
        'janvaani_jobs{state="waiting"}': 6,
        'janvaani_jobs{state="working"}': 8,
        'janvaani_jobs{state="later"}': 9,
        "janvaani_jobs_oldest_seconds": 7.5,
        "janvaani_jobs_dead": 10,
    }


def test_many_who_ask_cost_one_look_and_a_database_that_is_away_is_told() -> None:
    looks = list[int]()
    desk = DeskMetrics(lambda: looks.append(1) or NUMBERS, LEVELS)  # type: ignore[func-returns-value]
    desk.refresh()
    desk.refresh()
    assert looks == [1]
    lost = DeskMetrics(away, LEVELS)
    lost.refresh()
    assert told(lost) == {"janvaani_desk_up": 0}


@pytest.mark.anyio
async def test_the_door_tells_them() -> None:
    services, metrics = Behind().services(), Metrics()
    metrics.tell_desk(DeskMetrics(lambda: NUMBERS, LEVELS))
    app = create_app(replace(services, metrics=metrics))
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://helpline") as client:
        text = (await client.get("/metrics")).text
    assert "janvaani_tickets_overdue 2.0" in text


def test_the_example_rules_speak_of_numbers_that_there_are() -> None:
    desk = DeskMetrics(lambda: NUMBERS, LEVELS)
    desk.refresh()
    metrics = Metrics()
    metrics.tell_desk(desk)
    there = {
        name
        for family in metrics.registry.collect()
        for name in (family.name, f"{family.name}_total", f"{family.name}_bucket")
    }
    for group in yaml.safe_load(RULES.read_text("utf-8"))["groups"]:
        for rule in group["rules"]:
            assert set(re.findall(r"janvaani_\w+", rule["expr"])) <= there, rule["alert"]
            assert rule["annotations"]["summary"]
