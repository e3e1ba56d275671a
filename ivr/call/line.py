"""One call over a media stream: frames, keys and marks in; audio, marks and clears out.

Each message is handled to its end before the next is read, and every wait is counted in audio milliseconds, so a
recorded call replays the same at any speed. Time on the wall is read only to report how long a reply took.
"""

from collections.abc import Awaitable, Callable
from dataclasses import asdict

import structlog

from ivr.call.conversation import Conversation, Parts, Reply
from ivr.call.keys import KeyCollector
from ivr.call.playback import Ended, Playback
from ivr.call.trace import LineClosed, PromptEnded, PromptSent, Replied, TraceSink
from ivr.core.errors import IvrError
from ivr.dialogue.commands import HangUp, Listen, Play, Record, Transfer
from ivr.dialogue.events import EffectFailed, Event, HungUp, MessageRecorded, NoInput, Pressed, Said
from ivr.speech.audio import mulaw_decode
from ivr.speech.endpoint import SpeechBegan
from ivr.speech.listener import Heard, Listener, Utterance
from ivr.speech.vad import VoiceGate
from ivr.store.calls import Turn
from ivr.twilio import frames

log = structlog.get_logger()

FRAME_BYTES, FRAME_MS = 160, 20  # µ-law at 8 kHz
CHUNK_BYTES = 10 * FRAME_BYTES  # the carrier takes any length; fewer messages cost less on both sides
MESSAGE_SILENCE_MS = 6_000  # ends a recorded message
BARGE_IN_VOICED_MS = 300  # of voice before a prompt is cut: a cough or a "hm" is shorter (field notes, barge-in)
BYTES_PER_MS = 8
_LEFT = {"stop"}  # the carrier ends a stream of its own accord only when the call has ended


