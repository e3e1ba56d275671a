"""Flagged calls as the call itself leaves them: turns, flags and sound, without the recogniser."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ivr.call.recorder import CALL
from ivr.dialogue.commands import Disposition, Flag
from ivr.speech.audio import mulaw_encode
from ivr.speech.tape import Tape
from ivr.store import proposals
from ivr.store.calls import Calls, Turn
from ivr.store.database import Database
from ivr.store.recordings import Recording, Recordings
from ivr.store.secrets import Secrets
from tests.console.house import NOW, SECRET

SAID = {
    "hi": (
        ("मुझे राशन कार्ड चाहिए", "ration_card_new", "ration_card_correction", "मुझे राशन कार्ड"),
        ("पेंशन नहीं आई", "pension_stopped", "pension_old_age_status", "पेंशन नहीं आई"),
    ),
    "te": (
        ("రేషన్ కార్డు రాలేదు", "ration_card_status", "ration_card_new", "రేషన్ కార్డు లేదు"),
        ("కరెంటు లేదు", "electricity_outage", "electricity_transformer_failure", "కరెంటు లేదు"),
    ),
}
GREETING = {"hi": "नमस्ते, यह जनवाणी है। हमारी बातचीत रिकॉर्ड होगी।", "te": "నమస్కారం, ఇది జనవాణి. మన సంభాషణ రికార్డ్ అవుతుంది."}


@dataclass(frozen=True)
class Sample:
    """One call to be left behind. `flags`: kind and second. `seconds` of sound; 0: none."""

    sid: str
    lang: str = "te"
    flags: Sequence[tuple[str, float]] = (("no_match", 31.0),)
    seconds: int = 60
    minutes_ago: int = 30
    district: str = "Guntur"
    number: str | None = "+919415553210"
    which: int = 0
    consent: bool = True


def leave(db: Database, data: Path, sample: Sample, now: datetime = NOW) -> None:
    """Write it down as a call does."""
    calls, at = Calls(db, Secrets(SECRET)), now - timedelta(minutes=sample.minutes_ago)
    calls.begin(sample.sid, sample.number, at)
    calls.save_wait(sample.sid, "{}", at, turns_of(sample), sample.lang)
    calls.describe(sample.sid, district=sample.district, service=SAID[sample.lang][sample.which][1])
    for kind, second in sample.flags:
        calls.add_flag(
            sample.sid, Flag(kind, "pension_old_age_status" if kind == "low_margin" else ""), round(second * 1000)
        )
    calls.end(sample.sid, Disposition.TICKET_OPENED, at + timedelta(seconds=max(sample.seconds, 60)))
    if sample.consent:
        _consent(db, sample.sid, at)
    if sample.seconds:
        _sound(db, data, sample, at)


def turns_of(sample: Sample) -> list[Turn]:
    """A greeting, what was asked for, a question, an answer, the end."""
    text, service, runner_up, free = SAID[sample.lang][sample.which]
    words, start = [], 29_000
    for word in text.split():
        length = 120 * len(word)
        words.append((word, start, start + length, 0.98))
        start += length + 80
    readings = [
        {"lang": sample.lang, "text": text, "confidence": 0.9},
        {"lang": sample.lang, "text": free, "confidence": 0.4},
    ]
    return [
        Turn("prompt", 0, 4_200, prompt="greeting", heard_ms=4_200, text=GREETING[sample.lang]),
        Turn("prompt", 25_000, 28_000, prompt="ask_service", heard_ms=3_000, text=GREETING[sample.lang][:24]),
        Turn("caller", 29_000, start, text=text, words=words, nbest=readings, free_pass=free, service=service,
             runner_up=runner_up, score=0.58, margin=0.03, decision="confirm", asked="service", band="confirm",
             agreed=free == text, reply_ms=740),
        Turn("note", start + 600, decision=f"confirm: {service} 0.58"),
        Turn("prompt", 34_000, 37_000, prompt="confirm_service", heard_ms=1_200, text=GREETING[sample.lang][-20:]),
        Turn("caller", 38_000, 38_000, asked="yes_no", decision="pressed 1, confirmed"),
        Turn("note", 38_000, decision="ticket: 4827316"),
    ]  # fmt: skip


def _consent(db: Database, sid: str, at: datetime) -> None:
    from sqlalchemy import update

    from ivr.store.schema import call

    with db.begin() as connection:
        connection.execute(update(call).where(call.c.sid == sid).values(consent_at=at))


def _sound(db: Database, data: Path, sample: Sample, at: datetime) -> None:
    path = Path("recordings") / "2026-11" / f"{sample.sid}.wav"
    tape = Tape(data / path)
    for second in range(sample.seconds):
        tape.write(*_second(sample.lang, sample.which, second))
    tape.close()
    purge = at + timedelta(days=90)
    row: dict[str, Any] = {"codec": "mulaw", "rate_hz": 8000, "channels": 2, "made_at": at, "purge_at": purge}
    size = (data / path).stat().st_size
    Recordings(db).add(Recording(sample.sid, CALL, str(path), bytes=size, duration_ms=tape.duration_ms, **row))


@cache
def _second(lang: str, which: int, second: int) -> tuple[bytes, bytes]:
    """Caller and prompts in one second of every such call."""
    turns = turns_of(Sample("", lang, (), which=which))
    return second_of(turns, "caller", second, which), second_of(turns, "prompt", second, which)


def second_of(turns: Sequence[Turn], side: str, second: int, which: int) -> bytes:
    """Where somebody speaks a wavering tone, else the hiss of a line."""
    t = np.arange(8_000) / 8_000 + second
    speaks = np.zeros(8_000)
    for turn in turns:
        if turn.side == side and turn.end_ms:
            speaks[(t * 1000 >= turn.start_ms) & (t * 1000 < turn.end_ms)] = 1
    if not speaks.any():
        return _silent(second % 8)
    tone = np.sin(2 * np.pi * (180 + 40 * which) * t) * (0.55 + 0.45 * np.sin(2 * np.pi * 3.7 * t))
    return mulaw_encode(((tone * speaks * 0.5 + _hiss(second % 8)) * 32_000).astype(np.int16))


@cache
def _hiss(which: int) -> npt.NDArray[np.float64]:
    return np.random.default_rng(which).normal(size=8_000) * 0.004


@cache
def _silent(which: int) -> bytes:
    return mulaw_encode((_hiss(which) * 32_000).astype(np.int16))


def desk_of_calls(db: Database, data: Path, long_s: int = 2) -> None:
    """What an operator finds in the morning; one call with `long_s` of sound."""
    leave(
        db, data, Sample("CAemergency0084213", "te", (("emergency", 12.0), ("no_match", 31.0)), which=1, minutes_ago=4)
    )
    leave(db, data, Sample("CAnomatch000084214", "te", (("no_match", 31.0), ("disagreement", 31.0)), minutes_ago=9))
    leave(db, data, Sample("CArefused000084215", "hi", (("refused", 38.0),), minutes_ago=21, district="Barabanki"))
    leave(db, data, Sample("CAkeysonly00084216", "hi", (("silence", 20.0),), seconds=0, minutes_ago=35, which=1))
    leave(
        db, data, Sample("CAlong00000084217", "hi", (("low_margin", 500.0),), seconds=long_s, minutes_ago=60, which=1)
    )
    with db.begin() as connection:
        proposals.add(connection, "te", "electricity_outage", "ఊరంతా చీకటి", None, NOW)
