"""Makes the desk and its worker from the settings, for whoever composes a process."""

from collections.abc import Callable

from ivr.core.clock import Clock
from ivr.core.data import data_dir
from ivr.core.settings import Settings
from ivr.desk.desk import Desk, DeskOptions
from ivr.desk.handlers import Sending, SmsCarrier, handlers
from ivr.desk.sms_templates import SmsTexts
from ivr.desk.worker import Bell, Worker
from ivr.store.database import Database
from ivr.store.secrets import Secrets
from ivr.understanding.catalogue import Catalogue

STATUS_PATH = "/twilio/status"


def _silent() -> None:
    """No worker in this process."""


def open_desk(
    settings: Settings,
    db: Database,
    *,
    catalogue: Catalogue | None = None,
    texts: SmsTexts | None = None,
    on_queued: Callable[[], None] = _silent,
) -> Desk:
    """The desk over `db`. Catalogue and SMS texts are read from grammars/ unless given."""
    grammars = data_dir("grammars")
    texts = texts or sms_texts(settings)
    secrets = Secrets(settings.secret_key.get_secret_value())
    return Desk(db, secrets, catalogue or Catalogue.load(grammars), texts, DeskOptions(on_queued=on_queued))


def sms_texts(settings: Settings) -> SmsTexts:
    """grammars/sms.yaml with the address and number of the settings."""
    return SmsTexts.load(data_dir("grammars") / "sms.yaml", settings.public_url, settings.twilio_number)


def make_worker(settings: Settings, db: Database, carrier: SmsCarrier, clock: Clock, bell: Bell) -> Worker:
    """A worker for every kind of job. Give `bell.ring` to the desk of this process as `on_queued`."""
    secrets = Secrets(settings.secret_key.get_secret_value())
    sending = Sending(db, secrets, carrier, clock, settings.public_url + STATUS_PATH)
    desk = open_desk(settings, db, on_queued=bell.ring)
    return Worker(db, desk.jobs, handlers(sending), clock, bell)
