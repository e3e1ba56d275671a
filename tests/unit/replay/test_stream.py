"""The carrier's side of a stream."""

import base64
import json
from typing import Any

import pytest

from ivr.core.errors import ReplayError
from ivr.replay.caller import ScriptedCaller
from ivr.replay.case import Act, Turn
from ivr.replay.stream import StreamSide

LOUD = b"\x00" * 160


def side(*turns: Turn) -> StreamSide:
    return StreamSide("CA1", "MZ1", {"token": "t"}, ScriptedCaller(turns))


def media(frames: int, sid: str = "MZ1", rest: int = 0) -> str:
    payload = base64.b64encode(LOUD * frames + LOUD[:rest]).decode()
    return json.dumps({"event": "media", "streamSid": sid, "media": {"payload": payload}})


def mark(name: str) -> str:
    return json.dumps({"event": "mark", "streamSid": "MZ1", "mark": {"name": name}})


def kinds(messages: list[str]) -> list[str]:
    return [json.loads(m)["event"] for m in messages]


def names(messages: list[str]) -> list[Any]:
    return [json.loads(m)["mark"]["name"] for m in messages if json.loads(m)["event"] == "mark"]


def test_opens_with_connected_and_start() -> None:
    connected, start = map(json.loads, side().opening())
    assert connected == {"event": "connected", "protocol": "Call", "version": "1.0.0"}
    assert start["start"]["customParameters"] == {"token": "t"}
    assert start["start"]["mediaFormat"] == {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}


def test_a_mark_returns_when_the_audio_before_it_was_played() -> None:
    stream = side()
    stream.receive(media(3))
    assert stream.receive(mark("a")) == []
    assert [names(stream.tick()) for _ in range(3)] == [[], [], ["a"]]


def test_a_mark_behind_nothing_returns_at_once() -> None:
    assert names(side().receive(mark("a"))) == ["a"]


def test_audio_that_is_no_whole_frame_is_played_before_its_mark() -> None:
    stream = side()
    stream.receive(media(1, rest=80))
    stream.receive(mark("a"))
    assert [names(stream.tick()) for _ in range(2)] == [[], ["a"]]


def test_clear_drops_the_audio_and_returns_all_marks() -> None:
    stream = side()
    stream.receive(media(50))
    stream.receive(mark("a"))
    stream.receive(media(50))
    stream.receive(mark("b"))
    assert names(stream.receive(json.dumps({"event": "clear", "streamSid": "MZ1"}))) == ["a", "b"]
    before = len(stream.heard.helpline)
    stream.tick()
    assert stream.heard.helpline[before:] == b"\xff" * 160


def test_a_frame_goes_up_every_20_ms_and_keys_before_it() -> None:
    stream = side(Turn(Act.PRESS, "1", after_ms=20))
    stream.receive(media(1))
    assert kinds(stream.tick()) == ["dtmf", "media"]
    assert stream.at_ms == 20


def test_measures_the_answer_from_the_end_of_speech_to_the_first_sound() -> None:
    stream = side(Turn(Act.SAY, "words", "01.wav", LOUD * 2, after_ms=20))
    stream.receive(media(1))
    stream.tick()
    stream.tick()
    for _ in range(30):
        stream.tick()
    stream.receive(media(1))
    stream.tick()
    (spoken,) = stream.heard.spoken
    assert (spoken.ended_ms, spoken.answered_ms) == (40, 640)


def test_knows_whether_what_the_caller_spoke_into_still_sounds() -> None:
    stream = side(Turn(Act.SAY, "words", "01.wav", LOUD * 2, after_ms=20))
    stream.receive(media(6))
    told = []
    for _ in range(8):
        stream.tick()
        told.append((len(stream.heard.spoken), stream.heard.spoken_over))
    assert told == [(0, False), (1, True), (1, True), (1, True), (1, True), *[(1, False)] * 3]
    assert stream.heard.spoken[0].passed_over


def test_a_turn_before_one_that_cuts_the_same_prompt_is_not_answered_by_what_follows() -> None:
    words = Turn(Act.SAY, "words", "01.wav", LOUD * 2, after_ms=40)
    stream = side(words, words)
    stream.receive(media(20))
    while len(stream.heard.spoken) < 2:
        stream.tick()
    stream.receive(json.dumps({"event": "clear", "streamSid": "MZ1"}))
    stream.receive(media(1))
    stream.tick()
    first, second = stream.heard.spoken
    assert (first.passed_over, first.answered_ms) == (True, None)
    assert (second.passed_over, second.answered_ms) == (False, second.ended_ms)


@pytest.mark.parametrize(
    "text",
    [
        "no json",
        "[]",
        "{}",
        media(1, sid="MZ2"),
        json.dumps({"event": "stop", "streamSid": "MZ1"}),
        json.dumps({"event": "media", "streamSid": "MZ1", "media": {"payload": "***"}}),
    ],
)
def test_refuses_what_the_carrier_refuses(text: str) -> None:
    with pytest.raises(ReplayError):
        side().receive(text)
