"""What we send to Twilio's REST API, held against what is known of it (twilio_api.yaml says from where).

Every SMS text that we have and every call that we make goes through; a request that the description does not allow is
told with its reason.
"""

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import parse_qs

import anyio
import pytest
import yaml
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from ivr.core.data import data_dir
from ivr.desk.callbacks import _NOBODY, _OVER
from ivr.desk.desk import STATUSES
from ivr.desk.sms_templates import LONGEST_VALUE, SmsTemplate, SmsTexts
from ivr.twilio.rest import RestAccount, TwilioRest
from ivr.web.webhooks import _CALL_ENDS
from tests.web.carrier import Switchboard

FACTS = yaml.safe_load((Path(__file__).parent / "twilio_api.yaml").read_text("utf-8"))
ACCOUNT, FROM, TO = "AC" + "a" * 32, "+15005550006", "+919876543210"
HOUSE = "https://janvaani.example.in"
TEXTS = SmsTexts.load(data_dir("grammars") / "sms.yaml", HOUSE, "1800123456789")

FORMATS: Mapping[str, Callable[[str], bool]] = {
    "e164": lambda value: re.fullmatch(r"\+[1-9][0-9]{1,14}", value) is not None,
    "uri": lambda value: re.fullmatch(r"https?://[^/_\s]+(/\S*)?", value) is not None,  # no underscore in the host
    "method": lambda value: value in ("GET", "POST"),
    "integer": lambda value: value.isdecimal(),
    "number": lambda value: re.fullmatch(r"[0-9]+(\.[0-9]+)?", value) is not None,
    "boolean": lambda value: value in ("true", "false"),
    "text": bool,
}


def objections(path: str, form: Mapping[str, list[str]]) -> Iterator[str]:
    """Why the API would refuse, or not understand, this request."""
    kind = next((k for k in ("messages", "calls") if path == FACTS[k]["path"].format(account=ACCOUNT)), None)
    if kind is None:
        yield f"no such resource: {path}"
        return
    facts = FACTS[kind]
    for name in sorted(set(facts["needed"]) - form.keys()):
        yield f"{kind} lacks {name}"
    for group in facts["one_of"]:
        if not set(group) & form.keys():
            yield f"{kind} needs one of {', '.join(group)}"
    for name, values in form.items():
        if name not in facts["fields"]:
            yield f"{kind} knows no {name}"
            continue
        for value in values:
            if not FORMATS[facts["fields"][name]](value):
                yield f"{name} is no {facts['fields'][name]}"
            if len(value) > facts["longest"].get(name, 10_000):
                yield f"{name} is too long"


class Api:
    """Creates what the description allows."""

    def __init__(self) -> None:
        self.objections: list[str] = []
        self.created = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        assert request.headers["content-type"].startswith("application/x-www-form-urlencoded")
        form = parse_qs((await request.body()).decode(), strict_parsing=True)
        self.objections += objections(request.url.path, form)
        self.created += 1
        sid = ("SM" if "Messages" in request.url.path else "CA") + f"{self.created:032x}"
        await JSONResponse({"sid": sid, "status": "queued"}, 201)(scope, receive, send)


@pytest.fixture
def board() -> Iterator[Switchboard]:
    one = Switchboard()
    yield one
    one.end()


def asked(url: str, ask: Callable[[TwilioRest], Awaitable[object]]) -> None:
    async def go() -> None:
        rest = TwilioRest(RestAccount(ACCOUNT, "token", FROM, url))
        try:
            await ask(rest)
        finally:
            await rest.close()

    anyio.run(go)


def longest(template: SmsTemplate) -> str:
    return "".join(text + ("క" * template.variables[name].longest if name else "") for text, name in template.parts)


def test_every_sms_and_every_call_is_as_described(board: Switchboard) -> None:
    board.app = api = Api()

    async def everything(rest: TwilioRest) -> None:
        for template in TEXTS.templates.values():
            sid = await rest.send_sms(TO, longest(template), f"{HOUSE}/twilio/status")
            assert re.match(FACTS["messages"]["sid"], sid)
        sid = await rest.create_call(TO, f"{HOUSE}/twilio/callback", f"{HOUSE}/twilio/callback-status")
        assert re.match(FACTS["calls"]["sid"], sid)

    asked(board.url, everything)
    assert api.objections == []
    assert api.created == len(TEXTS.templates) + 1


@pytest.mark.parametrize(
    ("to", "body", "callback", "said"),
    [
        ("9876543210", "x", None, "To is no e164"),
        (TO, "x" * 1601, None, "Body is too long"),
        (TO, "x", "https://my_host.example/x", "StatusCallback is no uri"),
        (TO, "x", "/twilio/status", "StatusCallback is no uri"),
    ],
)
def test_the_description_would_object(board: Switchboard, to: str, body: str, callback: str | None, said: str) -> None:
    board.app = api = Api()
    asked(board.url, lambda rest: rest.send_sms(to, body, callback))
    assert api.objections == [said]


def test_what_is_reported_back_are_words_of_the_description() -> None:
    assert STATUSES.keys() <= set(FACTS["messages"]["statuses"])
    assert _NOBODY | {_OVER} <= set(FACTS["calls"]["statuses"])
    assert set(FACTS["calls"]["statuses"]) >= _CALL_ENDS
    assert LONGEST_VALUE == 30
    assert re.match(FACTS["account_sid"], ACCOUNT)
