"""Alert campaigns: made, paused, resumed, watched. What rings is in `alert_calls`.

Blocking; every method is one transaction. A campaign that was asked for twice with one key is made once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from ivr.core import phone
from ivr.core.errors import AlertError
from ivr.desk import alert_rules
from ivr.store import campaigns
from ivr.store.calls import note_caller
from ivr.store.campaigns import UNDER_WAY, AlertCallRow, CampaignRow, CampaignState, ListenerState, NewCampaign
from ivr.store.database import Database
from ivr.store.jobs import Jobs
from ivr.store.secrets import Secrets

CAMPAIGN_STEP = "campaign_step"
ASKED = "asked"  # why a campaign is paused: somebody asked for it
OWN_COUNTRY = "+91"


@dataclass(frozen=True, slots=True)
class Alert:
    """What is to be told to whom. `texts` by language, spoken by the synthesiser; `recordings` by language, files
    below the data folder, win over texts. To everybody of a `district`, or to `people`: (number, language or "")."""

    key: str
    name: str
    kind: str
    made_by: str
    texts: Mapping[str, str] = field(default_factory=dict)
    recordings: Mapping[str, str] = field(default_factory=dict)
    district: str | None = None
    people: Sequence[tuple[str, str]] = ()
    per_minute: int = 30
    tries: int = 3
    day_and_night: bool = False
    starts: datetime | None = None  # at once where there is none
    to_confirm: bool = False  # rings nobody before `Alerts.confirm`


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a campaign is. `reached`: of all who took the call; `last_minute`: calls placed in it."""

    campaign: CampaignRow
    listeners: Mapping[ListenerState, int]
    last_minute: int
    minutes_left: int

    @property
    def total(self) -> int:
        return sum(self.listeners.values())

    @property
    def reached(self) -> int:
        took = (ListenerState.HEARD, ListenerState.ACKNOWLEDGED, ListenerState.OPTED_OUT)
        return sum(self.listeners[state] for state in took)

    @property
    def open(self) -> int:
        """Who may still be rung."""
        return sum(self.listeners[state] for state in UNDER_WAY)


