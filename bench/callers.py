"""Callers for measurements: those of audio/fixtures, made to talk more, and their audio on its way to a peer."""

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import websockets

from ivr.replay.case import Act, Case, Turn, find_cases
from ivr.replay.load.callers import LoadCall
from ivr.replay.load.figures import percentile
from ivr.replay.load.run import interrupting, suited
from ivr.speech.audio import MULAW_SILENCE, RATE_HZ, mulaw_decode, mulaw_encode
from ivr.speech.levels import trimmed

FIXTURES = Path(__file__).resolve().parents[1] / "audio" / "fixtures"
CHUNK_MS = 200  # as vosk-server's own clients send
_PAUSE = bytes([MULAW_SILENCE]) * (RATE_HZ // 5)  # with what is left at the edges shorter than what ends a turn


def talkers(lang: str, after_ms: int, times: int) -> list[Case]:
    """The recorded callers of a language, who speak `after_ms` into each prompt and say everything `times` times in a
    breath: recorded calls are a fifth speech at most, and a peer that decodes silence is to be met fairly."""
    cases = suited(find_cases([FIXTURES / lang]))
    return [replace(case, turns=tuple(_longer(turn, times) for turn in case.turns)) for case in _early(cases, after_ms)]


def _early(cases: Sequence[Case], after_ms: int) -> Sequence[Case]:
    return interrupting(cases, after_ms) if after_ms else cases


def _longer(turn: Turn, times: int) -> Turn:
    if turn.act is not Act.SAY:
        return turn
    once = mulaw_encode(trimmed(mulaw_decode(turn.audio)))
    return replace(turn, audio=_PAUSE.join([once] * times))


def sound(calls: Sequence[LoadCall]) -> list[bytes]:
    """What each caller sent up the line, µ-law."""
    return [b"".join(bytes(heard.caller) for heard in call.record.streams) for call in calls if call.record.streams]


@dataclass(slots=True)
class Streams:
    """Streams of audio to a peer in real time, each round and round. `lags_s`: from the end of a chunk to its answer,
    since `forget`."""

    url: str
    audio: Sequence[bytes]
    lags_s: list[float]
    _tasks: list[asyncio.Task[None]]

    @classmethod
    def to(cls, url: str, audio: Sequence[bytes]) -> "Streams":
        return cls(url, audio, [], [])

    async def resize(self, count: int) -> None:
        for task in self._tasks[count:]:
            task.cancel()
        await asyncio.gather(*self._tasks[count:], return_exceptions=True)
        del self._tasks[count:]
        while len(self._tasks) < count:
            self._tasks.append(asyncio.create_task(self._run(self.audio[len(self._tasks) % len(self.audio)])))
            await asyncio.sleep(CHUNK_MS / 1000 / count)

    def p95_s(self) -> float:
        return percentile(self.lags_s, 0.95)

    async def _run(self, mulaw: bytes) -> None:
        size = RATE_HZ * CHUNK_MS // 1000
        chunks = [mulaw_decode(mulaw[at : at + size]).tobytes() for at in range(0, len(mulaw) - size, size)]
        loop = asyncio.get_running_loop()
        async with websockets.connect(self.url, compression=None) as socket:
            sent_s: asyncio.Queue[float] = asyncio.Queue()

            async def answers() -> None:
                async for _ in socket:
                    self.lags_s.append(loop.time() - sent_s.get_nowait())

            reading = asyncio.create_task(answers())
            due_s = loop.time()
            try:
                for chunk in itertools.cycle(chunks):
                    sent_s.put_nowait(due_s)
                    await socket.send(chunk)
                    due_s += CHUNK_MS / 1000
                    await asyncio.sleep(due_s - loop.time())
            finally:
                reading.cancel()
