"""`ivr purge`: removes what has been kept long enough, now. Only the command line."""

import json
from typing import Annotated

import typer

from ivr.core.clock import SystemClock
from ivr.core.data import data_dir
from ivr.core.settings import Settings
from ivr.desk.build import make_purging, open_desk
from ivr.desk.purging import REMOTE
from ivr.store.database import Database
from ivr.store.upgrade import require_newest


def purge(as_json: Annotated[bool, typer.Option("--json", help="Print counts as JSON.")] = False) -> None:
    """Remove recordings, words, numbers, work and links that have been kept for as many days as grammars/retention.yaml
    allows. The worker does the same every night."""
    settings = Settings.load()
    db = Database(settings.database_url)
    clock = SystemClock()
    try:
        require_newest(db)
        counted = make_purging(settings, db, open_desk(settings, db), clock).now(clock.now())
    finally:
        db.dispose()
    if as_json:
        typer.echo(json.dumps(counted))
    else:
        for name, count in counted.items():
            typer.echo(f"{name:28} {count}")
    if counted[REMOTE]:
        typer.echo("Recordings that the carrier keeps have to be deleted in its own console or API.", err=True)
    typer.echo(f"Kept days: {data_dir('grammars') / 'retention.yaml'}", err=True)
