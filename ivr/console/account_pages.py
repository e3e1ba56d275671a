"""Signing in and out, the user's own password, second factor, language and keys."""

import segno
from starlette.responses import RedirectResponse, Response

from ivr.console import guard, passwords
from ivr.console.accounts import Attempt, SignedIn
from ivr.console.page import Page
from ivr.console.roles import FIRST_PAGE, Role
from ivr.console.texts import LANGUAGES
from ivr.console.visit import Refused, Visit

_LANGUAGE_S = 365 * 24 * 3600


def sign_in_form(visit: Visit) -> Response:
    """GET /sign-in: the form, or on to the first page for who is in already."""
    if visit.held is not None and visit.held.passed:
        return visit.go("/")
    return _form(visit, 200, "", code=visit.held is not None)


def sign_in(visit: Visit) -> Response:
    """POST /sign-in: name and password."""
    address = visit.request.client.host if visit.request.client else ""
    attempt = visit.parts.accounts.sign_in(visit.text("name"), visit.text("password"), address, visit.now)
    return _attempted(visit, attempt)


def second_factor(visit: Visit) -> Response:
    """POST /sign-in/code: the code that follows the password."""
    token = visit.request.cookies.get(guard.session_cookie(visit.parts.around.secure), "")
    return _attempted(visit, visit.parts.accounts.second_factor(token, visit.text("code"), visit.now), code=True)


def _attempted(visit: Visit, attempt: Attempt, code: bool = False) -> Response:
    match attempt.outcome:
        case SignedIn.IN:
            response: Response = RedirectResponse(guard.safe_path(visit.text("next"), "/console/"), 303)
        case SignedIn.CODE:
            response = _form(visit, 200, "", code=True)
        case SignedIn.WAIT:
            return _form(visit, 429, "account.wait", code=code, wait_s=attempt.wait_s)
        case SignedIn.NO:
            return _form(visit, 401, "account.wrong_code" if code else "account.wrong", code=code)
    secure = visit.parts.around.secure
    name = guard.session_cookie(secure)
    response.set_cookie(name, attempt.token, path="/", secure=secure, httponly=True, samesite="lax")
    return response


def _form(visit: Visit, status: int, problem: str, *, code: bool, wait_s: int = 0) -> Response:
    following = guard.safe_path(visit.query("next") or visit.text("next"), "")
    shown = {"problem": problem, "code": code, "wait_s": wait_s, "next": following, "name": visit.text("name")}
    return visit.page("sign_in.html", status, keys=(), **shown)


def sign_out(visit: Visit) -> Response:
    """POST /sign-out."""
    if visit.held is not None:
        visit.parts.accounts.sign_out(visit.held, visit.now)
    response = RedirectResponse("/console/sign-in", 303)
    response.delete_cookie(guard.session_cookie(visit.parts.around.secure), path="/")
    return response


def first_page(visit: Visit) -> Response:
    """GET /: on to the page this role works on."""
    return visit.go(FIRST_PAGE[Role(visit.user.role)])


def language(visit: Visit) -> Response:
    """POST /language: for this user, or before signing in for this browser."""
    lang = visit.text("lang")
    if lang not in LANGUAGES:
        raise Refused(400, "frame.not_found")
    if visit.held is not None and visit.held.passed:
        visit.parts.accounts.prefer(visit.user.name, language=lang)
    response = RedirectResponse(guard.safe_path(visit.text("back"), "/console/"), 303)
    secure = visit.parts.around.secure
    response.set_cookie(
        guard.LANGUAGE_COOKIE, lang, max_age=_LANGUAGE_S, path="/console", secure=secure, httponly=True, samesite="lax"
    )
    return response


def account(visit: Visit) -> Response:
    """GET /account: the user's own page."""
    return _account(visit, 200)


def _account(visit: Visit, status: int, **shown: object) -> Response:
    return visit.page("account.html", status, **({"problem": "", "secret": "", "qr": "", "keys": ()} | shown))


def change_password(visit: Visit) -> Response:
    """POST /account/password."""
    user = visit.user
    assert visit.held is not None
    new = visit.text("new")
    if new != visit.text("again"):
        return _account(visit, 422, problem="account.password_twice")
    problem = visit.parts.accounts.change_password(visit.held, visit.text("old"), new, visit.now)
    if problem:
        return _account(visit, 422, problem=problem)
    return visit.go("/" if user.must_change else "/account", "account.password_changed")


def begin_totp(visit: Visit) -> Response:
    """POST /account/second-factor: a new secret to scan; it holds once a code of it has come back."""
    return _with_secret(visit, 200, passwords.new_secret())


def confirm_totp(visit: Visit) -> Response:
    """POST /account/second-factor/confirm."""
    assert visit.held is not None
    try:
        secret = bytes.fromhex(visit.parts.around.secrets.open(bytes.fromhex(visit.text("secret")), _purpose(visit)))
    except ValueError:
        raise Refused(400, "frame.form_old") from None
    if visit.parts.accounts.set_totp(visit.held, secret, visit.text("code"), visit.now):
        return visit.go("/account", "account.totp_on")
    return _with_secret(visit, 422, secret, problem="account.wrong_code")


def _with_secret(visit: Visit, status: int, secret: bytes, problem: str = "") -> Response:
    sealed = visit.parts.around.secrets.seal(secret.hex(), _purpose(visit)).hex()
    qr = segno.make(passwords.provisioning(secret, visit.user.name), error="m")
    drawn = qr.svg_inline(scale=4, border=2, dark="#000", light="#fff", title="otpauth")
    return _account(visit, status, secret=sealed, spelled=passwords.spelled(secret), qr=drawn, problem=problem)


def _purpose(visit: Visit) -> str:
    return f"totp-enrolment:{visit.user.name}"


def keys_switch(visit: Visit) -> Response:
    """POST /account/keys: keys on or off (WCAG 2.1.4)."""
    off = visit.text("keys") == "off"
    visit.parts.accounts.prefer(visit.user.name, keys_off=off)
    back = guard.safe_path(visit.text("back"), "/console/account").removeprefix("/console")
    return visit.go(back, "keys.now_off" if off else "keys.now_on")


PAGES = (
    Page("/", first_page),
    Page("/sign-in", sign_in_form, open=True),
    Page("/sign-in", sign_in, method="POST", open=True),
    Page("/sign-in/code", second_factor, method="POST", open=True),
    Page("/sign-out", sign_out, method="POST", unchanged=True),
    Page("/language", language, method="POST", open=True, unchanged=True),
    Page("/account", account, unchanged=True),
    Page("/account/password", change_password, method="POST", unchanged=True),
    Page("/account/second-factor", begin_totp, method="POST"),
    Page("/account/second-factor/confirm", confirm_totp, method="POST"),
    Page("/account/keys", keys_switch, method="POST"),
)
