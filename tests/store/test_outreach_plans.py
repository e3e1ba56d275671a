"""The queries of relief and alerts that run all day use their indexes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from ivr.desk.relief_board import steer
from ivr.store import campaigns, relief, responders
from ivr.store.database import Database
from tests.store.house import NOW
from tests.store.test_plans import plans

QUERIES: dict[str, tuple[Callable[[Connection], Any], str]] = {
    "whom to ring next": (lambda c: campaigns.due(c, 1, NOW, 10), "ix_listener_due"),
    "when to ring next": (lambda c: campaigns.next_due(c, 1), "ix_listener_due"),
    "how far a campaign is": (lambda c: campaigns.counts(c, 1), "ix_listener_state"),
    "what the carrier failed": (lambda c: campaigns.last_outcomes(c, 1, 1, 20), "ix_alert_call_campaign"),
    "how fast it rings": (lambda c: campaigns.calls_since(c, 1, NOW), "ix_alert_call_placed"),
    "what waits": (lambda c: relief.waiting(c, "Agra", "food"), "ix_relief_waiting"),
    "whose turn it was": (lambda c: relief.turns(c, "Agra", "food"), "ix_relief_turn"),
    "what a responder has in hand": (lambda c: relief.of_responder(c, 1, relief.ReliefState.CLAIMED), "ix_relief_resp"),
    "what a responder may answer": (lambda c: relief.open_offers(c, 1), "ix_relief_offer_open"),
    "who can bring it": (lambda c: responders.candidates(c, "food", ["Agra"], []), "INDEX"),
    "where a donor should go": (lambda c: steer(c, "Agra", "food"), "INDEX"),
}


@pytest.mark.parametrize("what", QUERIES)
def test_it_goes_by_an_index(sqlite_pattern: Path, what: str) -> None:
    db = Database(f"sqlite:///{sqlite_pattern}")
    query, index = QUERIES[what]

    def run() -> None:
        with db.read() as connection:
            query(connection)

    seen = plans(db, run)
    assert index in seen
    assert not any(line.startswith("SCAN ") and "INDEX" not in line for line in seen.splitlines())
    db.dispose()
