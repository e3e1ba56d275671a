"""Was this request made by the carrier? By the twilio package's RequestValidator, against the public address.

Twilio signs the address *it* called: scheme and host as configured (IVR_PUBLIC_URL), not what a proxy made of them,
with the path and query of the request. Header: X-Twilio-Signature. It must not read headers, bodies or settings.
"""

from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urlsplit, urlunsplit

from twilio.request_validator import RequestValidator

HEADER = "x-twilio-signature"

_SOCKET_SCHEMES = {"https": ("wss", "https"), "http": ("ws", "http"), "wss": ("wss", "https"), "ws": ("ws", "http")}


class Form:
    """Form fields in the shape RequestValidator reads: a name may come more than once, an empty value counts."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._fields: dict[str, list[str]] = {}
        for name, value in pairs:
            self._fields.setdefault(name, []).append(value)

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def getlist(self, name: str) -> Sequence[str]:
        return self._fields.get(name, [])

    def get(self, name: str, default: str = "") -> str:
        """The first value of `name`."""
        values = self._fields.get(name)
        return values[0] if values else default


def request_url(public_url: str, path: str, query: str = "") -> str:
    """The address Twilio called: `path` and `query` are the request's own, still encoded."""
    return public_url.rstrip("/") + path + (f"?{query}" if query else "")


def handshake_urls(public_url: str, path: str, query: str = "") -> tuple[str, ...]:
    """Every address that a WebSocket handshake may be signed with.

    Twilio signs the wss address of the TwiML; its documentation adds that a slash at the end may be needed. Libraries
    that see the upgrade as a request sign the https form. All name our host and path, so none weakens the check.
    """
    parts = urlsplit(request_url(public_url, path))
    schemes = _SOCKET_SCHEMES.get(parts.scheme, (parts.scheme,))
    paths = dict.fromkeys((parts.path, parts.path.rstrip("/") + "/"))
    # the package tries an address with and without its port, but takes 80 for the default port of wss
    netloc = parts.netloc if parts.port or parts.scheme not in ("https", "wss") else f"{parts.netloc}:443"
    return tuple(urlunsplit((scheme, netloc, path, query, "")) for scheme in schemes for path in paths)


def valid(auth_token: str, url: str, form: Form | None, signature: str) -> bool:
    """Whether `signature` is that of `url` and `form` under `auth_token`. No token, or no signature: False."""
    if not auth_token or not signature:
        return False
    return bool(RequestValidator(auth_token).validate(url, form or Form(()), signature))


def valid_handshake(auth_token: str, public_url: str, path: str, query: str, signature: str) -> bool:
    """Whether a WebSocket handshake is signed, under any of `handshake_urls`."""
    return any(valid(auth_token, url, None, signature) for url in handshake_urls(public_url, path, query))
