"""TwiML documents, by the twilio package. Text out; no address, prompt or decision is made here.

Callers hear prompts of ours by <Play>, never the carrier's own voice: <Say> would be a second voice, and English when
it fails. Addresses are absolute: relative ones depend on which document the carrier read last.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Connect, Dial, VoiceResponse
from twilio.twiml.voice_response import Gather as GatherVerb

MEDIA_TYPE = "text/xml"


@dataclass(frozen=True, slots=True)
class KeyWait:
    """Wait for `digits_max` keys or `#`, up to `timeout_s` after the last prompt or key.

    A wait for one key takes `#` and `*` as keys, since both mean something to the dialogue.
    """

    action_url: str
    digits_max: int = 1
    timeout_s: int = 6

    @property
    def finish_on_key(self) -> str:
        return "" if self.digits_max == 1 else "#"


def connect_stream(url: str, parameters: Mapping[str, str], after_url: str) -> str:
    """Open a two-way stream to `url` (wss); when it ends, however it ends, ask `after_url` what next.

    <Stream> addresses take no query, hence `parameters`.
    """
    response = VoiceResponse()
    connect = Connect()
    stream = connect.stream(url=url)
    for name, value in parameters.items():
        stream.parameter(name=name, value=value)
    response.append(connect)
    response.redirect(after_url, method="POST")
    return str(response)


def gather(plays: Sequence[str], wait: KeyWait) -> str:
    """Play and take keys meanwhile; an empty answer is posted too, so that silence never ends the call."""
    response = VoiceResponse()
    verb = GatherVerb(
        input="dtmf",
        action=wait.action_url,
        method="POST",
        num_digits=wait.digits_max,
        finish_on_key=wait.finish_on_key,
        timeout=wait.timeout_s,
        action_on_empty_result=True,
    )
    for url in plays:
        verb.play(url)
    response.append(verb)
    response.redirect(wait.action_url, method="POST")
    return str(response)


def dial(plays: Sequence[str], number: str, action_url: str, timeout_s: int = 25, whisper_url: str = "") -> str:
    """Connect to a person; `action_url` is told how it went (DialCallStatus) and says what follows. `whisper_url` says
    what the person hears, alone, before the caller is joined."""
    response = _played(plays)
    verb = Dial(action=action_url, method="POST", timeout=timeout_s, answer_on_bridge=True)
    verb.number(number, **({"url": whisper_url, "method": "POST"} if whisper_url else {}))
    response.append(verb)
    return str(response)


def record(plays: Sequence[str], action_url: str, status_url: str, max_s: int = 120) -> str:
    """Record until `#`, five seconds of silence, `max_s` or hang-up; both addresses are told."""
    response = _played(plays)
    response.record(
        action=action_url,
        method="POST",
        max_length=max_s,
        timeout=5,
        finish_on_key="#",
        play_beep=True,
        trim="trim-silence",  # or a caller who says nothing has left a message of five seconds
        recording_status_callback=status_url,
        recording_status_callback_method="POST",
        recording_status_callback_event="completed",
    )
    response.redirect(action_url, method="POST")
    return str(response)


def hangup(plays: Sequence[str] = ()) -> str:
    response = _played(plays)
    response.hangup()
    return str(response)


def reject() -> str:
    """Do not take the call: the caller hears the busy tone and pays nothing."""
    response = VoiceResponse()
    response.reject(reason="busy")
    return str(response)


def play(plays: Sequence[str]) -> str:
    """Play and no more: what is whispered to somebody who is then joined."""
    return str(_played(plays))


def redirect(plays: Sequence[str], url: str) -> str:
    response = _played(plays)
    response.redirect(url, method="POST")
    return str(response)


def message_reply() -> str:
    """The answer to an inbound SMS: taken, nothing sent back on this way."""
    return str(MessagingResponse())


def _played(plays: Sequence[str]) -> VoiceResponse:
    response = VoiceResponse()
    for url in plays:
        response.play(url)
    return response
