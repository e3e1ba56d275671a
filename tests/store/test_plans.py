"""The queries that run all day use their indexes."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event

from ivr.store import queues, tickets
from ivr.store.database import Database
from ivr.store.jobs import Jobs
from ivr.store.queues import Cursor, Filter
from ivr.store.upgrade import upgrade

NOW = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)


def plans(db: Database, run: Any) -> str:
    """The plans SQLite makes for every SELECT and UPDATE of `run`."""
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith(("SELECT", "UPDATE", "WITH")):
            seen.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    run()
    event.remove(db.engine, "before_cursor_execute", note)
    assert seen
    with db.read() as connection:
        rows = [
            row
            for statement, parameters in seen
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
    return "\n".join(row.detail for row in rows)


def test_lists_and_claims_use_their_indexes(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'x.db'}")
    upgrade(db)
    jobs = Jobs(db, random.Random(1))

    claim = plans(db, lambda: jobs.claim("w", NOW, timedelta(seconds=60), ("work", "other")))
    assert "USING INDEX ix_job_claimable" in claim
    assert "TEMP B-TREE" not in claim

    def listed(district: str | None) -> None:
        with db.read() as connection:
            tickets.listed(connection, district=district)

    late = plans(db, lambda: listed(None))
    assert "ticket USING INDEX ix_ticket_late" in late
    assert "TEMP B-TREE" not in late
    assert "ix_ticket_late_district" in plans(db, lambda: listed("Guntur"))

    def mine() -> None:
        with db.read() as connection:
            tickets.of_caller(connection, "0" * 32, NOW)

    assert "ix_ticket_caller" in plans(db, mine)

    def queue(wanted: Filter, after: Cursor | None = None) -> str:
        def run() -> None:
            with db.read() as connection:
                queues.page(connection, wanted, NOW, after)

        found = plans(db, run)
        assert "TEMP B-TREE" not in found
        return found

    assert "ix_ticket_late_district" in queue(Filter("late", district="Guntur"))
    assert "ix_ticket_late_officer" in queue(Filter(officer_id=3))
    assert "ix_ticket_late (late_at>?)" in queue(Filter(), Cursor(NOW, 5))
    assert "ix_ticket_closed" in queue(Filter("closed"))

    def due() -> None:
        with db.read() as connection:
            queues.due_for_escalation(connection, NOW, (NOW, 3), 100)

    assert "COVERING INDEX ix_ticket_next" in plans(db, due)
    db.dispose()
