"""Prompts on their way to the caller: rendered, sent in chunks, marked, cut, and told to whoever asked."""

from collections.abc import Awaitable, Callable

import structlog

from ivr.call.conversation import Conversation, Parts
from ivr.call.playback import Ended, Playback
from ivr.call.trace import PromptEnded, PromptSent, TraceSink
from ivr.core.errors import IvrError
from ivr.dialogue.commands import Play
from ivr.store.calls import Turn
from ivr.twilio import frames

log = structlog.get_logger()

CHUNK_BYTES = 8_000  # a second; the carrier takes any length, fewer messages cost less on both sides


class Speaking:
    """One per line; `stream_sid` is set when the stream has begun. Times are ms of call audio."""

    def __init__(
        self, conversation: Conversation, parts: Parts, send: Callable[[str], Awaitable[None]], sink: TraceSink
    ) -> None:
        self.stream_sid = ""
        self.playback = Playback()
        self.sound = parts.recorder.open(conversation.call_sid, parts.clock.now())
        self._conversation, self._parts, self._send, self._sink = conversation, parts, send, sink
        self._plays: dict[str, Play] = {}  # by mark, of what may still sound

    async def say(self, play: Play, now_ms: int) -> None:
        """Put a prompt into the carrier's buffer. One that cannot be rendered is left out: the call goes on."""
        sid = self._conversation.call_sid
        try:
            rendered = await self._parts.blocking(self._parts.prompts.render, play)
        except IvrError as error:
            log.error("prompt_not_rendered", call_sid=sid, prompt=play.prompt, code=error.code)
            return
        for at in range(0, len(rendered.mulaw), CHUNK_BYTES):
            await self._send(frames.media(self.stream_sid, rendered.mulaw[at : at + CHUNK_BYTES]))
        words = (rendered.text, play.lang)
        name = self.playback.sent(play.prompt, rendered.duration_ms, play.barge_in, now_ms, words)
        self._plays[name] = play
        self.sound.play(name, rendered.mulaw)
        await self._send(frames.mark(self.stream_sid, name))
        self._sink(PromptSent(sid, now_ms, play.prompt, rendered.text, rendered.duration_ms))

    async def cut(self, now_ms: int) -> tuple[Play, ...]:
        """Stop what sounds; what of it was not heard to its end. The clear goes out even when nothing is thought to
        sound: the carrier's buffer decides."""
        unheard = [s.mark for s in self.playback.queue if s.starts_ms + s.duration_ms > now_ms]
        plays = tuple(self._plays[mark] for mark in unheard)
        await self._send(frames.clear(self.stream_sid))
        self.ended(self.playback.cut(now_ms), now_ms)
        return plays

    def ended(self, prompts: list[Ended], now_ms: int) -> None:
        """These have ended: keep it with the call."""
        if not prompts:
            return
        for p in prompts:
            began = min(max(0, p.starts_ms), now_ms)
            heard = Turn("prompt", began, began + p.heard_ms, prompt=p.prompt, heard_ms=p.heard_ms, text=p.text)
            self._conversation.note(heard)
            self._sink(PromptEnded(self._conversation.call_sid, now_ms, p.prompt, p.heard_ms, p.cut))
        waiting = {sent.mark for sent in self.playback.queue}
        self._plays = {mark: play for mark, play in self._plays.items() if mark in waiting}
        self.sound.only(waiting)
