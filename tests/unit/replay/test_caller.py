"""The scripted caller."""

from ivr.replay.caller import FRAME_BYTES, FRAME_MS, THINKING_MS, ScriptedCaller
from ivr.replay.case import Act, Turn

SPEECH = bytes(range(256)) * 5  # 8 frames
SAY = Turn(Act.SAY, "words", "01.wav", SPEECH)


def frames(caller: ScriptedCaller, sounding: bool, count: int) -> bytes:
    return b"".join(caller.frame(sounding).audio for _ in range(count))


def test_waits_for_the_prompt_and_thinks_before_speaking() -> None:
    caller = ScriptedCaller((SAY,))
    assert set(frames(caller, False, 100)) == {0xFF}
    assert set(frames(caller, True, 50)) == {0xFF}
    thinking = THINKING_MS // FRAME_MS - 1
    assert set(frames(caller, False, thinking)) == {0xFF}
    assert frames(caller, False, 8) == SPEECH
    assert caller.done


def test_the_next_turn_waits_for_another_prompt() -> None:
    caller = ScriptedCaller((SAY, SAY))
    frames(caller, True, 1)
    frames(caller, False, 60)
    assert not caller.done
    assert set(frames(caller, False, 200)) == {0xFF}
    frames(caller, True, 1)
    frames(caller, False, 60)
    assert caller.done


def test_interrupts_so_long_after_the_prompt_began() -> None:
    caller = ScriptedCaller((Turn(Act.SAY, "words", "01.wav", SPEECH, after_ms=200),))
    assert set(frames(caller, True, 9)) == {0xFF}
    assert caller.frame(True).audio == SPEECH[:FRAME_BYTES]


def test_presses_keys_one_after_the_other() -> None:
    caller = ScriptedCaller((Turn(Act.PRESS, "12#"),))
    frames(caller, True, 1)
    keys = [caller.frame(False).key for _ in range(80)]
    assert "".join(keys) == "12#"
    assert max(map(len, keys)) == 1


def test_keeps_silent_through_one_prompt() -> None:
    caller = ScriptedCaller((Turn(Act.SILENCE), Turn(Act.PRESS, "1")))
    frames(caller, True, 5)
    assert not any(caller.frame(False).key for _ in range(400))
    frames(caller, True, 5)
    assert any(caller.frame(False).key for _ in range(40))


def test_hangs_up_in_the_middle_of_a_prompt() -> None:
    caller = ScriptedCaller((Turn(Act.HANG_UP, after_ms=100),))
    assert [caller.frame(True).hang_up for _ in range(5)] == [False, False, False, False, True]


def test_hangs_up_in_mid_word() -> None:
    caller = ScriptedCaller((SAY, Turn(Act.HANG_UP, at_once=True)))
    frames(caller, True, 1)
    done = [caller.frame(False) for _ in range(THINKING_MS // FRAME_MS + 8)]
    spoke = next(i for i, sent in enumerate(done) if sent.spoke == SAY)
    assert done[spoke + 1].hang_up


def test_counts_anew_from_what_answers_the_turn_before() -> None:
    caller = ScriptedCaller((Turn(Act.PRESS, "1", after_ms=100), Turn(Act.PRESS, "2", after_ms=100)))
    keys = [caller.frame(True).key for _ in range(20)]
    assert [i for i, key in enumerate(keys) if key] == [4, 9]


def test_waits_to_be_answered_after_cutting_the_helpline_short() -> None:
    caller = ScriptedCaller((Turn(Act.SAY, "words", "01.wav", SPEECH, after_ms=20), SAY))
    frames(caller, True, 4)
    assert set(frames(caller, False, 300)[8 * FRAME_BYTES :]) == {0xFF}
    frames(caller, True, 2)
    assert frames(caller, False, 60).count(SPEECH) == 1
