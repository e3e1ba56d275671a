from hypothesis import given
from hypothesis import strategies as st

from ivr.dialogue.commands import Pace
from ivr.speech.endpoint import (
    FRAME_MS,
    CallerPace,
    EndCause,
    Endpointer,
    EndpointEvent,
    EndpointRules,
    SpeechBegan,
    SpeechEnded,
    digits_patience,
    rules_for,
)

RULES = EndpointRules(trailing_silence_ms=600, begin_voiced_ms=100, blip_ms=60, max_utterance_ms=3000)
FRAMES = st.lists(st.booleans(), max_size=600)


def run(voiced: list[bool], rules: EndpointRules = RULES, start_ms: int = 0) -> list[EndpointEvent]:
    endpointer = Endpointer(rules, start_ms)
    return [event for event in map(endpointer.frame, voiced) if event is not None]


def ms(voice: bool, length: int) -> list[bool]:
    return [voice] * (length // FRAME_MS)


def test_a_word_begins_and_ends() -> None:
    assert run(ms(False, 200) + ms(True, 300) + ms(False, 800), start_ms=1000) == [
        SpeechBegan(began_ms=1200, at_ms=1300),
        SpeechEnded(began_ms=1200, ended_ms=1500, at_ms=2100, longest_pause_ms=0, cause=EndCause.SILENCE),
    ]


def test_pauses_inside_are_kept_and_measured() -> None:
    began, ended = run(ms(True, 200) + ms(False, 500) + ms(True, 200) + ms(False, 300) + ms(True, 200) + ms(False, 600))
    assert isinstance(ended, SpeechEnded)
    assert (began.at_ms, ended.ended_ms, ended.longest_pause_ms) == (100, 1400, 500)


def test_a_click_neither_begins_a_turn_nor_puts_its_end_off() -> None:
    assert run(ms(True, 40) + ms(False, 400) + ms(True, 40) + ms(False, 400)) == []
    ended = run(ms(True, 200) + ms(False, 400) + ms(True, 40) + ms(False, 160))[-1]
    assert isinstance(ended, SpeechEnded)
    assert (ended.ended_ms, ended.at_ms) == (200, 800)


def test_music_ends_at_the_limit() -> None:
    events = run(ms(True, 7000))
    ends = [event for event in events if isinstance(event, SpeechEnded)]
    assert [(end.at_ms - end.began_ms, end.cause) for end in ends] == [(3000, EndCause.LIMIT)] * 2


@given(FRAMES)
def test_beginnings_and_ends_alternate_in_time_order(voiced: list[bool]) -> None:
    events = run(voiced)
    kinds = [SpeechBegan, SpeechEnded] * len(events)
    assert [type(event) for event in events] == kinds[: len(events)]
    times = [event.at_ms for event in events]
    assert times == sorted(set(times))


@given(FRAMES)
def test_ends_come_as_soon_as_and_not_before_the_rules_say(voiced: list[bool]) -> None:
    for event in run(voiced):
        if isinstance(event, SpeechEnded):
            silence = event.at_ms - event.ended_ms
            length = event.at_ms - event.began_ms
            assert event.began_ms < event.ended_ms
            # a blip right at the end may pass with the silence around it
            assert silence in range(600, 661, FRAME_MS) if event.cause is EndCause.SILENCE else length >= 3000
            assert event.longest_pause_ms < 660


@given(FRAMES)
def test_a_turn_never_begins_without_enough_voice(voiced: list[bool]) -> None:
    for event in run(voiced):
        if isinstance(event, SpeechBegan):
            window = voiced[event.began_ms // FRAME_MS : event.at_ms // FRAME_MS]
            assert sum(window) * FRAME_MS >= 100
            assert event.at_ms - event.began_ms <= 200


@given(FRAMES)
def test_after_enough_silence_nobody_is_speaking(voiced: list[bool]) -> None:
    endpointer = Endpointer(RULES)
    for one in voiced + ms(False, 700):
        endpointer.frame(one)
    assert not endpointer.speaking


@given(FRAMES, st.integers(0, 10**6))
def test_where_the_call_stands_only_shifts_the_times(voiced: list[bool], start_ms: int) -> None:
    shifted = [(event.at_ms - start_ms, event.began_ms - start_ms) for event in run(voiced, start_ms=start_ms)]
    assert shifted == [(event.at_ms, event.began_ms) for event in run(voiced)]


def test_paces_are_ordered_and_stretch_for_slow_callers() -> None:
    silences = [rules_for(pace).trailing_silence_ms for pace in (Pace.SHORT, Pace.NORMAL, Pace.LONG)]
    assert silences == [540, 660, 1100]
    assert rules_for(Pace.NORMAL, 1.5).trailing_silence_ms == 1000


def _turn(pause_ms: int, began_ms: int = 0) -> SpeechEnded:
    return SpeechEnded(began_ms, began_ms + 1000, began_ms + 1660, pause_ms, EndCause.SILENCE)


def test_a_caller_with_long_pauses_gets_more_patience_up_to_a_bound() -> None:
    pace = CallerPace()
    rules = rules_for(Pace.NORMAL)
    pace.ended(_turn(600), rules)
    assert pace.slowness > 1.1
    for _ in range(20):
        pace.ended(_turn(600), rules)
    assert pace.slowness == CallerPace.MAX
    for _ in range(20):
        pace.ended(_turn(100), rules)
    assert pace.slowness == 1.0


def test_a_caller_who_was_cut_off_gets_more_patience() -> None:
    pace = CallerPace()
    pace.ended(_turn(0), rules_for(Pace.NORMAL))
    pace.began(SpeechBegan(began_ms=1800, at_ms=1900))
    assert pace.slowness > 1.2
    quick = CallerPace()
    quick.ended(_turn(0), rules_for(Pace.NORMAL))
    quick.began(SpeechBegan(began_ms=5000, at_ms=5100))
    assert quick.slowness == 1.0


def test_a_caller_who_flows_is_waited_for_less_down_to_a_bound() -> None:
    pace, rules = CallerPace(), rules_for(Pace.NORMAL)
    pace.ended(SpeechEnded(0, 1_000, 1_660, 0, EndCause.SILENCE), rules)
    assert pace.slowness == 1.0  # a word tells nothing
    for _ in range(20):
        pace.ended(SpeechEnded(0, 2_000, 2_660, 100, EndCause.SILENCE), rules)
    assert pace.slowness == CallerPace.MIN
    assert rules_for(Pace.NORMAL, pace.slowness).trailing_silence_ms == 520
    assert rules_for(Pace.SHORT, pace.slowness).trailing_silence_ms == 460
    pace.began(SpeechBegan(began_ms=2_700, at_ms=2_800))
    assert pace.slowness > 1.2  # spoke on right after having been taken for done


def test_patience_holds_for_one_turn() -> None:
    endpointer = Endpointer(RULES)
    for one in ms(True, 400):
        endpointer.frame(one)
    endpointer.patience(1_600)
    ended = [event for one in ms(False, 1_600) if (event := endpointer.frame(one))]
    assert [event.at_ms for event in ended] == [2_000]
    for one in ms(True, 400):
        endpointer.frame(one)
    ended = [event for one in ms(False, 660) if (event := endpointer.frame(one))]
    assert [event.at_ms for event in ended] == [2_400 + RULES.trailing_silence_ms]


def test_digits_that_lack_are_waited_for_and_complete_ones_are_not() -> None:
    assert [digits_patience(heard, 7) for heard in (0, 1, 6, 7, 8)] == [None, 1_600, 1_600, 500, 500]
    assert digits_patience(1, 1) is None
