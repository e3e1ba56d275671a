"""One call over a media stream: frames, keys and marks in; audio, marks and clears out.

Each message is handled to its end before the next is read, and every wait is counted in audio milliseconds, so a
recorded call replays the same at any speed. Time on the wall is read only to report how long a reply took. What
interrupts and what answers is decided by `floor`, what is a call for help by `alarm`.
"""

from collections.abc import Awaitable, Callable

import structlog

from ivr.call.alarm import KeyAlarm, SpokenAlarm
from ivr.call.board import Standing
from ivr.call.conversation import Conversation, Parts, Reply
from ivr.call.evidence import LEFT_SPEAKING, caller_turn
from ivr.call.floor import Floor, Verdict
from ivr.call.floor import Said as Uttered
from ivr.call.keys import KeyCollector
from ivr.call.playback import Spoken
from ivr.call.speaking import Speaking
from ivr.call.trace import Ignored, LineClosed, Replied, TraceSink
from ivr.core.errors import IvrError
from ivr.dialogue.commands import HangUp, Listen, Play, Record, Transfer
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
from ivr.speech.endpoint import SpeechBegan
from ivr.speech.listener import Heard, Listener, Partial, Utterance
from ivr.store.calls import Turn
from ivr.twilio import frames

log = structlog.get_logger()

