"""A scripted caller: what is sent up the line, 20 ms at a time. Pure; knows only what a caller hears."""

from collections.abc import Callable
from dataclasses import dataclass

from ivr.replay.case import Act, Turn

FRAME_BYTES, FRAME_MS = 160, 20
SILENCE = b"\xff" * FRAME_BYTES  # µ-law zero
THINKING_MS = 400  # a caller's pause before answering
KEY_GAP_MS = 240


@dataclass(frozen=True, slots=True)
class Sent:
    """What the caller does in one frame; `began` and `spoke` mark the first and the last frame of a spoken turn.
    `lose_stream` is the line's doing, not the caller's."""

    audio: bytes = SILENCE
    key: str = ""
    hang_up: bool = False
    lose_stream: bool = False
    began: Turn | None = None
    spoke: Turn | None = None


_QUIET = Sent()
Ear = Callable[[str, str], int | None]  # (prompt, word) -> ms ago


def _deaf(prompt: str, word: str) -> int | None:
    return None


@dataclass(frozen=True, slots=True)
class Accidents:
    """What befalls a call whatever its turns are: the seconds at which its stream breaks off, and when it ends."""

    breaks_at_s: tuple[float, ...] = ()
    hang_up_at_s: float | None = None


class ScriptedCaller:
    """Goes through `turns` in order. `done` when nothing is left to do but listen.

    `ear` says how many ms ago a prompt, or a word of it, began to sound for the last time since the turn before, None
    where it has not; "" is any prompt. `told` is called as each turn begins.
    """

    def __init__(
        self,
        turns: tuple[Turn, ...],
        ear: Ear = _deaf,
        told: Callable[[Turn], None] = lambda _: None,
        accidents: Accidents | None = None,
    ) -> None:
        self._todo = list(turns)
        self._accidents = accidents or Accidents()
        self._unlucky = self._accidents != Accidents()
        self._at_ms = 0
        self._ear, self._told = ear, told
        self._audio = b""
        self._keys = ""
        self._key_gap = 0
        self._current: Turn | None = None
        self._sounded = False  # since the last turn
        self._sounding_ms = 0
        self._quiet_ms = 0

    @property
    def done(self) -> bool:
        return not self._todo and self._current is None

    def frame(self, sounding: bool) -> Sent:
        """The next 20 ms; `sounding` says whether the helpline is heard speaking now."""
        self._listen(sounding)
        self._at_ms += FRAME_MS
        if self._unlucky and (accident := self._accident()) is not None:
            return accident
        if self._current is not None:
            return self._go_on(self._current)
        if not self._todo or not self._turn_begins(self._todo[0], sounding):
            return _QUIET
        turn = self._todo.pop(0)
        self._told(turn)
        self._sounded, self._sounding_ms = sounding, 0  # what answers this turn begins anew
        if turn.act is Act.SILENCE:
            return Sent()
        if turn.act is Act.HANG_UP:
            return Sent(hang_up=True)
        if turn.act is Act.LOSE:
            return Sent(lose_stream=True)
        self._current = turn
        self._audio, self._keys, self._key_gap = turn.audio, turn.text if turn.act is Act.PRESS else "", 0
        return self._go_on(turn, began=turn)

    def _accident(self) -> Sent | None:
        """What happens in this frame regardless of the turns."""
        ends_s = self._accidents.hang_up_at_s
        if ends_s is not None and self._at_ms >= ends_s * 1000:
            return Sent(hang_up=True)
        broken = any(self._at_ms - FRAME_MS < second * 1000 <= self._at_ms for second in self._accidents.breaks_at_s)
        return Sent(lose_stream=True) if broken else None

    def _listen(self, sounding: bool) -> None:
        if sounding:
            self._sounding_ms = self._sounding_ms + FRAME_MS if self._quiet_ms == 0 else FRAME_MS
            self._quiet_ms = 0
            self._sounded = True
        else:
            self._quiet_ms += FRAME_MS

    def _turn_begins(self, turn: Turn, sounding: bool) -> bool:
        if turn.at_once:
            return True
        if turn.at_word:
            since_ms = self._ear(turn.send_after, turn.at_word)
            return since_ms is not None and since_ms >= (turn.after_ms or 0)
        if turn.send_after:
            since_ms = self._ear(turn.send_after, "")
            if since_ms is None or turn.after_ms is not None:
                return since_ms is not None and since_ms >= (turn.after_ms or 0)
        if turn.after_ms is not None:
            return sounding and self._sounding_ms >= turn.after_ms
        return self._sounded and not sounding and self._quiet_ms >= THINKING_MS

    def _go_on(self, turn: Turn, began: Turn | None = None) -> Sent:
        if turn.act is Act.PRESS:
            return self._press(began)
        audio, self._audio = self._audio[:FRAME_BYTES], self._audio[FRAME_BYTES:]
        ended = not self._audio
        if ended:
            self._current = None
            self._sounded = False  # waits to be answered, also after cutting the helpline short
            self._sounding_ms = 0  # the same prompt, going on, is not what the next turn waits for
        return Sent(audio=audio.ljust(FRAME_BYTES, b"\xff"), began=began, spoke=turn if ended else None)

    def _press(self, began: Turn | None) -> Sent:
        self._key_gap -= FRAME_MS
        if self._key_gap > 0:
            return Sent()
        key, self._keys, self._key_gap = self._keys[:1], self._keys[1:], KEY_GAP_MS
        if not self._keys:
            self._current = None
        return Sent(key=key, began=began)
