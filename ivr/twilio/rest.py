"""Twilio's REST API by its own client, asynchronous: messages out and calls out.

Owns the connection pool, the account's credentials and the sorting of failures into retryable or not. It must not
decide what is sent or when; numbers and texts never reach a log or an error's message.
"""

import base64
import json
import logging
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import urlsplit, urlunsplit

import aiohttp
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from ivr.core.errors import CarrierError, ConfigurationError

DEFAULT_API_URL = "https://api.twilio.com"
TIMEOUT_S = 10.0

# Error codes of Twilio that a later try cannot mend although the status says "client error" or not.
# https://www.twilio.com/docs/api/errors: 20429 too many requests, 30001 queue overflow, 21611 queue full for a sender.
_RETRYABLE_CODES = frozenset({20429, 21611, 30001})
_ERRORS_FROM = 400
_RETRYABLE_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})

_quiet = logging.getLogger("ivr.twilio.http")
_quiet.setLevel(logging.CRITICAL)  # the client logs addresses and headers of every request


@dataclass(frozen=True, slots=True)
class RestAccount:
    """Which account, which number sends, and where the API is (`api_url`: scheme, host and port)."""

    account_sid: str
    auth_token: str
    number: str
    api_url: str = DEFAULT_API_URL


class _RewritingHttpClient(AsyncTwilioHttpClient):  # type: ignore[misc]  # the package has no types
    """Sends to `api_url` what the client addresses to api.twilio.com: same path, other origin."""

    def __init__(self, api_url: str, timeout_s: float) -> None:
        super().__init__(pool_connections=True, logger=_quiet)
        self._timeout_s = timeout_s
        self._origin = urlsplit(api_url.rstrip("/"))

    async def request(self, method: str, url: str, **options: Any) -> Any:
        path = urlsplit(url)
        moved = (self._origin.scheme, self._origin.netloc, self._origin.path + path.path, path.query, "")
        user, password = options.pop("auth")
        # the parent would use aiohttp's BasicAuth, which aiohttp is about to remove
        basic = base64.b64encode(f"{user}:{password}".encode()).decode()
        options["headers"] = {**(options.get("headers") or {}), "Authorization": f"Basic {basic}"}
        # None would wait for ever, and a hanging API must not hold a worker's lease
        options["timeout"] = options.get("timeout") or self._timeout_s
        response = await super().request(method, urlunsplit(moved), **options)
        _check_json(response.status_code, response.text)
        return response


class TwilioRest:
    """One account. Its connections belong to the event loop of the first request; `close` it there."""

    def __init__(self, account: RestAccount, timeout_s: float = TIMEOUT_S) -> None:
        if not (account.account_sid and account.auth_token):
            raise ConfigurationError("set IVR_TWILIO_ACCOUNT_SID and IVR_TWILIO_AUTH_TOKEN to send SMS and make calls")
        self._account = account
        self._timeout_s = timeout_s
        self._http: _RewritingHttpClient | None = None
        self._opened: Client | None = None

    async def send_sms(self, to: str, body: str, status_callback: str | None = None) -> str:
        """The message's sid. `to` in E.164; `body` up to 1600 characters. Raises CarrierError."""
        fields: dict[str, str] = {"to": to, "from_": self._sender(), "body": body}
        if status_callback:
            fields["status_callback"] = status_callback
        return await self._create(self._client().messages, fields)

    async def create_call(self, to: str, url: str, status_callback: str | None = None) -> str:
        """Ring `to` and, when answered, fetch TwiML from `url` by POST. The call's sid. Raises CarrierError."""
        fields: dict[str, Any] = {"to": to, "from_": self._sender(), "url": url, "method": "POST"}
        if status_callback:
            fields |= {"status_callback": status_callback, "status_callback_method": "POST"}
        return await self._create(self._client().calls, fields)

    async def close(self) -> None:
        """Ends the connections; a later request opens new ones."""
        if self._http is not None:
            await self._http.close()
        self._http = self._opened = None

    def _client(self) -> Client:
        if self._opened is None:
            self._http = _RewritingHttpClient(self._account.api_url, self._timeout_s)
            self._opened = Client(self._account.account_sid, self._account.auth_token, http_client=self._http)
        return self._opened

    def _sender(self) -> str:
        if not self._account.number:
            raise CarrierError("set IVR_TWILIO_NUMBER: the number that sends", code="carrier_no_number")
        return self._account.number

    @staticmethod
    async def _create(resource: Any, fields: dict[str, Any]) -> str:
        try:
            created = await resource.create_async(**fields)
        except (TwilioRestException, TwilioServiceException) as error:
            _refused(error)
        except aiohttp.ClientConnectorError:
            raise _away("cannot be reached", "carrier_away") from None
        except (TimeoutError, aiohttp.ClientError, OSError):
            # the request may have been carried out: who tries again may do it twice
            raise _away("did not answer", "carrier_unsure") from None
        if not isinstance(created.sid, str):
            raise CarrierError("the carrier's API gave no sid", code="carrier_answer", retryable=True)
        return created.sid


def _check_json(status: int, text: str) -> None:
    """The client takes for granted that an answer is a JSON object; a proxy's page is not."""
    try:
        body = json.loads(text)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        code = f"carrier_http_{status}" if status >= _ERRORS_FROM else "carrier_answer"
        retryable = status < _ERRORS_FROM or status in _RETRYABLE_STATUS
        raise CarrierError(f"the carrier's API answered nonsense: HTTP {status}", code=code, retryable=retryable)


def _away(what: str, code: str) -> CarrierError:
    """The cause is left out: its text may hold the request."""
    return CarrierError(f"the carrier's API {what}", code=code, retryable=True)


def _refused(error: TwilioRestException | TwilioServiceException) -> NoReturn:
    """Twilio's own words are left out: they quote the number."""
    retryable = error.status in _RETRYABLE_STATUS or error.code in _RETRYABLE_CODES
    # the client puts the status where an answer has no error code
    code = f"carrier_{error.code}" if error.code not in (None, error.status) else f"carrier_http_{error.status}"
    raise CarrierError(
        f"the carrier's API refused: HTTP {error.status}, error {error.code}", code=code, retryable=retryable
    ) from None
