"""The stream token: binds a Media Stream to the call whose TwiML asked for it.

Goes out as a <Parameter> of <Stream> and comes back in `start`. Signed by HMAC-SHA256 over call sid, end of validity
and an identifier; that it is used once is enforced by whoever keeps the identifiers (`ivr.store`). Time and the
identifier are arguments.
"""

import base64
import hashlib
import hmac
import re
from datetime import datetime, timedelta

from ivr.core.errors import SignatureError

LIFETIME = timedelta(seconds=60)
_LABEL = b"janvaani stream token 1"
_SHAPE = re.compile(r"(?P<until>[0-9]{1,12})\.(?P<id>[A-Za-z0-9_-]{16,64})\.(?P<mac>[A-Za-z0-9_-]{43})")


def issue(secret: bytes, call_sid: str, token_id: str, now: datetime) -> str:
    """A token for `call_sid` that `check` accepts until `now` + LIFETIME. `token_id`: 16 to 64 url-safe characters."""
    until = int((now + LIFETIME).timestamp())
    return f"{until}.{token_id}.{_mac(secret, call_sid, until, token_id)}"


def check(secret: bytes, token: str, call_sid: str, now: datetime) -> str:
    """The token's identifier, to be claimed once. SignatureError: token_missing, token_forged, token_expired."""
    if not token:
        raise SignatureError("the stream brings no token", code="token_missing")
    shape = _SHAPE.fullmatch(token)
    if shape is None:
        raise SignatureError("the stream's token has a wrong shape", code="token_forged")
    until = int(shape["until"])
    if not hmac.compare_digest(shape["mac"], _mac(secret, call_sid, until, shape["id"])):
        raise SignatureError("the stream's token was not made here for this call", code="token_forged")
    if now.timestamp() > until:
        raise SignatureError("the stream's token is too old", code="token_expired")
    return shape["id"]


def _mac(secret: bytes, call_sid: str, until: int, token_id: str) -> str:
    if not secret:
        raise SignatureError("no secret key is set", code="token_no_secret")
    digest = hmac.new(secret, b"\n".join((_LABEL, call_sid.encode(), b"%d" % until, token_id.encode())), hashlib.sha256)
    return base64.urlsafe_b64encode(digest.digest()).decode("ascii").rstrip("=")
