"""What stands between a browser and the pages: headers of every answer, where a write may come from, its token."""

import hmac
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.requests import Request

# No inline script or style, nothing from outside. Referrer "same-origin" and not "no-referrer", for the latter makes
# browsers send "Origin: null" with our own forms.
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex, nofollow",
}
_SECURE = {"Strict-Transport-Security": "max-age=31536000"}
TOKEN_FIELD, TOKEN_HEADER = "csrf", "x-csrf-token"
LANGUAGE_COOKIE = "janvaani_lang"


def headers(secure: bool) -> Mapping[str, str]:
    """The headers of every answer."""
    return {**HEADERS, **_SECURE} if secure else HEADERS


def session_cookie(secure: bool) -> str:
    """The name of the session's cookie; with the prefix browsers refuse it without Secure or from a sub-domain."""
    return "__Host-janvaani" if secure else "janvaani"


def token(key: bytes, session_hash: str) -> str:
    """The token that every write of this session must bring: nobody can tell it without the key."""
    return hmac.new(key, session_hash.encode(), "sha256").hexdigest()


def token_fits(key: bytes, session_hash: str, given: str) -> bool:
    return hmac.compare_digest(token(key, session_hash).encode(), given.encode())


def from_ourselves(request: Request, public_url: str) -> bool:
    """Whether a write comes from one of our own pages, as the browser tells it (Sec-Fetch-Site, else Origin)."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = urlsplit(request.headers.get("origin", "")).netloc
    return bool(origin) and origin in {request.headers.get("host", ""), urlsplit(public_url).netloc}


def safe_path(given: str, otherwise: str) -> str:
    """An address inside the console to go to next; `otherwise` for everything else."""
    parts = urlsplit(given)
    inside = given.startswith("/console/") and not (parts.scheme or parts.netloc) and "\\" not in given
    return given if inside and "\n" not in given and "\r" not in given else otherwise
