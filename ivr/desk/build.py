"""Makes the desk and its worker from the settings, for whoever composes a process."""

from collections.abc import Callable, Mapping
from functools import cache, partial

from ivr.core.clock import Clock
from ivr.core.data import data_dir
from ivr.core.settings import Settings
from ivr.desk.alert_calls import AlertCalls, AlertRules, Ringing
from ivr.desk.alerts import Alerts
from ivr.desk.callbacks import CallCarrier, Placing
from ivr.desk.certificates import Certificates
from ivr.desk.desk import Desk, DeskOptions
from ivr.desk.errands import Errands
from ivr.desk.forgetting import FORGET, Forgetting, load_days
from ivr.desk.handlers import Carrier, Sending, handlers
from ivr.desk.learning import Learning
from ivr.desk.learnt_cases import CaseMaker
from ivr.desk.proofs import PROOFS
from ivr.desk.purging import Purging
from ivr.desk.relief_matching import Matching
from ivr.desk.rolling import Rolling
from ivr.desk.sms_templates import SmsTexts
from ivr.desk.ticket_work import ticket_handlers
from ivr.desk.worker import Bell, Handler, Worker
from ivr.store.calls import Calls
from ivr.store.database import Database
from ivr.store.handovers import Handovers
from ivr.store.secrets import Secrets
from ivr.understanding.catalogue import Catalogue, languages
from ivr.understanding.learnt import FOLDER
from ivr.understanding.understand import Understander

STATUS_PATH = "/twilio/status"
CALLBACK_PATH, CALLBACK_STATUS_PATH = "/twilio/callback", "/twilio/callback-status"


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


def make_placing(settings: Settings, db: Database, desk: Desk, carrier: CallCarrier, clock: Clock) -> Placing:
    """What places the calls that were promised."""
    return Placing(
        db=db,
        secrets=Secrets(settings.secret_key.get_secret_value()),
        confirming=desk.confirming,
        carrier=carrier,
        clock=clock,
        free=Handovers(db, settings.operator_lines).free,
        url=settings.public_url + CALLBACK_PATH,
        status_url=settings.public_url + CALLBACK_STATUS_PATH,
    )


def make_worker(settings: Settings, db: Database, carrier: Carrier, clock: Clock, bell: Bell) -> Worker:
    """A worker for every kind of job. Give `bell.ring` to the desk of this process as `on_queued`."""
    secrets = Secrets(settings.secret_key.get_secret_value())
    sending = Sending(db, secrets, carrier, clock, settings.public_url + STATUS_PATH)
    desk = open_desk(settings, db, on_queued=bell.ring)
    understander = cache(partial(Understander.load, data_dir("grammars"), settings.data_dir / FOLDER))
    learning = make_learning(settings, db, clock, understander)
    every = {**every_handler(settings, db, desk, sending, carrier, bell), **learning.handlers()}
    return Worker(db, desk.jobs, every, clock, bell)


def make_learning(settings: Settings, db: Database, clock: Clock, understander: Callable[[], Understander]) -> Learning:
    """What follows from corrections. `understander` is asked for when there is something to learn."""
    calls = Calls(db, Secrets(settings.secret_key.get_secret_value()))
    return Learning(db, understander, clock, CaseMaker(db, calls, settings.data_dir, understander))


def every_handler(
    settings: Settings, db: Database, desk: Desk, sending: Sending, carrier: Carrier, bell: Bell
) -> Mapping[str, Handler]:
    """How each kind of job is done in this house."""
    placing = make_placing(settings, db, desk, carrier, sending.clock)
    more = ticket_handlers(db, desk, sending.clock, bell.ring, desk.confirming.ask)
    clock, secrets = sending.clock, sending.secrets
    url, status_url = placing.url, placing.status_url
    ringing = Ringing(db, secrets, alert_rules_of(desk), carrier, clock, url, status_url)
    rolling = Rolling(db, desk.jobs, clock)
    purging = Purging(db, desk.jobs, settings.data_dir, clock, retention()[PROOFS])
    forgetting = make_forgetting(db, desk, clock)
    more = {**more, **rolling.handlers(), **purging.handlers()}
    more[FORGET] = Handler(forgetting.run, begin=forgetting.start)
    more = {**more, **Matching(desk.relief, db, clock).handlers(), **ringing.handlers()}
    return handlers(sending, placing, more)


def make_forgetting(db: Database, desk: Desk, clock: Clock) -> Forgetting:
    """What removes words, numbers and links that have been kept long enough."""
    return Forgetting(db, desk.jobs, clock, retention())


@cache
def retention() -> Mapping[str, int]:
    """Days by kind, of grammars/, read once."""
    return load_days(data_dir("grammars") / "retention.yaml")


def alert_rules_of(desk: Desk) -> AlertRules:
    """When alert campaigns may ring."""
    return AlertRules(desk.jobs, desk.confirming.hours)


def open_alerts(settings: Settings, db: Database, desk: Desk, on_queued: Callable[[], None] = _silent) -> Alerts:
    """Alert campaigns, for console and command line."""
    return Alerts(db, desk.messages.secrets, desk.jobs, languages(data_dir("grammars")), on_queued)


def open_certificates(settings: Settings, db: Database, catalogue: Catalogue) -> Certificates:
    """Certificates of the kinds that the catalogue has."""
    kinds = frozenset(name for name in catalogue.services if name.endswith("_certificate"))
    return Certificates(db, Secrets(settings.secret_key.get_secret_value()), settings.public_url, kinds)


def make_errands(
    settings: Settings, db: Database, desk: Desk, catalogue: Catalogue, clock: Clock, bell: Bell
) -> Errands:
    """What calls ask of the house besides tickets."""
    secrets = desk.messages.secrets
    return Errands(
        db=db,
        secrets=secrets,
        catalogue=catalogue,
        relief=desk.relief,
        alerts=AlertCalls(db, secrets, alert_rules_of(desk), clock.now),
        certificates=open_certificates(settings, db, catalogue),
        on_queued=bell.ring,
    )
