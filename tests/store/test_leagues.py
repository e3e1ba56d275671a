"""Leagues of departments, counted by the database and by hand."""

import random
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import pytest

from ivr.store import leagues, ratings
from ivr.store.database import Database
from ivr.store.leagues import LeagueRow, Period
from ivr.store.ratings import NewRating, Stars
from ivr.store.schema_tickets import ticket, ticket_event
from tests.store.house import NOW
from tests.store.test_plans import plans

PERIOD = Period(NOW - timedelta(days=30), NOW)


def opened(n: int, rng: random.Random) -> tuple[dict[str, Any], list[datetime]]:
    at = NOW - timedelta(hours=rng.uniform(0, 31 * 24))
    row = {
        "id": n,
        "number": str(1_000_000 + n),
        "key": f"k{n}",
        "service": "s",
        "department": rng.choice(["water", "roads", "power"]),
        "district": rng.choice(["Agra", "Guntur", None]),
        "language": "hi",
        "words": "",
        "state": rng.choice(["open", "closed"]),
        "opened_at": at,
        "rating": 1 + n % 4 if n % 5 == 0 else None,
        "raised": rng.choice([0, 0, 2]),
        "reopened": rng.choice([0, 1]),
    }
    return row, [at + timedelta(hours=rng.uniform(0, 90)) for _ in range(rng.choice([0, 1, 2]))]


def filled(db: Database, count: int) -> list[tuple[dict[str, Any], list[datetime]]]:
    rng = random.Random(5)
    rows = [opened(n, rng) for n in range(1, count + 1)]
    with db.begin() as connection:
        connection.execute(ticket.insert(), [row for row, _ in rows])
        for row, answers in rows:
            events = [(row["opened_at"], "opened"), *((at, "answer") for at in answers)]
            for at, kind in events:
                line = {"ticket_id": row["id"], "at": at, "actor": "x", "kind": kind, "state": "open", "note": ""}
                connection.execute(ticket_event.insert().values(line))
    return rows


@pytest.mark.parametrize(("by", "district"), [("department", None), ("department", "Agra"), ("district", None)])
def test_a_league_is_what_one_would_count_by_hand(db: Database, by: str, district: str | None) -> None:
    rows = filled(db, 60)
    with db.read() as connection:
        found = leagues.league(connection, by, Period(PERIOD.since, PERIOD.until, district))
    counted = [
        (row, answers)
        for row, answers in rows
        if PERIOD.since <= row["opened_at"] < PERIOD.until and district in (None, row["district"])
    ]
    assert {one.name for one in found} == {row[by] or "" for row, _ in counted}
    for one in found:
        mine = [(row, answers) for row, answers in counted if (row[by] or "") == one.name]
        waits = [(min(answers) - row["opened_at"]).total_seconds() / 3600 for row, answers in mine if answers]
        assert (one.tickets, one.answered) == (len(mine), len(waits))
        assert one.first_answer_h == pytest.approx(median(waits), abs=0.001)
        assert one.solved == sum(row["state"] == "closed" for row, _ in mine)
        assert one.reopened == sum(row["reopened"] > 0 for row, _ in mine)
        assert one.escalated == sum(row["raised"] > 0 for row, _ in mine)
        stars = [row["rating"] for row, _ in mine if row["rating"]]
        assert one.rated == len(stars)
        assert one.stars == (pytest.approx(sum(stars) / len(stars)) if stars else None)
    shares = [one.solved_share for one in found]
    assert shares == sorted(shares, reverse=True)


def test_who_has_no_tickets_and_no_answers_breaks_nothing(db: Database) -> None:
    with db.read() as connection:
        assert leagues.league(connection, "department", PERIOD) == []
        assert ratings.by_department(connection, PERIOD.since, NOW) == {}
    row = LeagueRow("x", 0, 0, None, 0, 0, 0, 0, None)
    assert (row.solved_share, row.reopened_share, row.escalated_share) == (0, 0, 0)


def test_ratings_are_averaged_by_department(db: Database) -> None:
    with db.begin() as connection:
        for n, stars in enumerate((5, 2)):
            new = NewRating(f"k{n}", stars, "call", department="water")
            assert ratings.add_once(connection, new, NOW)
            assert not ratings.add_once(connection, new, NOW)
        ratings.add_once(connection, NewRating("k9", 4, "sms"), NOW)
        found = ratings.by_department(connection, NOW, NOW + timedelta(seconds=1))
    assert found == {"water": Stars(2, 3.5), "": Stars(1, 4.0)}


def test_leagues_go_by_the_index_of_opening_times(db: Database) -> None:
    if not db.sqlite:
        pytest.skip("the plan is SQLite's")

    def run() -> None:
        with db.read() as connection:
            leagues.league(connection, "department", PERIOD)

    seen = plans(db, run)
    assert "ix_ticket_opened" in seen
    assert "SCAN ticket" not in seen
