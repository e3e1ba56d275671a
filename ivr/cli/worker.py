"""`ivr worker`: carries out queued work (SMS and what is to come) beside the servers."""

import asyncio
import signal
from random import SystemRandom

import typer

from ivr.core import logs
from ivr.core.clock import SystemClock
from ivr.core.settings import Settings
from ivr.desk.build import make_worker
from ivr.desk.purging import Purging
from ivr.desk.worker import Bell
from ivr.store.database import Database
from ivr.store.jobs import Jobs
from ivr.store.upgrade import require_newest
from ivr.twilio.rest import RestAccount, TwilioRest


def worker() -> None:
    """Send what is queued until stopped (Ctrl-C or SIGTERM: work in hand is finished first)."""
    settings = Settings.load()
    logs.configure(settings.log_level, json=settings.log_json, personal=settings.log_personal)
    db = Database(settings.database_url)
    require_newest(db)
    asyncio.run(_work(settings, db))
    db.dispose()


async def _work(settings: Settings, db: Database) -> None:
    carrier = TwilioRest(account(settings))
    hand = make_worker(settings, db, carrier, SystemClock(), Bell())
    await asyncio.to_thread(Purging(db, Jobs(db, SystemRandom()), settings.data_dir, SystemClock()).begin)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, hand.stop)
    typer.echo("Worker is running (Ctrl-C ends)", err=True)
    try:
        await hand.run()
    finally:
        await carrier.close()


def account(settings: Settings) -> RestAccount:
    """The carrier's account of the settings."""
    return RestAccount(
        settings.twilio_account_sid,
        settings.twilio_auth_token.get_secret_value(),
        settings.twilio_number,
        settings.twilio_api_url,
    )
