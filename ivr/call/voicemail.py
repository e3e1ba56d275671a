"""Messages that callers leave: a µ-law WAV file below the data folder and its row. Blocking."""

from datetime import datetime, timedelta
from pathlib import Path

from ivr.core.errors import StoreError
from ivr.speech.audio import write_mulaw_wav
from ivr.store.recordings import Recording, Recordings

VOICEMAIL = "voicemail"
KEPT = timedelta(days=90)
_BYTES_PER_MS = 8


class Voicemail:
    """`data_dir` as in the settings."""

    def __init__(self, recordings: Recordings, data_dir: Path) -> None:
        self._recordings, self._data_dir = recordings, data_dir

    def keep(self, call_sid: str, mulaw: bytes, now: datetime) -> None:
        """Write the message (8 kHz µ-law) and note it. Raises StoreError when the disk refuses."""
        path = Path("recordings") / now.strftime("%Y-%m") / f"{call_sid}-{now:%d%H%M%S}.wav"
        file = self._data_dir / path
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            write_mulaw_wav(file, mulaw)
        except OSError as error:
            raise StoreError(f"{file.parent} cannot be written to: {error.strerror}", code="recording") from error
        self._note(call_sid, str(path), file.stat().st_size, len(mulaw) // _BYTES_PER_MS, now)

    def note_remote(self, call_sid: str, url: str, duration_ms: int, now: datetime) -> None:
        """A message that the carrier keeps: where it is."""
        self._note(call_sid, url, 0, duration_ms, now)

    def _note(self, call_sid: str, path: str, size: int, duration_ms: int, now: datetime) -> None:
        self._recordings.add(
            Recording(
                call_sid=call_sid,
                kind=VOICEMAIL,
                path=path,
                codec="mulaw",
                rate_hz=8000,
                channels=1,
                bytes=size,
                duration_ms=duration_ms,
                made_at=now,
                purge_at=now + KEPT,
            )
        )
