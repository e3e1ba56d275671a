"""A call that was, as a case for testers: what the caller said and pressed and when, without what is personal.

What leaves: words that `PrivateWords` lets pass, with their sound; keys, digits of longer inputs replaced by zeros;
what was asked for. What stays: the helpline's side (it tells numbers and names), everything that was not recognised,
every private word (a tone stands in its place), the caller's number (an invented one stands in its place). The caller
must have consented. `docs/tester.md` has the format; `ivr replay` reads it without editing. Opens nothing.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from ivr.core.errors import IvrError
from ivr.dialogue.commands import Disposition
from ivr.speech.audio import RATE_HZ, mulaw_wav
from ivr.speech.cut import Span, merged, only
from ivr.store.calls import Turn
from ivr.understanding.private import PrivateWords, SaidWord
from ivr.understanding.result import WaitKind

CALLER, WITHHELD = "+919415550100", "anonymous"
CUT_WORD = "[…]"
MARGIN_MS = 80  # around a word that stays; a recogniser's word times are that far off
BEFORE_MS, AFTER_MS = 160, 120  # of silence around a turn
CUT_MS = 60  # around a word that goes
JOINED_MS = 250  # a pause between two words that stay, stays
_PER_MS = RATE_HZ // 1000


@dataclass(frozen=True, slots=True)
class KeptCall:
    """What is kept of a call. `sound`: the caller's channel, µ-law at 8 kHz, in recording time; `service` that it ended
    with, `withheld` where there was no number."""

    language: str
    turns: Sequence[Turn]
    sound: bytes
    consent_at: datetime | None
    service: str | None = None
    disposition: str | None = None
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Review:
    """What a person who listened decided. `cut`: spans (recording ms) to be taken out besides; `whole`: starts (ms) of
    turns of which everything may leave, unrecognised ones too; `texts`: what was really said in such a turn, by its
    start; `title`: what is special about the call."""

    title: str = ""
    texts: Mapping[int, str] = field(default_factory=dict)
    cut: tuple[Span, ...] = ()
    whole: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Exported:
    """`files`: name -> content. `cut`: recording spans that were beeped, for a person to check; `left_out`: starts of
    turns that left nothing."""

    files: Mapping[str, bytes]
    cut: tuple[Span, ...] = ()
    left_out: tuple[int, ...] = ()

    def write(self, folder: Path) -> None:
        """Into a new folder. IvrError where it is there already or cannot be written."""
        try:
            folder.mkdir(parents=True)
            for name, content in self.files.items():
                (folder / name).write_bytes(content)
        except OSError as error:
            raise IvrError(f"{folder}: {error.strerror}; name a folder that is not there yet", code="export") from error

    def as_zip(self, folder: str) -> bytes:
        """The files in one archive, below `folder`; the same bytes for the same files."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.files.items():
                archive.writestr(zipfile.ZipInfo(f"{folder}/{name}"), content)
        return packed.getvalue()


@dataclass(slots=True)
class _Case:
    """The case as it is put together."""

    turns: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    cut: list[Span] = field(default_factory=list)
    left_out: list[int] = field(default_factory=list)
    replaced: bool = False  # digits


def exported(call: KeptCall, private: PrivateWords, review: Review | None = None) -> Exported:
    """The case of `call`. IvrError where the caller did not consent, or nothing of the call may leave."""
    review = review or Review()
    if call.consent_at is None:
        raise IvrError("the caller did not agree to being recorded: this call must not leave", code="no_consent")
    case = _Case()
    for turn in call.turns:
        if turn.side == "caller":
            _add(case, turn, call, private, review)
    if not case.turns:
        raise IvrError("nothing of this call may leave: nothing was recognised or pressed", code="export")
    if call.disposition == Disposition.CALLER_LEFT:
        case.turns.append({"hang_up": True})
    described = yaml.safe_dump(_described(call, case, review), allow_unicode=True, sort_keys=False, width=120)
    return Exported({"case.yaml": described.encode(), **case.files}, tuple(case.cut), tuple(case.left_out))


def _described(call: KeptCall, case: _Case, review: Review) -> dict[str, Any]:
    expect: dict[str, Any] = {"language": call.language}
    if not (case.cut or case.replaced or case.left_out):  # otherwise the same call may rightly end differently
        expect |= {k: v for k, v in (("service", call.service), ("disposition", call.disposition)) if v}
    return {
        "title": review.title or "A call that was",
        "language": call.language,
        "caller": WITHHELD if call.withheld else CALLER,
        "exported": True,
        "turns": case.turns,
        "expect": expect,
    }


