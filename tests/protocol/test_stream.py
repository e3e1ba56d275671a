"""Order and bounds of a media stream."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.core.errors import ProtocolError
from ivr.twilio.frames import Media
from ivr.twilio.stream import MediaStream, StreamLimits
from tests.web import carrier

MESSAGES = {
    "connected": carrier.connected(),
    "start": carrier.start("t"),
    "media": carrier.media(),
    "dtmf": carrier.dtmf("1"),
    "mark": carrier.mark("m"),
    "stop": carrier.stop(),
}


def begun(limits: StreamLimits | None = None) -> MediaStream:
    stream = MediaStream(limits)
    stream.receive(MESSAGES["connected"])
    stream.receive(MESSAGES["start"])
    return stream


def refused_after(stream: MediaStream, text: str) -> str:
    """The code with which `text`, sent again and again, is refused at last."""
    try:
        for _ in range(2000):
            stream.receive(text)
    except ProtocolError as error:
        return error.code
    return "never"


MESSAGES_ONCE = ("connected", "start")


@given(st.lists(st.sampled_from(sorted(MESSAGES)), max_size=8))
def test_only_connected_then_start_then_the_rest(kinds: list[str]) -> None:
    stream = MediaStream()
    accepted: list[str] = []
    for kind in kinds:
        first = len(accepted) == 0
        allowed = kind == "connected" if first else kind == "start" if len(accepted) == 1 else kind not in MESSAGES_ONCE
        if allowed:
            stream.receive(MESSAGES[kind])
            accepted.append(kind)
        else:
            with pytest.raises(ProtocolError) as caught:
                stream.receive(MESSAGES[kind])
            assert caught.value.code == "frame_order"


def test_a_message_of_another_stream_is_refused() -> None:
    stream = begun()
    with pytest.raises(ProtocolError) as caught:
        stream.receive(carrier.dtmf("1").replace(carrier.STREAM_SID, "MZother"))
    assert caught.value.code == "frame_stream"


def test_audio_is_counted_in_milliseconds_and_bounded() -> None:
    stream = begun(StreamLimits(call_s=1))
    for chunk in range(50):
        assert isinstance(stream.receive(carrier.media(chunk=chunk)), Media)
    assert stream.audio_ms == 1000
    with pytest.raises(ProtocolError) as caught:
        stream.receive(carrier.media(chunk=51))
    assert caught.value.code == "stream_too_long"


def test_our_own_audio_sent_back_is_not_the_callers() -> None:
    stream = begun()
    stream.receive(carrier.media(track="outbound"))
    assert stream.audio_ms == 0


def test_messages_are_bounded_though_they_bring_no_audio() -> None:
    stream = begun(StreamLimits(call_s=1))
    assert refused_after(stream, MESSAGES["mark"]) == "stream_too_long"


def test_unknown_events_come_at_any_time_but_not_for_ever() -> None:
    stream = MediaStream(StreamLimits(call_s=1))
    stream.receive('{"event":"new"}')
    assert refused_after(stream, '{"event":"new"}') == "stream_too_long"
