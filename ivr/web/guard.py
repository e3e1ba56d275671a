"""Lets only the carrier in: signature, size and shape of a webhook before anything else is done with it.

Fails closed. Without an auth token or a public address nothing can be checked, so everything is refused and the log
says which setting is missing.
"""

from urllib.parse import parse_qsl

import structlog
from starlette.requests import HTTPConnection, Request

from ivr.core.errors import ProtocolError, SignatureError
from ivr.twilio import signature
from ivr.twilio.signature import Form
from ivr.web.services import Edge

BODY_MAX_BYTES = 64 * 1024
FIELDS_MAX = 200
_FORM = "application/x-www-form-urlencoded"

log = structlog.get_logger()


Refusal = SignatureError | ProtocolError
_STATUS = {"body_too_large": 413, "not_a_form": 415}


def status_of(refusal: Refusal) -> int:
    """The HTTP status that answers a refusal: its sender is not the carrier, so no TwiML."""
    return 403 if isinstance(refusal, SignatureError) else _STATUS.get(refusal.code, 400)


async def checked_form(request: Request, edge: Edge) -> Form:
    """The signed fields of a webhook.

    SignatureError: no_auth, signature_missing, signature.
    ProtocolError: not_a_form, body_too_large, bad_form."""
    given = _signature(request, edge)
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != _FORM:
        raise ProtocolError("a webhook is a form", code="not_a_form")
    form = _form(await _body(request))
    url = signature.request_url(edge.public_url, _path(request), _query(request))
    if not signature.valid(edge.auth_token, url, form, given):
        raise SignatureError("the signature is not the carrier's", code="signature")
    return form


def check_handshake(connection: HTTPConnection, edge: Edge) -> None:
    """Raises SignatureError unless the carrier signed this WebSocket handshake."""
    given = _signature(connection, edge)
    if not signature.valid_handshake(edge.auth_token, edge.public_url, _path(connection), _query(connection), given):
        raise SignatureError("the signature is not the carrier's", code="signature")


def _signature(connection: HTTPConnection, edge: Edge) -> str:
    missing = edge.missing()
    if missing:
        log.error("carrier requests are refused: settings are missing", settings=missing, code="no_auth")
        raise SignatureError("this server cannot check signatures yet", code="no_auth")
    given = connection.headers.get(signature.HEADER, "")
    if not given:
        raise SignatureError("the request is not signed", code="signature_missing")
    return given


def _path(connection: HTTPConnection) -> str:
    """The path as it came over the wire: the carrier signed it encoded."""
    raw: bytes = connection.scope.get("raw_path") or connection.scope["path"].encode()
    return raw.decode("latin-1").split("?")[0]


def _query(connection: HTTPConnection) -> str:
    query: bytes = connection.scope.get("query_string", b"")
    return query.decode("latin-1")


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_MAX_BYTES:
            raise ProtocolError("the body is too large", code="body_too_large")
    return bytes(body)


def _form(body: bytes) -> Form:
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=FIELDS_MAX)
    except ValueError as error:
        raise ProtocolError("the form cannot be read", code="bad_form") from error
    return Form(pairs)
