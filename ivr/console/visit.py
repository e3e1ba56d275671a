"""One request of a signed-in (or not yet signed-in) user: who, what was sent, and the answers a page can give.

Pages are plain functions from a Visit to a response, run in a thread: they may block, and they touch nothing else.
"""

import gzip
import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ivr.console import guard
from ivr.console.parts import ConsoleParts
from ivr.console.roles import Right, may
from ivr.console.texts import Words
from ivr.store.access import Entry
from ivr.store.users import SessionRow, UserRow

_WORTH_GZIP = 1_000
Flash = Mapping[str, Any]


class Refused(Exception):
    """Raised by a page to answer with a notice: HTTP status and the name of the text."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


@dataclass
class Visit:
    """`form` is empty unless something was sent; `held` is the session, None before signing in."""

    parts: ConsoleParts
    request: Request
    words: Words
    now: datetime
    form: FormData = field(default_factory=FormData)
    held: SessionRow | None = None
    flash: Flash | None = None  # to be told on this page

    @property
    def user(self) -> UserRow:
        """Who asks. Refused when nobody has signed in."""
        if self.held is None:
            raise Refused(401, "frame.sign_in_again")
        return self.held.user

    @property
    def place(self) -> str | None:
        """The district beyond which this user sees nothing; None: all."""
        return self.user.place

    def may(self, right: Right) -> bool:
        return self.held is not None and may(self.held.user.role, right)

    def require_place(self, district: str | None) -> None:
        """Refused (404: not even that it exists) where an object is of another place than the user's."""
        if self.place is not None and district != self.place:
            raise Refused(404, "frame.not_found")

    def log(self, connection: Connection, act: str, about: str = "", detail: str = "") -> None:
        """A line in the access log, in the transaction of what it tells of."""
        self.parts.access.write(connection, Entry(self.now, self.user.name, act, about, detail))

    def text(self, name: str) -> str:
        """A field that was sent, without spaces around it; "" when there is none."""
        value = self.form.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    def query(self, name: str) -> str:
        """A field of the address; "" when there is none."""
        return self.request.query_params.get(name, "").strip()

    def number(self, name: str) -> int | None:
        """A whole number of the path, the address or the form; None when it is none."""
        raw = str(self.request.path_params.get(name) or self.query(name) or self.text(name))
        return int(raw) if raw.isascii() and raw.isdecimal() and len(raw) < 16 else None

    @property
    def fragment(self) -> bool:
        """Whether a script asks for a part of the page."""
        return self.request.headers.get("x-fragment") == "1"

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A whole page. `keys`: the scopes of its keys; what else the template needs."""
        return self._html(self.parts.render(self, template, values), status)

    def part(self, template: str, **values: Any) -> Response:
        """A part of a page with an ETag: 304 where the browser has it already."""
        body = self.parts.render(self, template, values)
        tag = f'W/"{hashlib.sha256(body.encode()).hexdigest()[:20]}"'
        if self.request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"ETag": tag})
        response = self._html(body, 200)
        response.headers["ETag"] = tag
        return response

    def _html(self, body: str, status: int) -> Response:
        content, headers = body.encode(), {"Cache-Control": "no-store", "Vary": "Accept-Encoding, X-Fragment"}
        if len(content) > _WORTH_GZIP and "gzip" in self.request.headers.get("accept-encoding", ""):
            content = gzip.compress(content, 5, mtime=0)
            headers["Content-Encoding"] = "gzip"
        return Response(content, status, headers, "text/html; charset=utf-8")

    def file(self, content: bytes, media_type: str, name: str) -> Response:
        """Something to save."""
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return Response(content, 200, headers, media_type)

    def go(self, path: str, flash: str = "", /, *, undo: Mapping[str, Any] | None = None, **values: Any) -> Response:
        """On to another page (`path` below /console), which tells `flash`, a text's name with its values. `undo`:
        {"path", "fields", "seconds"} of the form that takes it back."""
        if flash:
            self.parts.tell(self, {"text": flash, "values": values, "undo": undo})
        return RedirectResponse(f"/console{path}", 303)

    def address(self, **changes: str | int | None) -> str:
        """This page's address with fields changed or (None) taken out: for links that keep the filter."""
        kept = {**dict(self.request.query_params), **changes}
        query = urlencode({name: value for name, value in kept.items() if value not in {None, ""}})
        return f"{self.request.url.path}?{query}" if query else self.request.url.path

    @property
    def csrf(self) -> str:
        """The token for this page's forms."""
        return guard.token(self.parts.csrf_key, self.held.token_hash) if self.held else ""


def read_flash(stored: str | None) -> Flash | None:
    """What the session keeps for the next page."""
    with suppress(ValueError):
        found = json.loads(stored) if stored else None
        return found if isinstance(found, dict) else None
    return None
