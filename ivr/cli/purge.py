"""`ivr purge`: deletes what has been kept long enough, now rather than in the night. Only the command line."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from ivr.core.clock import SystemClock
from ivr.core.settings import Settings
from ivr.desk.build import make_forgetting, open_desk, retention
from ivr.desk.proofs import PROOFS
from ivr.desk.purging import purge, purge_proofs
from ivr.store.database import Database
from ivr.store.recordings import Recordings
from ivr.store.upgrade import require_newest


def command(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would be deleted.")] = False,
    json_lines: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Delete recordings past their day of deletion, and words, numbers, links and finished work that have been kept for
    the days of grammars/retention.yaml. A running server does it every night."""
    settings, clock = Settings.load(), SystemClock()
    db = Database(settings.database_url)
    require_newest(db)
    done = purge(Recordings(db), settings.data_dir, clock.now(), dry_run=dry_run)
    forgetting = make_forgetting(db, open_desk(settings, db), clock)
    rows = forgetting.now(clock.now(), dry_run=dry_run)
    days = retention()[PROOFS]
    rows[PROOFS] = purge_proofs(db, settings.data_dir, clock.now(), days, dry_run=dry_run)
    db.dispose()
    if json_lines:
        typer.echo(json.dumps(asdict(done) | rows))
    else:
        typer.echo(f"{'To delete' if dry_run else 'Deleted'}: {done.deleted}", err=True)
        for name, count in rows.items():
            typer.echo(f"{name:16} {count}", err=True)
    if done.elsewhere:
        typer.echo(f"{done.elsewhere} messages are kept by the carrier: delete them in its console", err=True)
    if done.failed:
        typer.echo(f"{done.failed} could not be deleted: look at the permissions below recordings/", err=True)
        raise typer.Exit(1)