FRAME_BYTES, FRAME_MS = 160, 20  # µ-law at 8 kHz
MESSAGE_SILENCE_MS = 6_000  # ends a recorded message
ECHO_TAIL_MS = 600  # a prompt may still come back so long after it has ended
RESUMED_AT_MOST = 1  # times in one wait that a prompt cut by mistake is said again
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
        self._sink = sink
        self._released = released
        self._conversation = Conversation(call_sid, parts, sink)
        self._speaking = Speaking(self._conversation, parts, send, sink)
        self._playback = self._speaking.playback
        self._floor = Floor(parts.hearing)
        self._spoken_alarm, self._key_alarm = SpokenAlarm(), KeyAlarm(parts.hearing.emergency_keys)
        self._then: Listen | Record | Transfer | HangUp | None = None
        self._keys = KeyCollector(1, 0)
        self._partial = b""
        self._message = bytearray()
        self._at_ms = self._quiet_ms = 0
        self._voice_began_ms: int | None = None  # of the caller's turn under way
        self._unheard: tuple[Play, ...] | None = None  # what the caller's voice has cut
        self._deaf = False  # the caller speaks into a prompt that must be heard
        self._resumed = 0
        self._echoed = self._wanted = False
        self._spoken: Turn | None = None  # the caller's last turn

    @property
    def standing(self) -> Standing:
        session, sounding = self._conversation.session, self._playback.sounding
        return Standing(session, self._at_ms, self._floor.newest, self._quiet_ms, sounding)

    def hand_over(self) -> None:
        self._wanted = not isinstance(self._then, Transfer | HangUp)

    async def started(self, start: frames.Start) -> None:
        """The stream is open: greet, or go on with a session that was interrupted."""
        self._speaking.stream_sid = start.stream_sid
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
        """A key: cuts what is being said and counts towards the wait's input, and towards a call for help."""
        then = self._then
        string = isinstance(then, Listen) and then.digits_max > 1
        if self._key_alarm.press(digit, self._at_ms, string) and not isinstance(then, HangUp):
            await self._emergency(EmergencyHeard())
        elif isinstance(then, Record):
            if digit == "#":
                await self._message_done()
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
            await self._speaking.sound.close(keep=True)
        self._sink(LineClosed(self._sid, self._at_ms, reason))

    async def _end(self, reason: str) -> None:
        await self._listener.stop()
        self._speaking.ended(self._playback.cut(self._at_ms), self._at_ms)
        if isinstance(self._then, Record) and self._message:
            await self._conversation.happen(await self._keep_message(), self._at_ms)
        if reason in _LEFT and not self._conversation.session.over:
            if self._voice_began_ms is not None:
                await self._conversation.flag(LEFT_SPEAKING, "", self._voice_began_ms, self._at_ms)
            await self._conversation.happen(HungUp(), self._at_ms)
        await self._conversation.flush()

    async def _frame(self, frame: bytes) -> None:
        """Every frame goes through the listener, so that its times are those of the call whatever goes on."""
        begun = self._parts.clock.monotonic()
        self._at_ms += FRAME_MS
        self._speaking.sound.frame(frame)
        self._speaking.ended(self._playback.lost(self._at_ms), self._at_ms)
        self._finish_if_said()
        if self._wanted:
            self._wanted = False
            await self._speaking.cut(self._at_ms)
            await self._happen(TakenOver())
        then, found = self._then, await self._listener.feed(frame)
        if isinstance(then, Record):
            await self._record(then, frame)
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
        await self._barge_in()
        if self._playback.sounding or self._voice_began_ms is not None:
            self._quiet_ms = 0
            return
        self._quiet_ms += FRAME_MS
        self._keys, complete = self._keys.tick(FRAME_MS)
        if complete is not None:
            await self._happen(Pressed(complete))
        elif self._quiet_ms >= listen.no_input_ms and not self._keys.digits:
            await self._happen(NoInput())

    def _lately(self, began_ms: int) -> tuple[Spoken, ...]:
        """The prompts that a voice begun then may be the echo of."""
        return self._playback.around(began_ms - ECHO_TAIL_MS, self._at_ms)

    async def _barge_in(self) -> None:
        began_ms = self._voice_began_ms
        if began_ms is None or not self._playback.sounding or not self._playback.interruptible:
            return
        if self._floor.interrupts(self._listener.voiced_ms, self._lately(began_ms)):
            self._unheard = await self._speaking.cut(self._at_ms)

    async def _heard(self, listen: Listen, heard: Heard, begun: float) -> None:
        match heard:
            case SpeechBegan():
                self._voice_began_ms, self._deaf = heard.began_ms, not self._playback.interruptible
                self._floor.began()
                self._spoken_alarm.forget()
            case Partial():
                self._floor.heard(heard.lang, heard.free, heard.text)
                if heard.free:
                    await self._watch(heard)
            case Utterance():
                self._voice_began_ms = None
                await self._uttered(listen, heard, begun)

    async def _watch(self, heard: Partial) -> None:
        """Look for an emergency in what is being said: heard twice running and, all of it again, with confidence."""
        find = self._parts.hearing.emergency
        kind = find(heard.text, heard.lang)
        if kind and self._floor.echoed(heard.lang, heard.text, self._lately(self._voice_began_ms or self._at_ms)):
            kind = None
        if self._deaf and kind == self._conversation.session.request.emergency:
            return  # the number is being told for it
        if not self._spoken_alarm.heard(heard.lang, kind):
            return
        try:
            text = await self._listener.read_again(heard.lang)
        except IvrError as error:
            log.warning("not_read_again", call_sid=self._sid, code=error.code)
            return
        if sure := find(text, heard.lang):
            began_ms = self._voice_began_ms or self._at_ms
            self._conversation.note(Turn("caller", began_ms, self._at_ms, text=text))
            await self._emergency(EmergencyHeard(sure, heard.lang, text))

    async def _emergency(self, event: EmergencyHeard) -> None:
        """Nothing stands before it: what sounds is cut even where it must be heard, a message is kept as it is."""
        if isinstance(self._then, Record) and self._message:
            await self._keep_message()
        await self._speaking.cut(self._at_ms)
        await self._happen(event)

    async def _uttered(self, listen: Listen, heard: Utterance, begun: float) -> None:
        verdict = self._verdict(listen, heard)
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

    def _verdict(self, listen: Listen, heard: Utterance) -> Verdict:
        if self._deaf:
            return Verdict.NOISE
        lately = self._lately(heard.began_ms)
        if not lately:
            return Verdict.ANSWER
        lang = max(heard.nbest, key=lambda code: heard.nbest[code][0].confidence if heard.nbest[code] else -1.0)
        text = heard.nbest[lang][0].text if heard.nbest[lang] else ""
        uttered = Uttered(text, lang, heard.words, heard.began_ms)
        verdict = self._floor.verdict(uttered, listen.kind, lately, self._playback.question)
        into_prompt = self._playback.around(heard.began_ms, heard.began_ms)
        return verdict if into_prompt or verdict is Verdict.ECHO else Verdict.ANSWER

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
        self._voice_began_ms = self._unheard = None
        if isinstance(reply.then, Listen):
            self._keys = KeyCollector(reply.then.digits_max, reply.then.inter_digit_ms)
            grammar = self._parts.dialogue.recogniser_phrases(reply.then)
            self._listener.begin(reply.then, grammar)
        else:
            await self._listener.stop()
        self._message.clear()
        self._finish_if_said()

    def _finish_if_said(self) -> None:
        if isinstance(self._then, Transfer | HangUp) and not self._playback.sounding:
            self.over = True

    async def _record(self, record: Record, frame: bytes) -> None:
        if self._playback.sounding:
            return
        self._message += frame
        self._quiet_ms = 0 if self._listener.voiced else self._quiet_ms + FRAME_MS
        if self._quiet_ms >= MESSAGE_SILENCE_MS or len(self._message) >= record.max_ms * BYTES_PER_MS:
            await self._message_done()

    async def _message_done(self) -> None:
        await self._happen(await self._keep_message())

    async def _keep_message(self) -> Event:
        audio = bytes(self._message)
        try:
            await self._parts.blocking(self._parts.voicemail.keep, self._sid, audio, self._parts.clock.now())
        except IvrError as error:
            log.error("message_not_kept", call_sid=self._sid, code=error.code)
            return EffectFailed(Record.__name__, error.code)
        return MessageRecorded(len(audio) // BYTES_PER_MS)
