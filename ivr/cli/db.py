"""`ivr db`: the database and the work queued in it. Only the command line."""

from collections.abc import Iterator
from contextlib import contextmanager
from random import SystemRandom

import typer

from ivr.core.clock import SystemClock
from ivr.core.settings import Settings
from ivr.store.database import Database
from ivr.store.jobs import Jobs
from ivr.store.upgrade import newest, require_newest, revision, upgrade

app = typer.Typer(help="The database and the work queued in it.", no_args_is_help=True)


@contextmanager
def _database() -> Iterator[Database]:
    db = Database(Settings.load().database_url)
    try:
        yield db
    finally:
        db.dispose()


@contextmanager
def _queue() -> Iterator[Jobs]:
    with _database() as db:
        require_newest(db)
        yield Jobs(db, SystemRandom())


@app.command("upgrade")
def upgrade_tables() -> None:
    """Make the tables, or bring them to what this version needs. Safe to run again, and by two servers at once."""
    with _database() as db:
        before, after = upgrade(db)
    if before == after:
        typer.echo(f"The database is up to date ({after}).")
    else:
        typer.echo(f"The database was upgraded: {before or 'empty'} -> {after}.")


@app.command()
def version() -> None:
    """Which version the tables have, and which this program needs. Exit 1 if they differ."""
    with _database() as db:
        found = revision(db)
    typer.echo(f"{found or 'empty'} (needs {newest()})")
    if found != newest():
        raise typer.Exit(1)


@app.command()
def jobs() -> None:
    """How much work is queued, and the work that was given up (dead letters)."""
    with _queue() as queue:
        counts, letters = queue.counts(), queue.dead()
    for state, count in sorted(counts.items()):
        typer.echo(f"{state:8} {count}")
    for letter in letters:
        typer.echo(f"dead     {letter.id}  {letter.kind}  {letter.last_error} after {letter.attempt} attempts")


@app.command()
def retry(job_id: int) -> None:
    """Try work that was given up once more. JOB_ID as `ivr db jobs` lists it."""
    with _queue() as queue:
        revived = queue.revive(job_id, SystemClock().now())
    if not revived:
        typer.echo(f"ivr db: job {job_id} is not among the dead letters", err=True)
        raise typer.Exit(1)
    typer.echo(f"Job {job_id} is queued again.")
