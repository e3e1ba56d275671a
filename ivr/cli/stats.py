"""`ivr stats`: how departments and districts serve citizens. Only the command line."""

from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from ivr.cli.house import opened, print_json
from ivr.core.clock import SystemClock
from ivr.desk.league import Leagues
from ivr.desk.relief_board import Board
from ivr.store.leagues import LeagueRow, Period


def stats(
    days: Annotated[int, typer.Option(min=1, max=3660, help="Tickets opened in the last so many days.")] = 30,
    district: Annotated[str | None, typer.Option(help="Only of this district (English name); with its relief.")] = None,
    by: Annotated[str, typer.Option(help="department or district.")] = "department",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON lines.")] = False,
) -> None:
    """The league: time to the first answer, share solved by the citizen's word, reopened, escalated, marks."""
    if by not in ("department", "district"):
        raise typer.BadParameter("must be department or district", param_hint="--by")
    now = SystemClock().now()
    period = Period(now - timedelta(days=days), now, district)
    with opened() as house:
        leagues = Leagues(house.db)
        rows = leagues.departments(period) if by == "department" else leagues.districts(period)
        marks = leagues.marks(period.since, now)
        spread = Board(house.db).spread(district, period.since) if district else None
    if as_json:
        for row in rows:
            print_json({"kind": "league", **_plain(row)})
        for name, stars in marks.items():
            print_json({"kind": "calls", "department": name, "rated": stars.count, "stars": stars.average})
        for area in spread.areas if spread else ():
            shares = {name: getattr(area, name) for name in type(area).__dataclass_fields__}
            print_json({"kind": "relief", **shares, "share": area.share})
        if spread:
            print_json({"kind": "relief_spread", "district": district, "even": spread.even})
        return
    console = Console()
    console.print(_league(rows, by, days))
    if spread:
        console.print(f"Relief in {district}: {len(spread.areas)} wards, evenness {spread.even:.2f} (1 is even)")
    if not rows:
        typer.echo(f"No tickets in the last {days} days.", err=True)


def _league(rows: tuple[LeagueRow, ...], by: str, days: int) -> Table:
    table = Table(title=f"{by} league, tickets of the last {days} days")
    for name in (by, "tickets", "first answer", "solved", "reopened", "escalated", "marks"):
        table.add_column(name, justify="left" if name == by else "right")
    for row in rows:
        answer = f"{row.first_answer_h:.1f} h" if row.first_answer_h is not None else "-"
        shares = (row.solved_share, row.reopened_share, row.escalated_share)
        marks = f"{row.stars:.1f} ({row.rated})" if row.stars is not None else "-"
        table.add_row(row.name or "-", str(row.tickets), answer, *(f"{share:.0%}" for share in shares), marks)
    return table


def _plain(row: LeagueRow) -> dict[str, object]:
    shares = {name: getattr(row, name) for name in ("solved_share", "reopened_share", "escalated_share")}
    return {name: getattr(row, name) for name in LeagueRow.__dataclass_fields__} | shares
