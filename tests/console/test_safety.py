"""Who comes in, what a write needs, what every answer carries."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.routing import Route

from ivr.console import app as console
from ivr.console import live, passwords
from ivr.console.accounts import FREE_FAILURES, IDLE, LONGEST, LONGEST_WAIT, wait
from ivr.console.guard import HEADERS, safe_path
from ivr.console.page import Page
from ivr.console.roles import FIRST_PAGE, RIGHTS, Right, Role
from ivr.store import access, users
from tests.console.house import NOW, PASSWORD, Browser, Desktop
from tests.store.conftest import anew, opened

GETS = [page for page in console.PAGES if page.method == "GET"]
POSTS = [page for page in console.PAGES if page.method == "POST"]


def acts(desktop: Desktop) -> list[str]:
    with desktop.db.read() as connection:
        return [line.entry.act for line in access.lines(connection)]


def filled(page: Page) -> str:
    return re.sub(r"\{\w+:int\}", "1", page.path).replace("{", "").replace("}", "")


@pytest.fixture(scope="module")
def door(lite_pattern: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desktop]:
    """One console for everything that is refused: what is refused leaves nothing behind."""
    folder = tmp_path_factory.mktemp("door")
    anew(folder / "door.db", lite_pattern)
    db = opened(f"sqlite:///{folder / 'door.db'}")
    yield Desktop(db, folder, with_users=True)
    db.dispose()


@pytest.fixture(scope="module")
def visitors(door: Desktop) -> dict[Role, Browser]:
    return {role: door.client(role) for role in Role}


@pytest.mark.parametrize("page", [p for p in GETS if not p.open], ids=lambda p: p.path)
def test_no_page_is_seen_without_signing_in(page: Page, door: Desktop) -> None:
    answer = door.client().get(filled(page))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/console/sign-in?next=")


@pytest.mark.parametrize("page", [p for p in POSTS if not p.open], ids=lambda p: p.path)
def test_no_write_without_its_token_or_from_elsewhere(page: Page, door: Desktop, visitors: dict[Role, Browser]) -> None:
    stranger, user = door.client(), visitors[Role.OPERATOR]
    same = {"sec-fetch-site": "same-origin"}
    token = user.token()
    assert stranger.http.post(f"/console{filled(page)}", data={}, headers=same).status_code == 401
    assert user.http.post(f"/console{filled(page)}", data={}, headers=same).status_code == 403
    assert user.http.post(f"/console{filled(page)}", data={"csrf": "0" * 64}, headers=same).status_code == 403
    for elsewhere in ({"sec-fetch-site": "cross-site"}, {"origin": "http://elsewhere"}, {"origin": "null"}, {}):
        answer = user.http.post(f"/console{filled(page)}", data={"csrf": token}, headers=elsewhere)
        assert answer.status_code == 403, elsewhere


@pytest.mark.parametrize("page", [p for p in console.PAGES if p.right], ids=lambda p: f"{p.method} {p.path}")
def test_a_page_opens_only_for_roles_that_have_its_right(
    page: Page, door: Desktop, visitors: dict[Role, Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def long(seconds: float) -> None:
        door.clock.advance(live.STREAM_FOR.total_seconds() + seconds)

    monkeypatch.setattr(live, "pause", long)  # a stream ends with its first round
    assert page.right is not None
    for role, browser in visitors.items():
        call = browser.get if page.method == "GET" else browser.post
        answer = call(filled(page))
        refused = "Your role does not include this" in answer.text
        assert refused is (page.right not in RIGHTS[role]), role
        assert "/sign-in" not in answer.headers.get("location", ""), "the visitor's session has ended"


def test_every_page_that_is_not_for_all_names_its_right() -> None:
    leading_on = {"/", "/admin"}  # to the first page that the visitor may open
    for_all = leading_on | {"/sign-in", "/sign-in/code", "/sign-out", "/language"}
    without = {page.path for page in console.PAGES if page.right is None and not page.path.startswith("/account")}
    assert without == for_all


def test_every_role_has_a_first_page_that_it_may_open() -> None:
    rights = {page.path: page.right for page in GETS}
    for role in Role:
        assert role in RIGHTS
        right = rights.get(FIRST_PAGE[role])
        assert right is None or right in RIGHTS[role]


def test_only_who_hears_calls_may_hear_them() -> None:
    assert {role for role in Role if Right.LISTEN in RIGHTS[role]} == {Role.OPERATOR, Role.SUPERVISOR}


def test_every_answer_forbids_scripts_from_elsewhere(lite: Desktop) -> None:
    browser = lite.client()
    for path in ("/sign-in", "/no-such-page", "/tickets", "/static/console.css", "/"):
        answer = browser.get(path)
        for name, value in HEADERS.items():
            assert answer.headers[name] == value, (path, name)
    assert "unsafe" not in HEADERS["Content-Security-Policy"]


def test_static_files_are_kept_by_name_and_pages_never(lite: Desktop) -> None:
    browser = lite.client()
    answer = browser.get(lite.parts.assets.address("console.css").removeprefix("/console"))
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "url(./" not in answer.text
    assert browser.get("/sign-in").headers["cache-control"] == "no-store"


def test_signing_in_gives_a_cookie_that_scripts_cannot_read(lite: Desktop) -> None:
    answer = lite.client().sign_in("operator")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    browser = lite.client()
    browser.sign_in("operator")
    assert browser.get("/").headers["location"] == f"/console{FIRST_PAGE[Role.OPERATOR]}"


def test_over_https_the_cookie_is_secure_and_bound_to_the_host(lite: Desktop) -> None:
    settings = lite.around.settings.model_copy(update={"public_url": "https://helpline.example.in"})
    lite.serve(replace(lite.around, settings=settings))
    answer = lite.client().sign_in("operator")
    assert answer.headers["set-cookie"].startswith("__Host-janvaani=")
    assert "Secure" in answer.headers["set-cookie"]
    assert "max-age" in answer.headers["strict-transport-security"]


def test_a_wrong_password_and_an_unknown_name_are_told_alike(lite: Desktop) -> None:
    wrong, unknown = lite.client().sign_in("operator", "x" * 12), lite.client().sign_in("nobody", "x" * 12)
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.text.replace("operator", "") == unknown.text.replace("nobody", "")
    assert acts(lite) == ["sign_in_failed", "sign_in_failed"]


def test_guessing_slows_down_whether_or_not_the_name_exists(desktop: Desktop) -> None:
    for name in ("operator", "nobody"):
        for _ in range(FREE_FAILURES["name"] + 1):
            assert desktop.client().sign_in(name, "a wrong guess").status_code == 401
        assert desktop.client().sign_in(name, PASSWORD).status_code == 429
    desktop.clock.advance(LONGEST_WAIT.total_seconds())
    assert desktop.client().sign_in("operator").status_code == 303
    with desktop.db.read() as connection:
        assert all(users.failures(connection, key) == (0, None) for key in ("x",))


def test_the_wait_doubles_and_ends() -> None:
    waits = [wait("name", n, NOW, NOW).total_seconds() for n in range(30)]
    assert waits[: FREE_FAILURES["name"] + 1] == [0] * (FREE_FAILURES["name"] + 1)
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT.total_seconds()
    assert wait("name", 30, NOW, NOW + LONGEST_WAIT) == timedelta(0)


def test_a_session_ends_when_idle_and_at_the_end_of_the_day(lite: Desktop) -> None:
    browser = lite.client("operator")
    lite.clock.advance(IDLE.total_seconds() - 1)
    assert browser.get("/account").status_code == 200
    lite.clock.advance(IDLE.total_seconds() - 1)
    assert browser.get("/account").status_code == 200
    lite.clock.advance(IDLE.total_seconds() + 1)
    assert browser.get("/account").status_code == 303
    browser = lite.client("operator")
    for _ in range(int(LONGEST / IDLE) + 2):
        lite.clock.advance(IDLE.total_seconds() - 1)
        last = browser.get("/account")
    assert last.status_code == 303


def test_signing_out_ends_the_session_on_the_server(lite: Desktop) -> None:
    browser = lite.client()
    browser.sign_in("operator")
    kept = dict(browser.http.cookies)
    assert browser.post("/sign-out").status_code == 303
    browser.http.cookies.update(kept)
    assert browser.get("/account").status_code == 303


def test_a_disabled_user_is_out_at_once(lite: Desktop) -> None:
    browser = lite.client("operator")
    parts = lite.parts
    parts.accounts.enable("operator", False, "administrator", NOW)
    assert browser.get("/account").status_code == 303
    assert lite.client().sign_in("operator").status_code == 401


def test_a_one_time_password_must_be_changed_before_anything_else(lite: Desktop) -> None:
    parts = lite.parts
    given = parts.accounts.reset("operator", "administrator", NOW)
    browser = lite.client()
    browser.sign_in("operator", given)
    assert browser.get("/").headers["location"] == "/console/account"
    new = "another sentence 8"
    short = browser.post("/account/password", {"old": given, "new": "short", "again": "short"})
    assert short.status_code == 422
    done = browser.post("/account/password", {"old": given, "new": new, "again": new})
    assert (done.status_code, done.headers["location"]) == (303, "/console/")
    assert browser.get("/").headers["location"] == f"/console{FIRST_PAGE[Role.OPERATOR]}"
    assert lite.client().sign_in("operator", new).status_code == 303


def test_the_second_factor_is_asked_and_no_code_counts_twice(desktop: Desktop) -> None:
    browser = desktop.client("operator")
    parts = desktop.parts
    secret = passwords.new_secret()
    token = next(iter(browser.http.cookies.values()))
    held = parts.accounts.session(token, NOW)
    assert held is not None
    assert parts.accounts.set_totp(held, secret, passwords.code_at(secret, NOW), NOW)

    second = desktop.client()
    assert "authenticator" in second.sign_in("operator").text
    assert second.get("/account").status_code == 303, "the password alone must not do"
    same = {"sec-fetch-site": "same-origin"}

    def code(when: timedelta) -> int:
        sent = {"code": passwords.code_at(secret, NOW + when)}
        return int(second.http.post("/console/sign-in/code", data=sent, headers=same).status_code)

    assert code(timedelta(0)) == 401, "the code that set it up was used"
    assert code(timedelta(minutes=10)) == 401
    assert code(timedelta(seconds=30)) == 303
    assert second.get("/account").status_code == 200


def test_setting_up_the_second_factor_shows_the_secret_once_and_wants_a_code(lite: Desktop) -> None:
    browser = lite.client("operator")
    page = browser.post("/account/second-factor").text
    assert "<svg" in page
    assert "style=" not in page, "the content security policy would drop it"


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("/console/tickets?view=late", True),
        ("//evil.example/console/", False),
        ("https://evil.example/console/", False),
        ("/console\\@evil.example", False),
        ("/console/\nx", False),
        ("/s/abc", False),
    ],
)
def test_after_signing_in_one_stays_in_the_console(given: str, taken: bool) -> None:
    assert safe_path(given, "no") == (given if taken else "no")


def test_no_route_is_beside_the_table(lite: Desktop) -> None:
    served = {route.path for route in lite.routes if isinstance(route, Route)}
    assert served == {page.path for page in console.PAGES} | {"/static/{name:path}"}


def test_a_form_that_is_too_large_is_refused_unread(lite: Desktop) -> None:
    browser = lite.client("operator")
    length = {"content-length": str(console.BODY_MAX_BYTES + 1), "sec-fetch-site": "same-origin"}
    assert browser.http.post("/console/language", content=b"", headers=length).status_code == 413