class Alerts:
    """The campaigns of a house. `languages`: that can be spoken; the first is for who has chosen none."""

    def __init__(
        self, db: Database, secrets: Secrets, jobs: Jobs, languages: tuple[str, ...], on_queued: Callable[[], None]
    ) -> None:
        self._db, self._secrets, self._jobs = db, secrets, jobs
        self._languages, self._on_queued = languages, on_queued

    def send(self, asked: Alert, now: datetime) -> Progress:
        """Start a campaign. AlertError where it cannot be told or has nobody to tell."""
        self._check(asked)
        with self._db.begin() as connection:
            new = NewCampaign(
                **{name: getattr(asked, name) for name in NewCampaign.__dataclass_fields__ if name != "texts"},
                texts={lang: " ".join(text.split()) for lang, text in asked.texts.items()},
            )
            made, added = campaigns.add(connection, new, now, proposed=asked.to_confirm, starts=asked.starts)
            if added and not self._add_listeners(connection, made, asked, now):
                raise AlertError("nobody to ring: no caller of this place is known, or all have opted out")
            if added and not asked.to_confirm:
                enqueue_step(connection, self._jobs, made, max(now, made.started_at or now))
            shown = _progress(connection, made, now)
        self._on_queued()
        return shown

    def _check(self, asked: Alert) -> None:
        told = set(asked.texts) | set(asked.recordings)
        if not told or not told <= set(self._languages):
            raise AlertError(f"give a text or a recording in at least one of {', '.join(self._languages)}")
        if any(not text.strip() or len(text) > alert_rules.LONGEST_TEXT for text in asked.texts.values()):
            raise AlertError(f"a text must have 1 to {alert_rules.LONGEST_TEXT} letters")
        if asked.kind not in alert_rules.KINDS:
            raise AlertError(f"kind must be one of {', '.join(alert_rules.KINDS)}")
        if not 1 <= asked.per_minute <= alert_rules.MOST_A_MINUTE or not 1 <= asked.tries <= alert_rules.MOST_TRIES:
            limits = f"1 to {alert_rules.MOST_A_MINUTE} calls a minute, 1 to {alert_rules.MOST_TRIES} tries"
            raise AlertError(f"a campaign has {limits}")
        if (asked.district is None) == (not asked.people):
            raise AlertError("give either a district or a list of numbers")

    def _add_listeners(self, connection: Connection, made: CampaignRow, asked: Alert, now: datetime) -> int:
        first = next(lang for lang in self._languages if lang in asked.texts or lang in asked.recordings)
        if asked.district is not None:
            return campaigns.add_place(connection, made.id, asked.district, first, now)
        people = []
        for number, language in asked.people:
            known = phone.parse(number)
            if known is not None and known.e164.startswith(OWN_COUNTRY):
                people.append((note_caller(connection, self._secrets, known, now), language or first))
        return campaigns.add_list(connection, made.id, people, now)

    def confirm(self, campaign_id: int, by: str, typed: int | None, now: datetime) -> CampaignRow:
        """Let a proposed campaign begin. AlertError where it waits for no yes, or `by` may not give it alone."""
        with self._db.begin() as connection:
            found = self._found(connection, campaign_id)
            if not found.proposed:
                raise AlertError(f"campaign {campaign_id} waits for nobody's yes")
            people = sum(campaigns.counts(connection, campaign_id).values())
            if not alert_rules.may_confirm(found.made_by, by, typed, people):
                raise AlertError("a second person says yes, or its maker types how many will be rung")
            starts = max(found.started_at or now, now + alert_rules.GRACE)
            campaigns.move(
                connection, campaign_id, CampaignState.RUNNING, now, reason="", run=found.run + 1, started_at=starts
            )
            confirmed = self._found(connection, campaign_id)
            enqueue_step(connection, self._jobs, confirmed, starts)
        self._on_queued()
        return confirmed

    def take_back(self, campaign_id: int, now: datetime) -> CampaignRow:
        """Make it a proposal again. AlertError where somebody was rung already, or it has ended."""
        with self._db.begin() as connection:
            found = self._found(connection, campaign_id)
            if found.state not in (CampaignState.RUNNING, CampaignState.PAUSED) or found.proposed:
                raise AlertError(f"campaign {campaign_id} does not run")
            if campaigns.has_rung(connection, campaign_id):
                raise AlertError(f"campaign {campaign_id} has rung somebody; pause or stop it")
            more = {"reason": campaigns.PROPOSED, "run": found.run + 1}
            campaigns.move(connection, campaign_id, CampaignState.PAUSED, now, **more)
            return self._found(connection, campaign_id)

    def has_rung(self, campaign_id: int) -> bool:
        """Whether any call was placed: then it cannot be taken back."""
        with self._db.read() as connection:
            return campaigns.has_rung(connection, campaign_id)

    def pause(self, campaign_id: int, now: datetime, reason: str = ASKED) -> CampaignRow:
        """Ring nobody any more until it is resumed; calls that ring go on. AlertError unless it runs."""
        with self._db.begin() as connection:
            found = self._found(connection, campaign_id)
            if found.state is not CampaignState.RUNNING:
                raise AlertError(f"campaign {campaign_id} is {found.state}; only one that runs can be paused")
            campaigns.move(connection, campaign_id, CampaignState.PAUSED, now, reason=reason)
            return self._found(connection, campaign_id)

    def resume(self, campaign_id: int, now: datetime) -> CampaignRow:
        """Go on with those who have not been reached. AlertError unless it is paused."""
        with self._db.begin() as connection:
            found = self._found(connection, campaign_id)
            if found.state is not CampaignState.PAUSED:
                raise AlertError(f"campaign {campaign_id} is {found.state}; only a paused one can be resumed")
            if found.proposed:
                raise AlertError(f"campaign {campaign_id} waits for a yes in the console")
            more = {"reason": "", "run": found.run + 1}
            campaigns.move(connection, campaign_id, CampaignState.RUNNING, now, **more)
            resumed = self._found(connection, campaign_id)
            enqueue_step(connection, self._jobs, resumed, now)
        self._on_queued()
        return resumed

    def stop(self, campaign_id: int, now: datetime) -> CampaignRow:
        """End it for good. AlertError where it has ended."""
        with self._db.begin() as connection:
            found = self._found(connection, campaign_id)
            if found.state not in (CampaignState.RUNNING, CampaignState.PAUSED):
                raise AlertError(f"campaign {campaign_id} is {found.state} already")
            campaigns.move(connection, campaign_id, CampaignState.STOPPED, now, reason=ASKED)
            return self._found(connection, campaign_id)

    def progress(self, campaign_id: int, now: datetime) -> Progress:
        """How far it is. AlertError where there is no such campaign."""
        with self._db.read() as connection:
            return _progress(connection, self._found(connection, campaign_id, lock=False), now)

    def listed(self, now: datetime, limit: int = 50) -> tuple[Progress, ...]:
        """The last campaigns, newest first."""
        with self._db.read() as connection:
            return tuple(_progress(connection, one, now) for one in campaigns.listed(connection, limit))

    def failing(self, campaign_id: int, limit: int = 20) -> tuple[AlertCallRow, ...]:
        """The last calls that the carrier failed, newest first; numbers masked."""
        with self._db.read() as connection:
            return tuple(campaigns.failing(connection, campaign_id, limit))

    def _found(self, connection: Connection, campaign_id: int, lock: bool = True) -> CampaignRow:
        found = campaigns.find(connection, campaign_id, lock=lock)
        if found is None:
            raise AlertError(f"there is no campaign {campaign_id}; ivr alerts list shows them")
        return found


def enqueue_step(connection: Connection, jobs: Jobs, of: CampaignRow, at: datetime, mark: str = "0") -> None:
    """Queue the next step of this run of a campaign; `mark` makes each step a job of its own."""
    payload = {"campaign_id": of.id, "run": of.run}
    jobs.enqueue(connection, CAMPAIGN_STEP, payload, key=f"{CAMPAIGN_STEP}:{of.id}:{of.run}:{mark}", at=at)


def _progress(connection: Connection, of: CampaignRow, now: datetime) -> Progress:
    listeners = campaigns.counts(connection, of.id)
    left = sum(listeners[state] for state in UNDER_WAY)
    last = campaigns.calls_since(connection, of.id, now - timedelta(minutes=1))
    return Progress(of, listeners, last, alert_rules.minutes_left(left, of.per_minute))