class StreamLine:
    """A call on the wire. `send` takes one outbound message as text; `over` says that the stream may be closed."""

    def __init__(
        self,
        call_sid: str,
        parts: Parts,
        listener: Listener,
        send: Callable[[str], Awaitable[None]],
        sink: TraceSink,
        released: Callable[[str], None],
    ) -> None:
        self.over = False
        self._sid = call_sid
        self._parts = parts
        self._listener = listener
        self._send = send
        self._sink = sink
        self._released = released
        self._conversation = Conversation(call_sid, parts, sink)
        self._playback = Playback()
        self._stream_sid = ""
        self._then: Listen | Record | Transfer | HangUp | None = None
        self._keys = KeyCollector(1, 0)
        self._partial = b""
        self._message = bytearray()
        self._gate = VoiceGate()
        self._at_ms = 0
        self._quiet_ms = 0
        self._speaking = False
        self._cut_by_voice = False

    async def started(self, start: frames.Start) -> None:
        """The stream is open: greet, or go on with a session that was interrupted."""
        self._stream_sid = start.stream_sid
        await self._carry_out(await self._conversation.begin("stream"))

    async def media(self, mulaw: bytes) -> None:
        """Audio of the caller, any length; handled in whole 20 ms frames."""
        audio = self._partial + mulaw
        whole = len(audio) - len(audio) % FRAME_BYTES
        self._partial = audio[whole:]
        for at in range(0, whole, FRAME_BYTES):
            if self.over:
                return
            await self._frame(audio[at : at + FRAME_BYTES])

    async def dtmf(self, digit: str) -> None:
        """A key: cuts what is being said and counts towards the wait's input."""
        if isinstance(self._then, Record):
            if digit == "#":
                await self._message_done()
            return
        if not isinstance(self._then, Listen) or not self._playback.interruptible:
            return
        await self._cut()
        self._quiet_ms = 0
        self._keys, complete = self._keys.press(digit)
        if complete is not None:
            await self._happen(Pressed(complete))

    async def mark(self, name: str) -> None:
        """The carrier has played (or dropped) everything up to this mark."""
        self._ended(self._playback.marked(name, self._at_ms))
        self._finish_if_said()

    async def closed(self, reason: str) -> None:
        """The stream is gone, for whatever reason; what was said so far is kept."""
        await self._listener.stop()
        self._ended(self._playback.cut(self._at_ms))
        if isinstance(self._then, Record) and self._message:
            await self._message_done(speak=False)
        if reason in _LEFT and not self._conversation.session.over:
            await self._conversation.happen(HungUp(), self._at_ms)
        self._released(self._sid)
        self._sink(LineClosed(self._sid, self._at_ms, reason))

    async def _frame(self, frame: bytes) -> None:
        begun = self._parts.clock.monotonic()
        self._at_ms += FRAME_MS
        self._ended(self._playback.lost(self._at_ms))
        self._finish_if_said()
        if isinstance(self._then, Record):
            await self._record(frame)
        elif isinstance(self._then, Listen):
            await self._listen(self._then, frame, begun)

    async def _listen(self, listen: Listen, frame: bytes, begun: float) -> None:
        for heard in await self._listener.feed(frame):
            await self._heard(heard, begun)
            if self._then is not listen:
                return
        await self._barge_in()
        if self._playback.sounding or self._speaking:
            self._quiet_ms = 0
            return
        self._quiet_ms += FRAME_MS
        self._keys, complete = self._keys.tick(FRAME_MS)
        if complete is not None:
            await self._happen(Pressed(complete))
        elif self._quiet_ms >= listen.no_input_ms and not self._keys.digits:
            await self._happen(NoInput())

    async def _barge_in(self) -> None:
        sounding = self._playback.sounding and self._playback.interruptible
        if sounding and self._listener.voiced_ms >= BARGE_IN_VOICED_MS:
            self._cut_by_voice = True
            await self._cut()

    async def _heard(self, heard: Heard, begun: float) -> None:
        if isinstance(heard, SpeechBegan):
            self._speaking = True
        elif isinstance(heard, Utterance):
            self._speaking = False
            self._conversation.note(_caller_turn(heard))
            said = Said(nbest=heard.nbest, agreed=heard.agreed, barged_in=self._cut_by_voice)
            self._cut_by_voice = False
            timing = Replied(self._sid, self._at_ms, heard.endpoint_ms - heard.ended_ms, heard.decode_s, 0.0)
            await self._happen(said, begun, timing)

    async def _happen(self, event: Event, begun: float | None = None, timing: Replied | None = None) -> None:
        reply = await self._conversation.happen(event, self._at_ms)
        await self._carry_out(reply, begun, timing)

    async def _carry_out(self, reply: Reply, begun: float | None = None, timing: Replied | None = None) -> None:
        for play in reply.plays:
            await self._play(play)
            if timing is not None and begun is not None:
                work = self._parts.clock.monotonic() - begun
                self._sink(Replied(self._sid, self._at_ms, timing.endpoint_ms, timing.decode_s, work))
                timing = None
        self._then, self._quiet_ms, self._speaking = reply.then, 0, False
        if isinstance(reply.then, Listen):
            self._keys = KeyCollector(reply.then.digits_max, reply.then.inter_digit_ms)
            grammar = self._parts.dialogue.recogniser_phrases(reply.then)
            self._listener.begin(reply.then, grammar)
        else:
            await self._listener.stop()
        self._message.clear()
        self._finish_if_said()

    async def _play(self, play: Play) -> None:
        try:
            rendered = await self._parts.blocking(self._parts.prompts.render, play)
        except IvrError as error:
            log.error("prompt_not_rendered", call_sid=self._sid, prompt=play.prompt, code=error.code)
            return
        for at in range(0, len(rendered.mulaw), CHUNK_BYTES):
            await self._send(frames.media(self._stream_sid, rendered.mulaw[at : at + CHUNK_BYTES]))
        name = self._playback.sent(play.prompt, rendered.duration_ms, play.barge_in, self._at_ms)
        await self._send(frames.mark(self._stream_sid, name))
        self._sink(PromptSent(self._sid, self._at_ms, play.prompt, rendered.text, rendered.duration_ms))

    async def _cut(self) -> None:
        """Stop what sounds. The clear goes out even when nothing is thought to sound: the carrier's buffer decides."""
        await self._send(frames.clear(self._stream_sid))
        self._ended(self._playback.cut(self._at_ms))

    def _ended(self, prompts: list[Ended]) -> None:
        for p in prompts:
            began = max(0, self._at_ms - p.heard_ms)
            self._conversation.note(Turn("prompt", began, self._at_ms, prompt=p.prompt, heard_ms=p.heard_ms))
            self._sink(PromptEnded(self._sid, self._at_ms, p.prompt, p.heard_ms, p.cut))

    def _finish_if_said(self) -> None:
        if isinstance(self._then, Transfer | HangUp) and not self._playback.sounding:
            self.over = True

    async def _record(self, frame: bytes) -> None:
        assert isinstance(self._then, Record)
        if self._playback.sounding:
            return
        self._message += frame
        voiced = self._gate.is_voiced(mulaw_decode(frame))
        self._quiet_ms = 0 if voiced else self._quiet_ms + FRAME_MS
        if self._quiet_ms >= MESSAGE_SILENCE_MS or len(self._message) >= self._then.max_ms * BYTES_PER_MS:
            await self._message_done()

    async def _message_done(self, speak: bool = True) -> None:
        audio = bytes(self._message)
        try:
            await self._parts.blocking(self._parts.voicemail.keep, self._sid, audio, self._parts.clock.now())
            event: Event = MessageRecorded(len(audio) // BYTES_PER_MS)
        except IvrError as error:
            log.error("message_not_kept", call_sid=self._sid, code=error.code)
            event = EffectFailed(Record.__name__, error.code)
        if speak:
            await self._happen(event)
        else:
            await self._conversation.happen(event, self._at_ms)


def _caller_turn(heard: Utterance) -> Turn:
    readings = [{"lang": lang, **asdict(h)} for lang, found in heard.nbest.items() for h in found]
    words = [(w.text, w.start_ms, w.end_ms, w.confidence) for w in heard.words]
    text = str(readings[0]["text"]) if readings else None
    return Turn("caller", heard.began_ms, heard.ended_ms, text=text, words=words, nbest=readings)
