"""The same session by keys: one request of the carrier, one reply. For calls whose stream cannot be had or was lost."""

from collections.abc import Callable, Mapping

from ivr.call.conversation import Conversation, Ending, Parts, Reply
from ivr.call.ports import KeypadReply, Recording
from ivr.call.trace import TraceSink
from ivr.dialogue.briefing import briefing
from ivr.dialogue.commands import Disposition, HangUp, Listen, Play, Record, Transfer
from ivr.dialogue.events import EffectFailed, Event, MessageRecorded, NoInput, Pressed, Queued

OPERATOR = "operator"
ANSWERED = frozenset({"completed", "answered"})


class Keypad:
    """`numbers`: what a transfer may be to -> a number that can be dialled. `operator_language`: of the briefing, ""
    for the caller's."""

    def __init__(
        self,
        parts: Parts,
        numbers: Mapping[str, str],
        sinks: Callable[[str], TraceSink],
        operator_language: str = "",
    ) -> None:
        self._parts, self._numbers, self._sinks = parts, numbers, sinks
        self._operator_language = operator_language

    async def begin(self, call_sid: str, why_keys: str = "") -> KeypadReply:
        conversation = self._conversation(call_sid)
        stored = await conversation.load()
        pending = conversation.session.pending
        if stored and isinstance(pending, Transfer | Record):
            return await self._go_on(conversation, Reply((), pending))
        if stored and conversation.session.over:
            return KeypadReply()
        return await self._go_on(conversation, await conversation.begin("gather", why_keys))

    async def turn(self, call_sid: str, digits: str | None) -> KeypadReply:
        return await self._happen(call_sid, Pressed(digits) if digits else NoInput())

    async def recorded(self, call_sid: str, recording: Recording) -> KeypadReply:
        return await self._happen(call_sid, MessageRecorded(recording.duration_s * 1000))

    async def whisper(self, call_sid: str) -> tuple[Play, ...]:
        conversation, now = self._conversation(call_sid), self._parts.clock.now()
        await self._parts.blocking(self._parts.handovers.answered, call_sid, now)
        await conversation.load()
        languages = self._parts.prompts.languages
        asked = (self._operator_language, conversation.session.lang)
        return briefing(conversation.session, next((lang for lang in asked if lang in languages), languages[0]))

    async def transfer_ended(self, call_sid: str, status: str) -> KeypadReply:
        await self._parts.blocking(self._parts.handovers.ended, call_sid, status, self._parts.clock.now())
        if status not in ANSWERED:
            return await self._happen(call_sid, EffectFailed(Transfer.__name__, status))
        now = self._parts.clock.now()
        await self._parts.blocking(self._parts.calls.end, call_sid, Disposition.TRANSFERRED, now)
        return KeypadReply()

    def _conversation(self, call_sid: str) -> Conversation:
        return Conversation(call_sid, self._parts, self._sinks(call_sid))

    async def _happen(self, call_sid: str, event: Event) -> KeypadReply:
        conversation = self._conversation(call_sid)
        await conversation.load()
        return await self._go_on(conversation, await conversation.happen(event, at_ms=conversation.elapsed_ms))

    async def _go_on(self, conversation: Conversation, reply: Reply) -> KeypadReply:
        if isinstance(reply.then, Transfer):
            reply = await self._connected(conversation, reply, reply.then)
        then: Ending = reply.then
        match then:
            case Listen():
                return KeypadReply(reply.plays, listen=then)
            case Record():
                return KeypadReply(reply.plays, record_max_s=then.max_ms // 1000)
            case Transfer():
                number = await self._number(conversation.call_sid, then.to)
                return KeypadReply(reply.plays, transfer_to=number, whisper=then.to == OPERATOR)
            case HangUp():
                return KeypadReply(reply.plays)

    async def _number(self, call_sid: str, to: str) -> str | None:
        """Who took the call over is rung on the telephone that they named; a citizen on their own, by a responder."""
        own = await self._parts.blocking(self._parts.taker, call_sid) if to == OPERATOR else None
        return own or self._numbers.get(to) or await self._parts.blocking(self._parts.errands.number, to)

    async def _connected(self, conversation: Conversation, reply: Reply, to: Transfer) -> Reply:
        """The same reply where somebody can be dialled now; else what the dialogue says to that: the place in the
        queue, a message."""
        if await self._number(conversation.call_sid, to.to) is None:
            return await conversation.happen(
                EffectFailed(Transfer.__name__, "no_number"), at_ms=conversation.elapsed_ms
            )
        if to.to != OPERATOR:
            return reply
        now = self._parts.clock.now()
        if await self._parts.blocking(self._parts.taker, conversation.call_sid):
            return reply
        place = await self._parts.blocking(self._parts.handovers.ask, conversation.call_sid, now)
        if not place.number:
            return reply
        return await conversation.happen(Queued(place.number, place.minutes), at_ms=conversation.elapsed_ms)
