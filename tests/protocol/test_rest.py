"""Twilio's REST API, against a local server that answers as its documentation says of the two resources."""

import base64
import traceback
from collections.abc import Awaitable, Callable, Iterator
from urllib.parse import parse_qs

import anyio
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from ivr.core.errors import CarrierError, ConfigurationError
from ivr.twilio.rest import RestAccount, TwilioRest
from tests.web.carrier import Switchboard

ACCOUNT, AUTH, FROM, TO = "AC" + "a" * 32, "the auth token", "+15005550006", "+919876543210"


class Api:
    """Records what came; answers a created resource, or `answer`."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str, dict[str, list[str]]]] = []
        self.answer: Response | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        form = parse_qs((await request.body()).decode(), strict_parsing=True)
        self.asked.append((request.method, request.url.path, request.headers["authorization"], form))
        created = {"sid": ("SM" if "Messages" in request.url.path else "CA") + "1" * 32, "status": "queued"}
        await (self.answer or JSONResponse(created, 201))(scope, receive, send)


@pytest.fixture(scope="module")
def board() -> Iterator[Switchboard]:
    one = Switchboard()
    yield one
    one.end()


@pytest.fixture
def api(board: Switchboard) -> Api:
    board.app = api = Api()
    return api


def asked(url: str, ask: Callable[[TwilioRest], Awaitable[str]], timeout_s: float = 10.0) -> str:
    async def go() -> str:
        rest = TwilioRest(RestAccount(ACCOUNT, AUTH, FROM, url), timeout_s)
        try:
            return await ask(rest)
        finally:
            await rest.close()

    return anyio.run(go)


def sms(rest: TwilioRest) -> Awaitable[str]:
    return rest.send_sms(TO, "आपकी शिकायत दर्ज हुई", "https://h.example/twilio/status")


def test_an_sms_is_a_message_resource_with_a_callback(api: Api, board: Switchboard) -> None:
    assert asked(board.url, sms) == "SM" + "1" * 32
    ((method, path, authorization, form),) = api.asked
    assert (method, path) == ("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json")
    assert base64.b64decode(authorization.removeprefix("Basic ")).decode() == f"{ACCOUNT}:{AUTH}"
    assert form == {
        "To": [TO],
        "From": [FROM],
        "Body": ["आपकी शिकायत दर्ज हुई"],
        "StatusCallback": ["https://h.example/twilio/status"],
    }


def test_a_call_is_a_call_resource_that_fetches_its_twiml(api: Api, board: Switchboard) -> None:
    url = "https://h.example/twilio/voice"
    sid = asked(board.url, lambda rest: rest.create_call(TO, url, "https://h.example/twilio/status"))
    assert sid == "CA" + "1" * 32
    ((_, path, _, form),) = api.asked
    assert path == f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
    assert form == {
        "To": [TO],
        "From": [FROM],
        "Url": [url],
        "Method": ["POST"],
        "StatusCallback": ["https://h.example/twilio/status"],
        "StatusCallbackMethod": ["POST"],
    }


def test_an_api_below_a_path_keeps_it(api: Api, board: Switchboard) -> None:
    asked(board.url + "/twilio/", lambda rest: rest.send_sms(TO, "x"))
    assert api.asked[0][1].startswith("/twilio/2010-04-01/")
    assert "StatusCallback" not in api.asked[0][3]


@pytest.mark.parametrize(
    ("status", "body", "code", "retryable"),
    [
        (400, {"code": 21211, "message": f"The 'To' number {TO} is not valid", "status": 400}, "carrier_21211", False),
        (400, {"code": 21610, "message": "unsubscribed", "status": 400}, "carrier_21610", False),
        (401, {"code": 20003, "message": "Authenticate", "status": 401}, "carrier_20003", False),
        (404, {"code": 20404, "message": "not found", "status": 404}, "carrier_20404", False),
        (429, {"code": 20429, "message": "Too Many Requests", "status": 429}, "carrier_20429", True),
        (400, {"code": 21611, "message": "queue is full", "status": 400}, "carrier_21611", True),
        (500, {"code": 20500, "message": "oops", "status": 500}, "carrier_20500", True),
        (503, {"message": "maintenance"}, "carrier_http_503", True),
        (201, {"status": "queued"}, "carrier_answer", True),
        (201, ["sid"], "carrier_answer", True),
    ],
)
def test_a_refusal_says_whether_to_try_again_and_never_whom_it_was_for(
    api: Api, board: Switchboard, status: int, body: object, code: str, retryable: bool
) -> None:
    api.answer = JSONResponse(body, status)
    with pytest.raises(CarrierError) as caught:
        asked(board.url, sms)
    assert (caught.value.code, caught.value.retryable) == (code, retryable)
    assert TO not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(("status", "code"), [(502, "carrier_http_502"), (201, "carrier_answer")])
def test_an_answer_that_is_no_json_may_be_tried_again(api: Api, board: Switchboard, status: int, code: str) -> None:
    api.answer = PlainTextResponse("<html>proxy</html>", status)
    with pytest.raises(CarrierError) as caught:
        asked(board.url, sms)
    assert (caught.value.code, caught.value.retryable) == (code, True)


def test_an_api_that_is_not_there_may_be_tried_again() -> None:
    with pytest.raises(CarrierError) as caught:
        asked("http://127.0.0.1:1", sms)
    assert (caught.value.code, caught.value.retryable) == ("carrier_away", True)


def test_an_api_that_does_not_answer_may_have_done_it(board: Switchboard) -> None:
    async def silence(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    board.app = silence
    with pytest.raises(CarrierError) as caught:
        asked(board.url, sms, timeout_s=0.1)
    assert (caught.value.code, caught.value.retryable) == ("carrier_unsure", True)


def test_without_credentials_or_a_number_it_says_what_to_set(board: Switchboard) -> None:
    with pytest.raises(ConfigurationError, match="IVR_TWILIO_AUTH_TOKEN"):
        TwilioRest(RestAccount(ACCOUNT, "", FROM, board.url))

    async def go() -> str:
        return await TwilioRest(RestAccount(ACCOUNT, AUTH, "", board.url)).send_sms(TO, "x")

    with pytest.raises(CarrierError, match="IVR_TWILIO_NUMBER") as caught:
        anyio.run(go)
    assert not caught.value.retryable
