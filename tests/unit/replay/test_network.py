"""The network between telephone and application, and what befalls a call."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.core.errors import ReplayError
from ivr.replay.caller import Accidents, ScriptedCaller
from ivr.replay.case import Act, Case, Turn
from ivr.replay.hearing import word_begins_ms
from ivr.replay.network import Message, Network, Passage
from ivr.replay.stream import StreamSide
from ivr.replay.variants import hung_up_every, network_of, with_network

from .test_caller import SPEECH
from .test_stream import mark, media, names

networks = st.builds(
    Network,
    jitter_ms=st.integers(0, 300),
    lost=st.floats(0, 0.5),
    doubled=st.floats(0, 0.5),
    late_marks_ms=st.integers(0, 500),
    lost_marks=st.floats(0, 0.5),
    seed=st.integers(0, 9),
)
FRAMES = 100


def frame(number: int) -> Message:
    return "media", {"chunk": str(number)}


def run(network: Network) -> list[tuple[int, Message]]:
    """(when it arrived, message) of a hundred frames with a mark at every tenth, then stop."""
    passage, arrived = Passage(network), []
    for number in range(FRAMES):
        sent = [frame(number), *([("mark", {"name": str(number)})] if number % 10 == 0 else [])]
        arrived += [(20 * number, one) for one in passage.through(20 * number, sent)]
    stop: dict[str, Any] = {}
    return arrived + [(20 * FRAMES, one) for one in passage.through(20 * FRAMES, [("stop", stop)])]


@given(networks)
def test_frames_keep_their_order_and_come_within_the_jitter(network: Network) -> None:
    frames = [(when, int(body["chunk"])) for when, (event, body) in run(network) if event == "media"]
    numbers = [number for _, number in frames]
    assert numbers == sorted(numbers)
    assert all(20 * number <= when <= 20 * number + network.jitter_ms + 20 for when, number in frames)
    if not network.lost:
        assert set(numbers) == set(range(FRAMES))
    if not network.doubled:
        assert len(numbers) == len(set(numbers))


@given(networks)
def test_marks_come_so_much_later_and_stop_comes_last(network: Network) -> None:
    arrived = run(network)
    assert arrived[-1][1][0] == "stop"
    for when, (event, body) in arrived:
        if event == "mark":
            due = 20 * int(body["name"]) + network.late_marks_ms
            assert due <= when < due + 20 or when == 20 * FRAMES


@given(networks)
def test_the_same_seed_gives_the_same_network(network: Network) -> None:
    assert run(network) == run(network)


def test_a_clean_network_changes_nothing() -> None:
    assert [number for _, number in run(Network())] == [one for _, one in run(Network())]
    assert len(run(Network())) == FRAMES + 10 + 1


def test_a_streams_messages_are_numbered_as_they_arrive() -> None:
    side = StreamSide("CA1", "MZ1", {}, ScriptedCaller(()), Network(late_marks_ms=100, jitter_ms=90))
    sent = [json.loads(m) for m in side.opening()[1:]]
    side.receive(media(1))
    assert side.receive(mark("a")) == []
    came: list[str] = []
    for _ in range(12):
        came += side.tick()
    assert names(came) == ["a"]
    numbers = [int(m["sequenceNumber"]) for m in [*sent, *map(json.loads, came)]]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_stream_breaks_and_the_caller_goes_at_their_seconds() -> None:
    caller = ScriptedCaller((Turn(Act.SAY, "x", audio=SPEECH),), accidents=Accidents((0.1, 0.2), 0.4))
    sent = [caller.frame(True) for _ in range(25)]
    assert [at for at, one in enumerate(sent) if one.lose_stream] == [4, 9]
    assert [one.hang_up for one in sent].index(True) == 19


def test_a_word_begins_after_the_syllables_before_it() -> None:
    text = "नमस्ते, आप क्या चाहते हैं"
    begins = [word_begins_ms(text, 1000, str(n)) for n in range(1, 6)]
    assert begins[0] == 0
    assert all(a is not None and b is not None and a < b < 1000 for a, b in pairwise(begins))
    assert word_begins_ms(text, 1000, "क्या") == begins[2]
    assert word_begins_ms(text, 1000, "नमस्ते") == 0
    assert word_begins_ms(text, 1000, "पानी") is None
    assert word_begins_ms(text, 1000, "9") is None


def test_a_caller_interrupts_at_a_word() -> None:
    since: list[int | None] = [None, 0, 20, 40]
    asked: list[tuple[str, str]] = []

    def ear(prompt: str, word: str) -> int | None:
        asked.append((prompt, word))
        return since[min(len(asked) - 1, 3)]

    turn = Turn(Act.PRESS, "1", send_after="menu", at_word="पानी", after_ms=40)
    caller = ScriptedCaller((turn,), ear)
    assert [caller.frame(True).key for _ in range(4)] == ["", "", "", "1"]
    assert set(asked) == {("menu", "पानी")}


def test_networks_are_given_by_name() -> None:
    found = network_of(["jitter_ms=60", "lost=0.05", "breaks_at_s=3,7.5", "hang_up_at_s=9"])
    assert found == Network(jitter_ms=60, lost=0.05, breaks_at_s=(3, 7.5), hang_up_at_s=9)
    for wrong in ("delay=1", "lost", "lost=a", "lost=1,2"):
        with pytest.raises(ReplayError):
            network_of([wrong])


@given(st.floats(0.5, 30), st.floats(0.3, 5))
def test_a_caller_may_be_gone_at_any_second(call_s: float, step_s: float) -> None:
    case = Case("hi/a", Path(), "A", "hi", "+91", (Turn(Act.PRESS, "1", expect={"says": "menu"}),), expect={"sms": 1})
    gone = hung_up_every(case, call_s, step_s)
    moments = [one.network.hang_up_at_s or 0 for one in gone]
    assert all(0 < moment < call_s for moment in moments)
    assert len(moments) == len(set(moments)) >= int(call_s / step_s) - 1
    assert all(one.expect == {"ended": "caller"} and not one.golden and not one.turns[0].expect for one in gone)
    assert not with_network(case, Network()).golden


def test_an_altered_case_still_finds_the_one_before_it() -> None:
    case = Case.load(Path(__file__).resolve().parents[3] / "audio/fixtures/hi/ticket_status")
    before = with_network(case, Network(lost=0.1)).before()
    assert before is not None
    assert before.name == case.after
