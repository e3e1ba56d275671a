"""The carrier's webhooks: signed form in, TwiML out. Nothing is decided here.

A webhook that fails on our side still answers 200 with TwiML that speaks an apology: the carrier would read an error
page to the caller in English. A request that is not the carrier's gets a status and a code.
"""

import re
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from ivr.call.ports import InboundSms, Recording
from ivr.core.errors import IvrError, ProtocolError, SignatureError
from ivr.twilio import token, twiml
from ivr.twilio.signature import Form
from ivr.web.answers import Answers
from ivr.web.guard import checked_form, status_of
from ivr.web.services import AppServices

Handler = Callable[[AppServices, Answers, Form], Awaitable[str]]

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_SID = re.compile(r"[A-Za-z0-9]{1,64}")
_KEYS = re.compile(r"[0-9*#]{1,64}")
# Numbers that Twilio puts in From when there is none: ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE on a keypad.
_WITHHELD = frozenset({"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"})
_CALL_ENDS = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})

log = structlog.get_logger()


def webhook(route: str, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """The ASGI endpoint around `handler`: guard before, apology after, one log line and one number for either."""

    async def endpoint(request: Request) -> Response:
        services: AppServices = request.app.state.services
        began = services.clock.monotonic()
        try:
            form = await checked_form(request, services.edge)
        except (SignatureError, ProtocolError) as refusal:
            services.metrics.refused.labels(route, refusal.code).inc()
            log.warning("a request was refused", route=route, code=refusal.code)
            return PlainTextResponse(f"{refusal.code}\n", status_of(refusal))
        document, outcome = await _answered(handler, route, request, form)
        services.metrics.requests.labels(route, outcome).inc()
        services.metrics.request_s.labels(route).observe(services.clock.monotonic() - began)
        return Response(document, media_type=twiml.MEDIA_TYPE)

    return endpoint


async def _answered(handler: Handler, route: str, request: Request, form: Form) -> tuple[str, str]:
    """The document and how it came about: ok, or the code of what went wrong."""
    answers: Answers = request.app.state.answers
    try:
        return await handler(request.app.state.services, answers, form), "ok"
    except IvrError as error:
        log.error("a webhook failed", route=route, code=error.code, call=form.get("CallSid"))
        return answers.apology(), error.code
    except Exception:  # one of the three loops: the caller must hear something
        log.exception("a webhook failed", route=route, code=IvrError.code, call=form.get("CallSid"))
        return answers.apology(), IvrError.code


async def voice(services: AppServices, answers: Answers, form: Form) -> str:
    """A call comes in: write it down, then hear it by a stream, or by keys where it cannot be heard."""
    call_sid, now, number = _call_sid(form), services.clock.now(), caller(form.get("From"))
    if services.edge.missed_call_number and form.get("To").strip() == services.edge.missed_call_number:
        await services.workroom.run(services.reports.missed_call, call_sid, number, now)
        return twiml.reject()
    await services.workroom.run(services.book.begin, call_sid, number, now)
    return await _lead(services, answers, call_sid, now)


async def callback(services: AppServices, answers: Answers, form: Form) -> str:
    """A citizen takes a call that we made: led like any other."""
    call_sid, now, citizen = _call_sid(form), services.clock.now(), caller(form.get("To"))
    await services.workroom.run(services.book.begin, call_sid, citizen, now)
    await services.workroom.run(services.reports.callback_answered, call_sid, citizen, now)
    return await _lead(services, answers, call_sid, now)


async def callback_status(services: AppServices, answers: Answers, form: Form) -> str:
    """A call that we made is over."""
    if form.get("CallStatus") in _CALL_ENDS:
        ended = services.reports.callback_ended
        await services.workroom.run(ended, _call_sid(form), form.get("CallStatus"), services.clock.now())
    return twiml.message_reply()


async def _lead(services: AppServices, answers: Answers, call_sid: str, now: datetime) -> str:
    why_keys = await services.workroom.run(services.factory.why_keys, now)
    if not why_keys:
        return answers.stream(token.issue(services.edge.secret_key, call_sid, secrets.token_urlsafe(18), now))
    log.warning("a call goes to the keypad: it cannot be heard", call=call_sid, code=why_keys)
    return answers.reply(await services.keypad.begin(call_sid, why_keys))


async def after_stream(services: AppServices, answers: Answers, form: Form) -> str:
    """The stream ended, as it should or not: the stored session knows."""
    return answers.reply(await services.keypad.begin(_call_sid(form)))


async def gather(services: AppServices, answers: Answers, form: Form) -> str:
    """Keys, or none in time."""
    digits = form.get("Digits")
    if digits and not _KEYS.fullmatch(digits):
        raise ProtocolError("Digits are keys", code="bad_digits")
    return answers.reply(await services.keypad.turn(_call_sid(form), digits or None))


async def recorded(services: AppServices, answers: Answers, form: Form) -> str:
    """<Record> ended; the file may not be there yet (see `recording`)."""
    return answers.reply(await services.keypad.recorded(_call_sid(form), _recording(form)))


async def recording(services: AppServices, answers: Answers, form: Form) -> str:
    """The file of a recording is there."""
    if form.get("RecordingStatus", "completed") == "completed":
        now = services.clock.now()
        await services.workroom.run(services.reports.recording_ready, _call_sid(form), _recording(form), now)
    return twiml.message_reply()


async def dialled(services: AppServices, answers: Answers, form: Form) -> str:
    """A transfer ended, or nobody answered."""
    return answers.reply(await services.keypad.transfer_ended(_call_sid(form), form.get("DialCallStatus", "failed")))


async def whisper(services: AppServices, answers: Answers, form: Form) -> str:
    """An operator answered; the call that is to be joined is the parent of this one."""
    return answers.whisper(await services.keypad.whisper(_sid(form, "ParentCallSid")))


async def status(services: AppServices, answers: Answers, form: Form) -> str:
    """What became of a call or of an SMS."""
    now = services.clock.now()
    if form.get("MessageSid"):
        sid, state = _sid(form, "MessageSid"), form.get("MessageStatus") or form.get("SmsStatus")
        await services.workroom.run(services.reports.sms_status, sid, state, form.get("ErrorCode") or None, now)
    elif form.get("CallStatus") in _CALL_ENDS:
        await services.workroom.run(services.reports.call_ended, _call_sid(form), form.get("CallStatus"), now)
    return twiml.message_reply()


async def sms(services: AppServices, answers: Answers, form: Form) -> str:
    """A citizen's SMS. Twilio's Indian routes bring none; carriers that do come in here."""
    message = InboundSms(_sid(form, "MessageSid"), form.get("From"), form.get("To"), form.get("Body")[:1600])
    await services.workroom.run(services.reports.sms_received, message, services.clock.now())
    return twiml.message_reply()


def caller(number: str) -> str | None:
    """The caller's number in E.164, None where it is withheld or no number at all."""
    number = number.strip()
    return number if _E164.fullmatch(number) and number not in _WITHHELD else None


def _call_sid(form: Form) -> str:
    return _sid(form, "CallSid")


def _sid(form: Form, name: str) -> str:
    value = form.get(name)
    if not _SID.fullmatch(value):
        raise ProtocolError(f"{name} is an identifier", code="bad_sid")
    return value


def _recording(form: Form) -> Recording:
    seconds = form.get("RecordingDuration")
    return Recording(
        recording_sid=_sid(form, "RecordingSid") if form.get("RecordingSid") else "",
        url=form.get("RecordingUrl")[:1024],
        duration_s=int(seconds) if seconds.isascii() and seconds.isdigit() and len(seconds) < 8 else 0,
    )
