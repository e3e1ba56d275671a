"""What is left of a call for the operator who listens to it: sound, words at their time, reasons, flags."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from sqlalchemy import select

from ivr.replay.case import Act, HouseRules, Turn
from ivr.replay.house import replay_house
from ivr.replay.run import run_case
from ivr.speech.audio import mulaw_decode
from ivr.speech.recogniser import Recogniser
from ivr.speech.tape import TapeFile
from ivr.store.schema import call, flag, turn
from ivr.web.assembly import Knowledge

from .conftest import CACHE, fixture_case, run

AROUND_MS = 60  # of a word, for the recogniser to get going


@dataclass(frozen=True)
class Left:
    """What one call left behind."""

    turns: Sequence[Any]
    flags: Sequence[Any]
    call: Any
    sound: TapeFile | None

    def by(self, side: str) -> list[Any]:
        return [t for t in self.turns if t.side == side]

    def flag(self, kind: str) -> Any:
        (one,) = [f for f in self.flags if f.kind == kind]
        return one


Play = Callable[..., Left]


@pytest.fixture(scope="module")
def play(knowledge: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> Play:
    """Plays a case once, however often it is asked for."""

    @cache
    def made(name: str, keep: int | None = None, silences: int = 0, streams: int = 100) -> Left:
        with replay_house(CACHE, knowledge, HouseRules(calls=streams, record=True)) as house:
            case = fixture_case(name, *[Turn(Act.SILENCE)] * silences, keep=keep)
            outcome = run(lambda: run_case(house, case))
            recorded = house.recordings().of_call(outcome.record.call_sid)
            sound = None
            if recorded:
                copy = tmp_path_factory.mktemp("sound") / "call.wav"
                shutil.copy(house.data_dir / recorded[0].path, copy)
                sound = TapeFile.open(copy)
            with house.assembly.db.read() as db:
                found = [db.execute(select(table)).all() for table in (turn, flag, call)]
            house.assembly.db.dispose()
            return Left(found[0], found[1], found[2][0], sound)

    return made


@pytest.mark.parametrize("name", ["hi/street_light_ticket", "te/street_light_ticket"])
def test_a_words_time_in_the_recording_holds_that_word(play: Play, knowledge: Knowledge, name: str) -> None:
    left = play(name)
    assert left.sound is not None
    said = [t for t in left.by("caller") if t.words and len(t.words) > 2]
    assert said
    for spoken in said:
        model = knowledge.models.get(spoken.nbest[0]["lang"])
        phrases = [word for word, *_ in spoken.words]
        for word, start, end, _ in spoken.words:
            if end - start < 200:
                continue  # a syllable alone is nothing to go by
            caller, _ = left.sound.sound(start - AROUND_MS, end + AROUND_MS)
            recogniser = Recogniser(model, phrases)
            recogniser.accept(mulaw_decode(caller))
            assert word in recogniser.final().text.split(), (word, start, end)


def test_a_turn_says_what_was_understood_decided_and_how_long_the_reply_took(play: Play) -> None:
    left = play("hi/street_light_ticket")
    (asked,) = [t for t in left.by("caller") if t.asked == "service"]
    assert (asked.service, asked.runner_up, asked.band) == ("street_light_repair", "street_light_new", "accept")
    assert asked.score > 0.9
    assert 0 < asked.margin < 1
    assert asked.decision == "accept"
    assert asked.agreed is True
    assert asked.free_pass == asked.text
    assert asked.reply_ms >= 540  # the silence that ended the turn, at least
    assert any(note.decision.startswith("ticket: ") for note in left.by("note"))
    no = [t for t in left.by("caller") if t.asked == "yes_no"][-1]
    assert (no.service, no.band, no.decision) == (None, "accept", "no, over")


def test_prompts_have_their_words_and_what_was_heard_of_them(play: Play) -> None:
    left = play("hi/barge_in_greeting")
    prompts, sound = left.by("prompt"), left.sound
    assert sound is not None
    assert prompts[-1].prompt == "goodbye"  # also what was said after the last wait
    assert 0 < prompts[0].heard_ms < 4_700  # of the greeting, which is longer
    for p in prompts:
        assert p.text
        assert p.end_ms - p.start_ms == p.heard_ms
        _, helpline = sound.sound(p.start_ms, p.end_ms)
        assert not p.heard_ms or set(helpline) != {0xFF}, p.prompt
    assert sound.duration_ms >= max(p.end_ms for p in prompts)


def test_a_flag_points_at_the_words_that_led_to_it(play: Play) -> None:
    left = play("hi/operator_asked")
    asked = left.flag("operator")
    assert [t.end_ms for t in left.by("caller") if t.start_ms == asked.at_ms] == [asked.end_ms]
    kept = left.call
    assert (kept.flag_state, kept.flag_rank, kept.flag_kind, kept.flag_at_ms) == (1, 2, "operator", asked.at_ms)


def test_hanging_up_while_speaking_is_a_flag(play: Play) -> None:
    left = play("hi/hang_up_while_speaking").flag("left_speaking")
    assert 300 <= left.end_ms - left.at_ms < 10_000


def test_silence_is_flagged_with_its_whole_length(play: Play) -> None:
    found = next(f for f in play("te/silence_then_key", keep=0, silences=2).flags if f.kind == "silence")
    assert found.end_ms - found.at_ms >= 6_000


def test_keys_are_turns_too_and_never_words(play: Play) -> None:
    pressed = [t for t in play("hi/keys_only").by("caller") if (t.decision or "").startswith("pressed")]
    assert pressed
    assert all(t.text is None and t.asked for t in pressed)


def test_a_call_without_a_stream_has_its_turns_at_their_time(play: Play) -> None:
    left = play("hi/keys_only", streams=0)
    times = [t.start_ms for t in left.turns]
    assert times == sorted(times)
    assert times[-1] > 0
    assert {t.side for t in left.turns} == {"prompt", "caller", "note"}
    assert left.sound is None
