"""How departments and districts serve citizens: leagues, marks, rumours. For a page of the console and `ivr stats`.

Blocking; reads only. What is counted and how stands in `ivr.store.leagues`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ivr.store import leagues, ratings, rumours
from ivr.store.database import Database
from ivr.store.leagues import LeagueRow, Period
from ivr.store.ratings import Stars
from ivr.store.rumours import ReportRow


@dataclass(frozen=True, slots=True)
class Rumours:
    """How often each rumour was asked about ("" for those not in the list), and what was heard of those."""

    counts: Mapping[str, int]
    unknown: tuple[ReportRow, ...]


class Leagues:
    """One for a process."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def departments(self, period: Period) -> tuple[LeagueRow, ...]:
        """The departments, best first."""
        with self._db.read() as connection:
            return tuple(leagues.league(connection, "department", period))

    def districts(self, period: Period) -> tuple[LeagueRow, ...]:
        """The districts, best first."""
        with self._db.read() as connection:
            return tuple(leagues.league(connection, "district", period))

    def marks(self, since: datetime, until: datetime) -> Mapping[str, Stars]:
        """What callers thought of their calls, by the department that they were about ("" for none)."""
        with self._db.read() as connection:
            return ratings.by_department(connection, since, until)

    def rumours(self, since: datetime, limit: int = 50) -> Rumours:
        """What is rumoured: work for those who keep the list."""
        with self._db.read() as connection:
            return Rumours(rumours.counts(connection, since), tuple(rumours.unknown(connection, since, limit)))