def _add(case: _Case, turn: Turn, call: KeptCall, private: PrivateWords, review: Review) -> None:
    timing = _timing(turn, call.turns)
    if keys := _keys(turn):
        case.replaced = case.replaced or len(keys) > 1
        case.turns.append({"press": keys} | timing)
        return
    text, keep, cut = _spans(turn, private, review)
    if not keep or turn.end_ms is None:
        case.left_out.append(turn.start_ms)
        return
    name = f"{len(case.files) + 1:02d}.wav"
    begin, end = turn.start_ms - BEFORE_MS, turn.end_ms + AFTER_MS
    case.files[name] = mulaw_wav(_sound(call.sound, (begin, end), keep, cut))
    case.cut += cut
    case.turns.append({"say": text, "file": name} | timing)


def _keys(turn: Turn) -> str:
    """What was pressed, digits of more than one key replaced; "" where the caller spoke."""
    found = re.match(r"pressed (?:([0-9*#])(?![0-9 ])|(\d+) digits)", turn.decision or "")
    if turn.text or not found:
        return ""
    return found[1] or "0" * int(found[2]) + "#"


def _timing(turn: Turn, turns: Sequence[Turn]) -> dict[str, int]:
    """Into a prompt: how long after the helpline began to speak. Otherwise the caller waits, as replays do."""
    sounding = merged(
        [(t.start_ms, t.start_ms + t.heard_ms + 1) for t in turns if t.side == "prompt" and t.heard_ms],
        (0, turn.start_ms + 1),
    )
    if sounding and sounding[-1][1] > turn.start_ms:
        return {"after_ms": turn.start_ms - sounding[-1][0]}
    return {}


def _spans(turn: Turn, private: PrivateWords, review: Review) -> tuple[str, list[Span], list[Span]]:
    """(text, spans that stay, spans to be beeped) of a spoken turn."""
    span = (turn.start_ms, turn.end_ms or turn.start_ms)
    extra = merged(review.cut, span)
    if turn.start_ms in review.whole:
        return review.texts.get(turn.start_ms, turn.text or ""), [span], extra
    found = [(str(w[0]), int(w[1]), int(w[2]), float(w[3])) for w in turn.words or ()]
    hidden = private.private([SaidWord(w, sure) for w, _, _, sure in found], turn.asked == WaitKind.DIGITS)
    hidden |= {at for at, (_, s, e, _) in enumerate(found) if any(s < stop and start < e for start, stop in extra)}
    if len(hidden) == len(found):
        return "", [], []
    stays = [(s - MARGIN_MS, e + MARGIN_MS) for at, (_, s, e, _) in enumerate(found) if at not in hidden]
    cut = merged([*extra, *((s - CUT_MS, e + CUT_MS) for at, (_, s, e, _) in enumerate(found) if at in hidden)], span)
    return _text(w if at not in hidden else CUT_WORD for at, (w, *_) in enumerate(found)), _joined(stays), cut


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Spans that are a short pause apart become one; what is cut within is beeped all the same."""
    out: list[Span] = []
    for start, stop in spans:
        if out and start - out[-1][1] <= JOINED_MS:
            out[-1] = (out[-1][0], stop)
        else:
            out.append((start, stop))
    return out


def _text(said: Iterable[str]) -> str:
    """The words; several cut ones in a row as one."""
    return re.sub(rf"{re.escape(CUT_WORD)}(?: {re.escape(CUT_WORD)})+", CUT_WORD, " ".join(said))


def _sound(sound: bytes, span: Span, keep: Sequence[Span], cut: Sequence[Span]) -> bytes:
    """The span of the recording, only what stays, silence before the beginning and after the end of the recording."""
    begin, end = span
    held = sound[max(0, begin) * _PER_MS : max(0, end) * _PER_MS]
    held = b"\xff" * (max(0, -begin) * _PER_MS) + held
    held = held.ljust((end - begin) * _PER_MS, b"\xff")

    def moved(spans: Sequence[Span]) -> list[Span]:
        return [(start - begin, stop - begin) for start, stop in spans]

    return only(held, moved(keep), moved(cut))
