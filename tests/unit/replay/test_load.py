"""Load: the search for the limit, the figures of a stage, what is read of the server. Pure parts."""

import math

from hypothesis import given
from hypothesis import strategies as st

from ivr.replay.carrier import CallRecord
from ivr.replay.case import Act, Turn
from ivr.replay.load.callers import LoadCall, LoadWire
from ivr.replay.load.figures import Limits, ServerUse, Stage, a_call, percentile, why_not_held
from ivr.replay.load.ramp import Ramp
from ivr.replay.load.run import Window, measured
from ivr.replay.load.server import Reading, parsed, use
from ivr.replay.stream import Heard, SpokenTurn

WINDOW = Window(98.0, 101.0, 114.0)
SAID = Turn(Act.SAY, "words")


@given(st.integers(0, 400), st.integers(1, 50), st.integers(1, 300), st.integers(1, 20))
def test_the_search_ends_at_the_limit(limit: int, first: int, most: int, step: int) -> None:
    ramp, tried = Ramp(min(first, most), most, step), list[int]()
    while (calls := ramp.following()) is not None:
        tried.append(calls)
        ramp = ramp.after(calls, calls <= limit)
    assert max(tried) <= most
    assert len(tried) == len(set(tried)) <= 2 * math.log2(most + 1) + 2
    assert ramp.held <= limit
    assert ramp.held > min(limit, most) - step


@given(st.lists(st.integers(0, 5000), min_size=1), st.floats(0.01, 1))
def test_a_percentile_is_a_value_that_the_share_does_not_exceed(values: list[int], share: float) -> None:
    found = percentile(values, share)
    assert found in values
    assert sum(v <= found for v in values) >= share * len(values) - 1e-9
    assert sum(v < found for v in values) < share * len(values) + 1e-9


def test_why_a_stage_was_not_held() -> None:
    held = Stage(10, 30.0, begun=12, reply_ms=(600,) * 19 + (5000,))
    assert why_not_held(held, Limits()) == ""
    late = Stage(10, 30.0, begun=12, reply_ms=(600,) * 18 + (1201, 1300))
    assert "1201 ms at 95%" in why_not_held(late, Limits())
    assert "inf ms" in why_not_held(Stage(10, 30.0, reply_ms=(600,), unanswered=1), Limits())
    assert "sent to the keys" in why_not_held(Stage(10, 30.0, begun=12, refused=1, reply_ms=(600,)), Limits())
    assert why_not_held(Stage(10, 30.0, begun=12, refused=1, reply_ms=(600,)), Limits(refused=0.1)) == ""
    assert "given up" in why_not_held(Stage(10, 30.0, broken=1, reply_ms=(600,)), Limits())
    assert "1 calls failed: gone" in why_not_held(Stage(10, 30.0, failed=("gone",)), Limits())
    assert "this machine" in why_not_held(Stage(10, 30.0, late=0.02, reply_ms=(600,)), Limits())
    assert "no reply" in why_not_held(Stage(10, 30.0), Limits())


@given(st.floats(0.01, 1), st.floats(0, 1e7), st.floats(1e6, 1e9))
def test_what_a_call_costs_is_the_slope(cores: float, memory: float, idle: float) -> None:
    stages = [Stage(n, 30.0, server=ServerUse(cores=cores * n, memory_bytes=idle + memory * n)) for n in (2, 4, 8, 12)]
    a_cores, a_memory = a_call(stages, idle)
    assert a_cores is not None
    assert a_memory is not None
    assert math.isclose(a_cores, cores, rel_tol=1e-6)
    assert math.isclose(a_memory, memory, rel_tol=1e-3, abs_tol=1)
    assert a_call([Stage(2, 1.0)], None) == (None, None)


PAGE = """\
# TYPE process_cpu_seconds counter
process_cpu_seconds_total {cpu}
# TYPE process_resident_memory_bytes gauge
process_resident_memory_bytes 2e8
# TYPE janvaani_decoding_lag_seconds gauge
janvaani_decoding_lag_seconds {lag}
# TYPE janvaani_reply_seconds histogram
janvaani_reply_seconds_bucket{{part="work",le="0.1"}} {fast}
janvaani_reply_seconds_bucket{{part="work",le="0.25"}} {all}
janvaani_reply_seconds_bucket{{part="work",le="+Inf"}} {all}
"""


def test_the_servers_figures_are_differences() -> None:
    first = Reading(10.0, parsed(PAGE.format(cpu=3, lag=0.5, fast=100, all=100)))
    last = Reading(20.0, parsed(PAGE.format(cpu=8, lag=0.1, fast=110, all=120)))
    found = use([first, last])
    assert (found.cores, found.memory_bytes, found.lag_s) == (0.5, 2e8, 0.5)
    assert found.work_ms == (100.0, 250.0)
    assert found.decoding_ms is None


def test_a_server_that_tells_nothing_is_no_error() -> None:
    assert parsed("<html>who are you?</html>") == {}
    assert use([Reading(0.0), Reading(1.0)]) == ServerUse()


def call(*spoken: SpokenTurn, **facts: object) -> LoadCall:
    wire = object.__new__(LoadWire)
    wire.streams_s, wire.frames, wire.late = [100.0], 100, 0
    record = CallRecord("CA1", streams=[Heard(spoken=list(spoken))])
    return LoadCall(99.0, record, wire, **facts)  # type: ignore[arg-type]


def test_replies_count_where_their_turn_ended_within_the_window() -> None:
    answered = [SpokenTurn(SAID, ended, ended + 700) for ended in (500, 5_000, 15_000)]
    waiting = SpokenTurn(SAID, 12_000)
    stage = measured([call(*answered, waiting)], 1, WINDOW, Limits(reply_ms=1200))
    assert (stage.reply_ms, stage.unanswered) == ((700,), 1)
    assert measured([call(SpokenTurn(SAID, 13_500))], 1, WINDOW, Limits()).unanswered == 0
    assert measured([call(SpokenTurn(SAID, 5_000, passed_over=True))], 1, WINDOW, Limits()).unanswered == 0


def test_who_speaks_into_a_prompt_that_goes_on_is_not_waiting_for_an_answer_yet() -> None:
    waiting = call(SpokenTurn(SAID, 3_000), SpokenTurn(SAID, 5_000))
    waiting.record.streams[0].spoken_over = True
    assert measured([waiting], 1, WINDOW, Limits()).unanswered == 1
    waiting.record.streams[0].spoken_over = False
    assert measured([waiting], 1, WINDOW, Limits()).unanswered == 2


def test_calls_by_keys_are_refused_and_streams_given_up_are_broken() -> None:
    by_keys = call(ended_s=105.0)
    by_keys.record.streams.clear()
    given_up = call(ended_s=106.0)
    given_up.record.gathered.append("")
    stage = measured([by_keys, given_up, call()], 2, WINDOW, Limits())
    assert (stage.begun, stage.ended, stage.refused, stage.broken) == (3, 2, 1, 1)
