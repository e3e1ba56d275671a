"""One call over a media stream: frames, keys and marks in; audio, marks and clears out.

Each message is handled to its end before the next is read, and every wait is counted in audio milliseconds, so a
recorded call replays the same at any speed. Time on the wall is read only to report how long a reply took. What
interrupts, what answers and what is a call for help is decided by `attention` and `alarm`.
"""

from collections.abc import Awaitable, Callable

import structlog

from ivr.call.alarm import KeyAlarm
from ivr.call.attention import Attention
from ivr.call.board import Standing
from ivr.call.conversation import Conversation, Parts, Reply
from ivr.call.evidence import LEFT_SPEAKING, caller_turn
from ivr.call.floor import Verdict
from ivr.call.keys import KeyCollector
from ivr.call.message import Message
from ivr.call.speaking import Speaking
from ivr.call.trace import Ignored, LineClosed, Replied, TraceSink
from ivr.core.errors import IvrError
from ivr.dialogue.commands import HangUp, Listen, Pace, Play, Record, Transfer
from ivr.dialogue.events import (
    EffectFailed,
    EmergencyHeard,
    Event,
    HungUp,
    MessageRecorded,
    NoInput,
    Pressed,
    Said,
    TakenOver,
)
from ivr.dialogue.session import MAY_RECORD
from ivr.speech.endpoint import SpeechBegan
from ivr.speech.listener import Heard, Listener, Partial, Utterance
from ivr.store.calls import Turn
from ivr.twilio import frames
from ivr.understanding.result import WaitKind

log = structlog.get_logger()

