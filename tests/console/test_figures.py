"""The district's figures: what is counted, kept, shown, and listed behind each."""

import csv
import io
import shutil
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Table, delete, insert, select

from ivr.console.charts import BOTTOM, HEIGHT, TOP, WIDTH, chart
from ivr.core.clock import india_today
from ivr.desk.rolling import Rolling
from ivr.dialogue.commands import Disposition
from ivr.store import daily, measures
from ivr.store.columns import metadata
from ivr.store.daily import Figure
from ivr.store.database import Database
from ivr.store.jobs import Jobs
from ivr.store.measures import MEASURES, Behind, Unit
from tests.console.house import NOW, Desktop
from tools import sample

TODAY = india_today(NOW)
DAYS = [TODAY - timedelta(days=back) for back in range(9, -1, -1)]


@pytest.fixture(scope="module")
def sample_rows(sqlite_pattern: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[Table, list[dict[str, Any]]]:
    """All rows of a database with officers, nine complaints and six days of calls. To make them takes seconds."""
    folder = tmp_path_factory.mktemp("figures")
    shutil.copy(sqlite_pattern, folder / "filled.db")
    db = Database(f"sqlite:///{folder / 'filled.db'}")
    below = Desktop(db, folder).around
    house = sample.House(db, below.secrets, below.desk, below.calls, NOW)
    sample.appoint(house, "officer")
    rng = Random(5)
    for n in range(9):
        sample.complaint(house, rng, n, sample.appoint(house, "officer"))
    sample.traffic(house, rng, days=6)
    with db.read() as connection:
        rows = {table: connection.execute(select(table)).mappings().all() for table in metadata.sorted_tables}
    db.dispose()
    return {table: [dict(row) for row in found] for table, found in rows.items() if found}


@pytest.fixture
def filled(desktop: Desktop, sample_rows: dict[Table, list[dict[str, Any]]]) -> Desktop:
    with desktop.db.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(delete(table))
        for table, rows in sample_rows.items():
            connection.execute(insert(table), rows)
    return desktop


def called(desktop: Desktop, sid: str, ago: timedelta, end: Disposition | None, number: str = "+919990001234") -> None:
    calls, at = desktop.around.calls, NOW - ago
    calls.begin(sid, number, at)
    calls.describe(sid, district="Guntur")
    if end is not None:
        calls.end(sid, end, at + timedelta(minutes=1))


def figure(desktop: Desktop, measure: str, days: list[date] = DAYS) -> Figure:
    with desktop.db.read() as connection:
        found = daily.by_day(connection, days, "Guntur", NOW)[measure]
    return sum(found.values(), Figure())


def test_true_containment_leaves_out_who_rang_again_within_a_day(desktop: Desktop) -> None:
    day = timedelta(days=2)
    called(desktop, "CA1", day, Disposition.ANSWERED)
    called(desktop, "CA2", day - timedelta(hours=23), Disposition.ANSWERED)
    called(desktop, "CA3", day, Disposition.TRANSFERRED, "+919990001235")
    called(desktop, "CA4", day, Disposition.SMS_SENT, "+919990001236")
    called(desktop, "CA5", day, Disposition.CALLER_LEFT, "+919990001237")
    called(desktop, "CA6", day, None, "+919990001238")
    assert figure(desktop, "calls").whole == 6
    assert figure(desktop, "contained") == Figure(3, 5)
    assert figure(desktop, "success") == Figure(4, 5)
    with desktop.db.begin() as connection:
        daily.roll_up(connection, DAYS[0], TODAY)
    assert figure(desktop, "true_contained") == Figure(1, 4), "of yesterday it is not known yet"


def test_days_are_indias(desktop: Desktop) -> None:
    called(desktop, "CA1", timedelta(hours=10, minutes=1), Disposition.ANSWERED)  # 23:59 in India
    called(desktop, "CA2", timedelta(hours=9, minutes=59), Disposition.ANSWERED)
    assert figure(desktop, "calls", [TODAY]).whole == 1
    assert figure(desktop, "calls", [TODAY - timedelta(days=1)]).whole == 1


def test_the_roll_up_says_what_counting_now_says(filled: Desktop) -> None:
    def shown() -> dict[str, Figure]:
        return {name: figure(filled, name, DAYS[-3:]) for name in MEASURES}

    live = shown()
    with filled.db.begin() as connection:
        assert daily.roll_up(connection, DAYS[0], TODAY - timedelta(days=1)) > 0
        daily.roll_up(connection, DAYS[0], TODAY - timedelta(days=1))  # twice is once
    for name, one in shown().items():
        assert one.part == pytest.approx(live[name].part), name
        assert one.whole == live[name].whole, name
    assert live["calls"].whole > 0


def test_behind_a_figure_stand_as_many_rows_as_it_counts(filled: Desktop) -> None:
    since, until = daily.midnight(DAYS[0]), daily.midnight(TODAY)
    shares = [m.id for m in MEASURES.values() if m.unit is Unit.SHARE and m.rows == "call"]
    assert len(shares) > 3
    with filled.db.read() as connection:
        for measure in shares:
            counted = [row for row in measures.per_day(connection, measure, since, until) if row[1] == "Guntur"]
            part, whole = sum(row[2] for row in counted), sum(row[3] for row in counted)
            for only, expected in ((True, part), (False, whole)):
                rows = measures.rows_behind(connection, Behind(measure, since, until, "Guntur", only), None, 10_000)
                assert len(rows) == expected, (measure, only)


def test_rows_are_paged_without_gap_or_repeat(filled: Desktop) -> None:
    wanted = Behind("calls", daily.midnight(DAYS[0]), daily.midnight(TODAY), None)
    with filled.db.read() as connection:
        whole = [row.sid for row in measures.rows_behind(connection, wanted, None, 10_000)]
        paged: list[str] = []
        after = None
        while rows := measures.rows_behind(connection, wanted, after, 7):
            paged += [row.sid for row in rows]
            after = (rows[-1].started_at, rows[-1].sid)
    assert paged == whole


@pytest.mark.anyio
async def test_the_nightly_job_catches_up_and_queues_the_next_night(db: Database, desktop: Desktop) -> None:
    called(desktop, "CA1", timedelta(days=3), Disposition.ANSWERED)
    jobs = Jobs(db, Random(1))
    rolling = Rolling(db, jobs, desktop.clock)
    rolling.start(NOW)
    rolling.start(NOW)
    held = jobs.claim("w", NOW, timedelta(seconds=60), ("roll_up",))
    assert held is not None
    settle = await rolling.run(held)
    assert settle is not None
    with db.begin() as connection:
        settle(connection)
        jobs.done(connection, held, NOW)
        assert daily.newest(connection) == TODAY - timedelta(days=3)
    due = jobs.next_due(("roll_up",))
    assert due is not None
    assert (due - NOW) < timedelta(hours=24)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def test_the_page_the_file_and_the_rows_open(filled: Desktop, tmp_path: Path) -> None:
    browser = filled.client("supervisor")
    page = browser.get("/district?days=7")
    assert page.status_code == 200
    assert page.text.count("<svg") == len(MEASURES)
    file = browser.get("/district.csv?days=7")
    assert file.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert {row["measure"] for row in rows} <= set(MEASURES)
    for one in MEASURES.values():
        address = f"/figures/{one.id}?since={DAYS[0]}&until={TODAY}&part=1"
        assert browser.get(address).status_code == 200, one.id


def test_an_officers_figures_are_of_the_own_place(filled: Desktop) -> None:
    officer, all_of_them = filled.client("officer"), filled.client("supervisor")
    whole = f"since={DAYS[0]}&until={TODAY}"
    assert ">Barabanki<" not in officer.get(f"/figures/calls?{whole}&place=Barabanki").text
    assert ">Barabanki<" in all_of_them.get(f"/figures/calls?{whole}").text
    assert "Barabanki" not in officer.get("/district.csv?days=7").text


VALUES = st.lists(st.none() | st.floats(0, 1e6, allow_subnormal=False), min_size=1, max_size=90)


@given(VALUES, VALUES)
def test_charts_stay_in_their_frame_and_break_at_gaps(values: list[float | None], before: list[float | None]) -> None:
    drawn = chart(values, before)
    points = [tuple(map(float, point.split(","))) for line in drawn.lines for point in line.split()]
    assert len(points) + len(drawn.dots) == sum(value is not None for value in values)
    for x, y in [*points, *drawn.dots]:
        assert 0 <= x <= WIDTH
        assert TOP <= y <= HEIGHT - BOTTOM
