"""Users and their sessions, and the access log: who may come in, who is in, what was looked at."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from ivr.console.accounts import NewUser
from ivr.console.admin_nav import ADMIN
from ivr.console.page import Page
from ivr.console.roles import Right, Role
from ivr.console.texts import LANGUAGES
from ivr.console.visit import Refused, Visit
from ivr.core.errors import ConsoleError
from ivr.store import access, users

PAGE = 100


def first(visit: Visit) -> Response:
    """GET /admin: the first page of the administration that this role may open."""
    allowed = next((one for one in ADMIN if visit.may(one.right)), None)
    if allowed is None:
        raise Refused(403, "frame.not_allowed")
    return visit.go(allowed.path)


def listed(visit: Visit) -> Response:
    """GET /admin/users."""
    return _shown(visit)


def _shown(visit: Visit, status: int = 200, problem: str = "", given: tuple[str, str] | None = None) -> Response:
    """`given`: a name and its one-time password, shown this once."""
    with visit.parts.db.read() as connection:
        found, sessions = users.listed(connection), users.open_sessions(connection)
    shown: Mapping[str, Any] = {"users": found, "sessions": sessions, "problem": problem, "given": given}
    return visit.page("admin_users.html", status, roles=list(Role), interface=LANGUAGES, keys=(), admin=ADMIN, **shown)


def add(visit: Visit) -> Response:
    """POST /admin/users: make a user; the password is on the page once and nowhere else."""
    name, role = visit.text("name").lower(), visit.text("role")
    lang = visit.text("lang")
    if role not in set(Role):
        raise Refused(400, "frame.form_old")
    new = NewUser(name, Role(role), visit.text("place") or None, lang if lang in LANGUAGES else None)
    try:
        password = visit.parts.accounts.add(new, visit.user.name, visit.now)
    except ConsoleError as error:
        return _shown(visit, 422, f"admin.problem_{error.code}")
    return _shown(visit, given=(name, password))


def change(visit: Visit) -> Response:
    """POST /admin/users/change: a new one-time password, or let in or out."""
    name, what = visit.text("name"), visit.text("what")
    try:
        if what == "reset":
            return _shown(visit, given=(name, visit.parts.accounts.reset(name, visit.user.name, visit.now)))
        visit.parts.accounts.enable(name, what == "enable", visit.user.name, visit.now)
    except ConsoleError as error:
        return _shown(visit, 422, f"admin.problem_{error.code}")
    return visit.go("/admin/users", f"admin.user_{'enabled' if what == 'enable' else 'disabled'}", name=name)


def log(visit: Visit) -> Response:
    """GET /admin/access: newest first, with what the chain says."""
    who, about = visit.query("who"), visit.query("about")
    with visit.parts.db.read() as connection:
        lines = access.newest(connection, before=visit.number("before"), who=who, about=about, limit=PAGE)
        broken = visit.parts.access.first_break(connection) if visit.query("check") else None
    older = visit.address(before=lines[-1].n) if len(lines) == PAGE else ""
    checked = bool(visit.query("check"))
    shown: Mapping[str, Any] = {"lines": lines, "older": older, "broken": broken, "checked": checked}
    return visit.page("admin_access.html", who=who, about=about, keys=(), admin=ADMIN, **shown)


def log_file(visit: Visit) -> Response:
    """GET /admin/access.csv: the whole chain with its hashes; that it was taken is a line of its own."""
    with visit.parts.db.begin() as connection:
        visit.log(connection, "access_log_exported")
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(["n", "at", "who", "act", "object", "detail", "prev_hash", "hash"])
        for line in access.lines(connection):
            one = line.entry
            writer.writerow(
                [line.n, one.at.isoformat(), one.who, one.act, one.object, one.detail, line.prev_hash, line.hash]
            )
    return visit.file(text.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8", "access-log.csv")


PAGES = (
    Page("/admin", first),
    Page("/admin/users", listed, Right.USERS),
    Page("/admin/users", add, Right.USERS, "POST"),
    Page("/admin/users/change", change, Right.USERS, "POST"),
    Page("/admin/access", log, Right.ACCESS_LOG),
    Page("/admin/access.csv", log_file, Right.ACCESS_LOG),
)