FRAME_BYTES, FRAME_MS = 160, 20  # µ-law at 8 kHz
RESUMED_AT_MOST = 1  # times in one wait that a prompt cut by mistake is said again
BACK = "9"  # while a message is recorded: it is thrown away
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
        self._sink = sink
        self._released = released
        self._conversation = Conversation(call_sid, parts, sink)
        self._speaking = Speaking(self._conversation, parts, send, sink)
        self._playback = self._speaking.playback
        self._attention = Attention(call_sid, parts.hearing, self._playback, listener)
        listener.into_prompt = self._attention.prompted
        self._key_alarm = KeyAlarm(parts.hearing.emergency_keys)
        self._then: Listen | Record | Transfer | HangUp | None = None
        self._keys = KeyCollector(1, 0)
        self._partial = b""
        self._message = Message()
        self._at_ms = self._quiet_ms = 0
        self._unheard: tuple[Play, ...] | None = None  # what the caller's voice has cut
        self._resumed = 0
        self._echoed = self._wanted = False
        self._spoken: Turn | None = None  # the caller's last turn

    @property
    def standing(self) -> Standing:
        session, sounding = self._conversation.session, self._playback.sounding
        return Standing(session, self._at_ms, self._attention.newest, self._quiet_ms, sounding)

    def hand_over(self) -> None:
        self._wanted = not isinstance(self._then, Transfer | HangUp)

    async def started(self, start: frames.Start) -> None:
        """The stream is open: greet, or go on with a session that was interrupted."""
        self._speaking.stream_sid = start.stream_sid
        await self._carry_out(await self._conversation.begin("stream"))

    async def media(self, mulaw: bytes) -> None:
        """Audio of the caller, any length; handled in whole 20 ms frames."""
        audio = self._partial + mulaw if self._partial else mulaw
        whole = len(audio) - len(audio) % FRAME_BYTES
        self._partial = audio[whole:]
        for at in range(0, whole, FRAME_BYTES):
            if self.over:
                return
            await self._frame(audio[at : at + FRAME_BYTES])

    async def dtmf(self, digit: str) -> None:
        """A key: cuts what is being said and counts towards the wait's input, and towards a call for help."""
        then = self._then
        string = isinstance(then, Listen) and then.digits_max > 1
        if self._key_alarm.press(digit, self._at_ms, string) and not isinstance(then, HangUp):
            await self._emergency(EmergencyHeard())
        elif isinstance(then, Record):
            if digit == "#":
                await self._happen(await self._keep_message())
            elif digit == BACK:
                self._message.throw_away()
        elif isinstance(then, Listen) and self._playback.interruptible:
            await self._speaking.cut(self._at_ms)
            self._quiet_ms = 0
            self._keys, complete = self._keys.press(digit)
            if complete is not None:
                await self._happen(Pressed(complete))

    async def mark(self, name: str) -> None:
        """The carrier has played (or dropped) everything up to this mark."""
        self._speaking.ended(self._playback.marked(name, self._at_ms), self._at_ms)
        self._finish_if_said()

    async def closed(self, reason: str) -> None:
        """The stream is gone, for whatever reason; what was said so far is kept."""
        try:
            await self._end(reason)
        finally:
            self._released(self._sid)
            await self._speaking.sound.close(keep=self._conversation.session.consent in MAY_RECORD)
        self._sink(LineClosed(self._sid, self._at_ms, reason))

    async def _end(self, reason: str) -> None:
        await self._listener.stop()
        self._speaking.ended(self._playback.cut(self._at_ms), self._at_ms)
        if isinstance(self._then, Record):
            await self._conversation.happen(await self._keep_message(), self._at_ms)
        if reason in _LEFT and not self._conversation.session.over:
            if self._attention.began_ms is not None:
                await self._conversation.flag(LEFT_SPEAKING, "", self._attention.began_ms, self._at_ms)
            await self._conversation.happen(HungUp(), self._at_ms)
        await self._conversation.flush()

    async def _frame(self, frame: bytes) -> None:
        """Every frame goes through the listener, so that its times are those of the call whatever goes on."""
        begun = self._parts.clock.monotonic()
        self._at_ms += FRAME_MS
        self._speaking.sound.frame(frame)
        if self._playback.sounding:
            self._speaking.ended(self._playback.lost(self._at_ms), self._at_ms)
        self._finish_if_said()
        if self._wanted:
            self._wanted = False
            await self._speaking.cut(self._at_ms)
            await self._happen(TakenOver())
        then, found = self._then, await self._listener.feed(frame)
        if isinstance(then, Record):
            await self._record(then, found, frame)
        elif isinstance(then, Listen):
            await self._listen(then, found, begun)

    async def _listen(self, listen: Listen, found: tuple[Heard, ...], begun: float) -> None:
        for heard in found:
            await self._heard(listen, heard, begun)
            if self._then is not listen:
                return
        if self._key_alarm.due(self._at_ms):
            await self._emergency(EmergencyHeard())
            return
        if self._attention.began_ms is not None and await self._attention.interrupts(self._at_ms):
            self._unheard = await self._speaking.cut(self._at_ms)
        if self._playback.sounding or self._attention.began_ms is not None:
            self._quiet_ms = 0
            return
        self._quiet_ms += FRAME_MS
        self._keys, complete = self._keys.tick(FRAME_MS)
        if complete is not None:
            await self._happen(Pressed(complete))
        elif self._quiet_ms >= listen.no_input_ms and not self._keys.digits:
            await self._happen(NoInput())

    async def _heard(self, listen: Listen, heard: Heard, begun: float) -> None:
        if isinstance(heard, Utterance):
            self._attention.forget()
            await self._uttered(listen, heard, begun)
        else:
            await self._follow(heard)

    async def _follow(self, heard: SpeechBegan | Partial) -> None:
        """Somebody speaks, and may call for help in the middle of it."""
        helped = self._conversation.session.request.emergency
        if cry := await self._attention.follow(heard, helped, self._at_ms):
            began_ms = self._attention.began_ms or self._at_ms
            self._conversation.note(Turn("caller", began_ms, self._at_ms, text=cry.text))
            await self._emergency(cry)

    async def _emergency(self, event: EmergencyHeard) -> None:
        """Nothing stands before it: what sounds is cut even where it must be heard, a message is kept as it is."""
        if isinstance(self._then, Record):
            await self._keep_message()
        await self._speaking.cut(self._at_ms)
        await self._happen(event)

    async def _uttered(self, listen: Listen, heard: Utterance, begun: float) -> None:
        verdict = self._attention.verdict(listen, heard, self._at_ms)
        unheard, self._unheard = self._unheard, None
        if verdict is Verdict.NOISE and unheard and self._resumed >= RESUMED_AT_MOST:
            verdict = Verdict.ANSWER  # whoever interrupts twice wants something
        if verdict is not Verdict.ANSWER:
            await self._ignore(verdict, unheard or ())
            return
        barged_in = unheard is not None
        if self._playback.sounding and self._playback.interruptible:
            await self._speaking.cut(self._at_ms)
            barged_in = True
        self._spoken = caller_turn(heard)
        self._conversation.note(self._spoken)
        timing = Replied(self._sid, self._at_ms, heard.endpoint_ms - heard.ended_ms, heard.decode_s, 0.0)
        await self._happen(Said(heard.nbest, heard.agreed, barged_in), begun, timing)

    async def _ignore(self, verdict: Verdict, unheard: tuple[Play, ...]) -> None:
        """The wait goes on; what was cut by mistake is said again."""
        self._sink(Ignored(self._sid, self._at_ms, verdict.value, cut=bool(unheard)))
        self._conversation.note(Turn("note", self._at_ms, decision=f"ignored: {verdict}"))
        if verdict is Verdict.ECHO and not self._echoed:
            self._echoed = True
            await self._conversation.flag("echo", "our own prompt came back", self._at_ms)
        if self._resumed < RESUMED_AT_MOST and unheard:
            self._resumed += 1
            for play in unheard:
                await self._speaking.say(play, self._at_ms)

    async def _happen(self, event: Event, begun: float | None = None, timing: Replied | None = None) -> None:
        reply = await self._conversation.happen(event, self._at_ms)
        await self._carry_out(reply, begun, timing)

    async def _carry_out(self, reply: Reply, begun: float | None = None, timing: Replied | None = None) -> None:
        for play in reply.plays:
            await self._speaking.say(play, self._at_ms)
            if timing is not None and begun is not None:
                work = self._parts.clock.monotonic() - begun
                if self._spoken is not None:
                    self._conversation.replied(self._spoken, timing.endpoint_ms + round(work * 1000))
                self._sink(Replied(self._sid, self._at_ms, timing.endpoint_ms, timing.decode_s, work))
                timing = None
        self._then, self._quiet_ms, self._resumed = reply.then, 0, 0
        self._unheard = None
        self._attention.forget()
        if isinstance(reply.then, Listen):
            self._keys = KeyCollector(reply.then.digits_max, reply.then.inter_digit_ms)
            grammar = self._parts.dialogue.recogniser_phrases(reply.then)
            self._listener.begin(reply.then, grammar)
        elif isinstance(reply.then, Record):  # who leaves a message may need help at once
            self._listener.begin(Listen(WaitKind.MESSAGE, reply.then.langs, pace=Pace.LONG), {})
        else:
            await self._listener.stop()
        self._message = Message()
        self._finish_if_said()

    def _finish_if_said(self) -> None:
        if isinstance(self._then, Transfer | HangUp) and not self._playback.sounding:
            self.over = True

    async def _record(self, record: Record, found: tuple[Heard, ...], frame: bytes) -> None:
        for heard in found:
            await self._overheard(heard)
            if self._then is not record:
                return
        if self._playback.sounding:
            return
        self._message.add(frame, self._listener.voiced)
        if self._message.over(record.max_ms):
            await self._happen(await self._keep_message())

    async def _overheard(self, heard: Heard) -> None:
        """What is said in a message is no answer: only a call for help in it counts, and its words are kept."""
        if not isinstance(heard, Utterance):
            await self._follow(heard)
            return
        self._attention.forget()
        self._conversation.overheard(caller_turn(heard))
        if cry := self._attention.cry_in(heard):
            await self._emergency(cry)

    async def _keep_message(self) -> Event:
        message, self._message = self._message, Message()
        if not message.spoken:
            return MessageRecorded(0)
        audio = bytes(message.audio)
        try:
            await self._parts.blocking(self._parts.voicemail.keep, self._sid, audio, self._parts.clock.now())
        except IvrError as error:
            log.error("message_not_kept", call_sid=self._sid, code=error.code)
            return EffectFailed(Record.__name__, error.code)
        return MessageRecorded(message.duration_ms)
