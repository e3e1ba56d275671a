"""A local stand-in for the carrier's REST API, after its documentation: messages and calls are taken, kept and
reported back. It sends nothing anywhere."""

import asyncio
import base64
import secrets
from dataclasses import dataclass, field

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from twilio.request_validator import RequestValidator


@dataclass(frozen=True, slots=True)
class TakenMessage:
    sid: str
    to: str
    body: str


@dataclass(slots=True)
class Taken:
    """What was handed over so far."""

    messages: list[TakenMessage] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)


class RestStandIn:
    """`app` serves the API; `taken` is what came in. Delivery is reported to the StatusCallback, signed."""

    def __init__(self, account_sid: str, auth_token: str) -> None:
        self.taken = Taken()
        self._account_sid, self._auth_token = account_sid, auth_token
        self._reports: set[asyncio.Task[None]] = set()
        base = "/2010-04-01/Accounts/{account}"
        self.app = Starlette(
            routes=[
                Route(f"{base}/Messages.json", self._message, methods=["POST"]),
                Route(f"{base}/Calls.json", self._call, methods=["POST"]),
            ]
        )

    async def _message(self, request: Request) -> Response:
        if refusal := self._refusal(request):
            return refusal
        form = await request.form()
        if missing := [name for name in ("To", "From", "Body") if not form.get(name)]:
            return _error(400, 21604, f"{missing[0]} is required")
        message = TakenMessage("SM" + secrets.token_hex(16), str(form["To"]), str(form["Body"]))
        self.taken.messages.append(message)
        if callback := form.get("StatusCallback"):
            self._report(str(callback), {"MessageSid": message.sid, "MessageStatus": "delivered", "To": message.to})
        return JSONResponse(
            {
                "sid": message.sid,
                "status": "queued",
                "to": message.to,
                "from": str(form["From"]),
                "body": message.body,
                "account_sid": self._account_sid,
                "error_code": None,
                "error_message": None,
            },
            status_code=201,
        )

    async def _call(self, request: Request) -> Response:
        if refusal := self._refusal(request):
            return refusal
        form = await request.form()
        if not form.get("To") or not form.get("From"):
            return _error(400, 21201, "No 'To' number is specified")
        sid = "CA" + secrets.token_hex(16)
        self.taken.calls.append(str(form["To"]))
        return JSONResponse({"sid": sid, "status": "queued", "account_sid": self._account_sid}, status_code=201)

    def _refusal(self, request: Request) -> Response | None:
        expected = base64.b64encode(f"{self._account_sid}:{self._auth_token}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {expected}":
            return _error(401, 20003, "Authenticate")
        if request.path_params["account"] != self._account_sid:
            return _error(404, 20404, "The requested resource was not found")
        return None

    def _report(self, url: str, form: dict[str, str]) -> None:
        task = asyncio.create_task(self._post(url, form))
        self._reports.add(task)
        task.add_done_callback(self._reports.discard)

    async def _post(self, url: str, form: dict[str, str]) -> None:
        signature = RequestValidator(self._auth_token).compute_signature(url, form)
        try:
            async with httpx.AsyncClient() as client:
                await client.post(url, data=form, headers={"X-Twilio-Signature": signature})
        except httpx.HTTPError:
            return  # the carrier does not mind an application that cannot hear it


def _error(status: int, code: int, message: str) -> JSONResponse:
    return JSONResponse({"code": code, "message": message, "status": status}, status_code=status)
