"""The work that tickets cause, as handlers of jobs: telling, the clock's rounds, acts on many."""

from collections.abc import Callable, Mapping

from ivr.core.clock import Clock
from ivr.desk.acting import TELL
from ivr.desk.bulk import BULK, Bulk
from ivr.desk.desk import Desk
from ivr.desk.escalating import SCAN, Escalation
from ivr.desk.telling import AskCitizen, Tellings
from ivr.desk.worker import Handler
from ivr.store.database import Database


def ticket_handlers(
    db: Database, desk: Desk, clock: Clock, on_queued: Callable[[], None], ask_citizen: AskCitizen
) -> Mapping[str, Handler]:
    """`ask_citizen` queues the call that asks whether a claim is true."""
    acting = desk.acting
    escalation = Escalation(db, desk.jobs, acting, clock, on_queued)
    return {
        TELL: Handler(Tellings(acting.rules, desk.messages, clock, ask_citizen).run),
        SCAN: Handler(escalation.run, begin=escalation.start),
        BULK: Handler(Bulk(db, desk.jobs, acting, clock, on_queued).run),
    }
