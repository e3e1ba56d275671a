"""Keeps the sound of calls: both sides gathered on the loop, written by one thread a second at a time.

On the loop a frame costs two appends. The thread interleaves, measures peaks and writes; at most `WAITING` seconds of
all calls wait for it. Where it is further behind than `BEHIND_MS` of a call, that stretch becomes silence, so that all
times after it stay right. A disk that refuses ends the recording, never the call.
"""

import asyncio
import re
from collections import deque
from collections.abc import Callable, Set
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from ivr.core.errors import IvrError
from ivr.speech.audio import RATE_HZ
from ivr.speech.tape import CHANNELS, SILENCE, Tape, erase
from ivr.store.recordings import Recording, Recordings

log = structlog.get_logger()

PIECE_BYTES = 8_000  # of each side: one second
WAITING = 256  # seconds of sound, of all calls together
BEHIND_MS = 30_000
CALL = "call"
_BYTES_PER_MS = 8


class Recorder:
    """One per process. `kept` None: the sound of calls is not recorded."""

    def __init__(self, recordings: Recordings, data_dir: Path, kept: timedelta | None) -> None:
        self._recordings, self._data_dir, self._kept = recordings, data_dir, kept
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="recorder")
        self._waiting = 0
        self._writing: set[_Writer] = set()

    def open(self, call_sid: str, now: datetime) -> "CallSound":
        """Where the sound of this call goes. Nothing is on disk before its first second is over."""
        if self._kept is None:
            return CallSound(None)
        writer = _Writer(call_sid, now, self)
        self._writing.add(writer)
        return CallSound(writer)

    def close(self) -> None:
        """Write what waits, end what is still open, then stop."""
        for writer in tuple(self._writing):
            self._submit(writer.finish, True, refuse=False)
        self._thread.shutdown(wait=True)

    def _submit(self, work: Callable[..., None], *args: object, refuse: bool = True) -> Future[None] | None:
        """None where too much waits already."""
        if refuse and self._waiting >= WAITING:
            return None
        self._waiting += 1
        return self._thread.submit(self._counted, work, *args)

    def _counted(self, work: Callable[..., None], *args: object) -> None:
        try:
            work(*args)
        finally:
            self._waiting -= 1

    def _begin(self, call_sid: str, now: datetime) -> tuple[Tape, Path]:
        """The file and its row: the row first, so that no file is ever without one."""
        name = re.sub(r"[^A-Za-z0-9-]", "_", call_sid)
        path = Path("recordings") / now.strftime("%Y-%m") / f"{name}-{now:%d%H%M%S}-call.wav"
        self._recordings.add(
            Recording(
                call_sid=call_sid,
                kind=CALL,
                path=str(path),
                codec="mulaw",
                rate_hz=RATE_HZ,
                channels=CHANNELS,
                bytes=0,
                duration_ms=0,
                made_at=now,
                purge_at=now + (self._kept or timedelta()),
            )
        )
        return Tape(self._data_dir / path), path

    def _end(self, tape: Tape, path: Path, keep: bool) -> None:
        tape.close()
        if keep:
            size = (self._data_dir / path).stat().st_size
            self._recordings.finish(str(path), size, tape.duration_ms)
        else:
            erase(self._data_dir / path)
            self._recordings.forget(str(path))


@dataclass(frozen=True, slots=True)
class _Piece:
    """Sound of both sides, after `lost` bytes of each that could not be kept."""

    lost: int
    caller: bytes
    helpline: bytes


class _Writer:
    """One call's file, on the recorder's thread."""

    def __init__(self, call_sid: str, now: datetime, recorder: Recorder) -> None:
        self._call_sid, self._now, self._recorder = call_sid, now, recorder
        self._open: tuple[Tape, Path] | None = None
        self._failed = False

    def submit(self, piece: "_Piece") -> bool:
        """Whether the piece was taken."""
        return self._recorder._submit(self._write, piece) is not None

    async def end(self, piece: "_Piece", keep: bool) -> None:
        self._recorder._submit(self._write, piece, refuse=False)
        done = self._recorder._submit(self.finish, keep, refuse=False)
        assert done is not None
        await asyncio.shield(asyncio.wrap_future(done))

    def finish(self, keep: bool) -> None:
        """Nothing more comes. On the recorder's thread."""
        self._recorder._writing.discard(self)
        try:
            if self._open is not None:
                self._recorder._end(*self._open, keep)
        except (OSError, IvrError) as error:
            self._give_up(error)
        self._open = None

    def _write(self, piece: "_Piece") -> None:
        if self._failed:
            return
        silence = SILENCE * piece.lost
        try:
            if self._open is None:
                self._open = self._recorder._begin(self._call_sid, self._now)
            self._open[0].write(silence + piece.caller, silence + piece.helpline)
        except (OSError, IvrError) as error:
            self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        self._failed = True
        code = error.code if isinstance(error, IvrError) else type(error).__name__
        log.error("recording_not_kept", call_sid=self._call_sid, code=code)


@dataclass(slots=True)
class _Sounding:
    mark: str
    mulaw: bytes
    at: int = 0


@dataclass(slots=True)
class CallSound:
    """Both sides of one call, fed on the loop. What the helpline says is laid in as the carrier plays it: one prompt
    after the other, until a mark or a cut says otherwise."""

    _writer: _Writer | None
    _caller: bytearray = field(default_factory=bytearray)
    _helpline: bytearray = field(default_factory=bytearray)
    _queue: deque[_Sounding] = field(default_factory=deque)
    _lost: int = 0

    def frame(self, mulaw: bytes) -> None:
        """The caller's next audio; as much time passes on both sides."""
        if self._writer is None:
            return
        self._caller += mulaw
        self._helpline += self._played(len(mulaw))
        if len(self._caller) >= PIECE_BYTES:
            self._hand_over(self._writer)

    def play(self, mark: str, mulaw: bytes) -> None:
        """A prompt went into the carrier's buffer."""
        if self._writer is not None:
            self._queue.append(_Sounding(mark, mulaw))

    def only(self, marks: Set[str]) -> None:
        """Of what was put into the buffer, all but these has ended."""
        while self._queue and self._queue[0].mark not in marks:
            self._queue.popleft()

    async def close(self, keep: bool) -> None:
        """Write the rest; with `keep` false nothing of this recording stays on the disk."""
        if self._writer is not None:
            writer, self._writer = self._writer, None
            await writer.end(_Piece(self._lost, bytes(self._caller), bytes(self._helpline)), keep)

    def _played(self, length: int) -> bytes:
        if not self._queue:
            return SILENCE * length
        played = bytearray()
        while self._queue and len(played) < length:
            first = self._queue[0]
            piece = first.mulaw[first.at : first.at + length - len(played)]
            first.at += len(piece)
            played += piece
            if first.at >= len(first.mulaw):
                self._queue.popleft()
        return bytes(played) + SILENCE * (length - len(played))

    def _hand_over(self, writer: _Writer) -> None:
        """Whole pieces only: peaks are measured over whole ones."""
        whole = len(self._caller) // PIECE_BYTES * PIECE_BYTES
        if writer.submit(_Piece(self._lost, bytes(self._caller[:whole]), bytes(self._helpline[:whole]))):
            self._lost = 0
        elif whole >= BEHIND_MS * _BYTES_PER_MS:
            self._lost += whole
        else:
            return
        del self._caller[:whole], self._helpline[:whole]
