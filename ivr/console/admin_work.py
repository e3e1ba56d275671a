"""Work that was given up, and how long things are kept."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from starlette.responses import Response

from ivr.console.admin_nav import ADMIN
from ivr.console.page import Page
from ivr.console.roles import Right
from ivr.console.visit import Refused, Visit
from ivr.store.schema import call, link, recording, sms
from ivr.store.schema_console import access_log
from ivr.store.schema_tickets import ticket

MOST = 100


def work(visit: Visit) -> Response:
    """GET /admin/work: how much is queued, and the dead letters."""
    jobs = visit.parts.desk.jobs
    return visit.page("admin_work.html", counts=jobs.counts(), dead=jobs.dead(MOST), admin=ADMIN, keys=())


def retry(visit: Visit) -> Response:
    """POST /admin/work/retry: all its attempts again."""
    job_id = visit.number("id") or 0
    if not visit.parts.desk.jobs.revive(job_id, visit.now):
        raise Refused(409, "admin.job_gone")
    _noted(visit, "job_retried", job_id)
    return visit.go("/admin/work", "admin.job_retried")


def drop(visit: Visit) -> Response:
    """POST /admin/work/drop: not to be done any more; the reason goes into the access log."""
    job_id, reason = visit.number("id") or 0, visit.text("reason")
    if not reason:
        raise Refused(422, "admin.reason_missing")
    if not visit.parts.desk.jobs.drop(job_id, visit.now):
        raise Refused(409, "admin.job_gone")
    _noted(visit, "job_dropped", job_id, reason)
    return visit.go("/admin/work", "admin.job_dropped")


def _noted(visit: Visit, act: str, job_id: int, detail: str = "") -> None:
    with visit.parts.db.begin() as connection:
        visit.log(connection, act, f"job {job_id}", detail[:500])


def retention(visit: Visit) -> Response:
    """GET /admin/retention: what is kept, since when, and what should be gone."""
    r = recording.c
    sound = select(r.kind, func.count(), func.sum(r.bytes), func.min(r.made_at), func.min(r.purge_at)).group_by(r.kind)
    overdue = select(func.count()).select_from(recording).where(r.purge_at <= visit.now)
    spans = {
        "calls": (call.c.started_at, call), "tickets": (ticket.c.opened_at, ticket), "sms": (sms.c.queued_at, sms),
        "links": (link.c.made_at, link), "access": (access_log.c.at, access_log),
    }  # fmt: skip
    with visit.parts.db.read() as connection:
        rows = [tuple(row) for row in connection.execute(sound)]
        late = connection.execute(overdue).scalar_one()
        first = {name: connection.execute(select(func.min(at))).scalar_one_or_none() for name, (at, _) in spans.items()}
    shown: Mapping[str, Any] = {"sound": rows, "overdue": late, "first": first}
    days = visit.parts.around.settings.recording_days
    return visit.page("admin_retention.html", days=days, admin=ADMIN, keys=(), **shown)


PAGES = (
    Page("/admin/work", work, Right.DEAD_LETTERS),
    Page("/admin/work/retry", retry, Right.DEAD_LETTERS, "POST"),
    Page("/admin/work/drop", drop, Right.DEAD_LETTERS, "POST"),
    Page("/admin/retention", retention, Right.RETENTION),
)
