"""How a media stream ends: silence, length, hang-ups, bugs, a server that stops; and calls that do not meet."""

import json
import threading
from contextlib import ExitStack

import pytest

from ivr.core.clock import SystemClock
from ivr.core.errors import CarrierError, ModelError, OverloadedError
from ivr.web.services import Edge
from tests.web import carrier
from tests.web.carrier import CALL_SID, Carrier, Switchboard, begin, close_code, only_line, running
from tests.web.fakes import AUTH_TOKEN, LANGUAGES, PUBLIC_URL, SECRET, Behind


def test_a_socket_that_never_starts_is_closed() -> None:
    behind = Behind(edge=Edge(PUBLIC_URL, AUTH_TOKEN, SECRET, LANGUAGES, start_s=0.05))
    with running(behind) as phone, phone.socket() as socket:
        socket.send(carrier.connected())
        assert close_code(socket) == 1008
    assert not behind.factory.lines


def test_a_carrier_that_falls_silent_is_gone() -> None:
    behind = Behind(edge=Edge(PUBLIC_URL, AUTH_TOKEN, SECRET, LANGUAGES, idle_s=0.05))
    with running(behind) as phone, phone.socket() as socket:
        begin(socket, phone)
        assert close_code(socket) == 1008
    assert only_line(phone).reason == "idle"


def test_a_call_longer_than_calls_may_be_is_ended() -> None:
    behind = Behind(edge=Edge(PUBLIC_URL, AUTH_TOKEN, SECRET, LANGUAGES, call_max_s=1))
    with running(behind) as phone, phone.socket() as socket:
        begin(socket, phone)
        for chunk in range(51):
            socket.send(carrier.media(chunk=chunk))
        assert close_code(socket) == 1008
    assert only_line(phone).reason == "stream_too_long"
    assert [what for what, _ in only_line(phone).heard].count("media") == 50


HANG_UPS = [0, 1, 2, 3, 4]


@pytest.mark.parametrize("sent", HANG_UPS)
def test_hanging_up_at_any_moment_ends_the_line_once(phone: Carrier, sent: int) -> None:
    script = [carrier.connected(), carrier.start(phone.token()), carrier.media(), carrier.mark("a"), carrier.dtmf("2")]
    with phone.socket() as socket:
        for text in script[:sent]:
            socket.send(text)
        socket.socket.close()  # no closing handshake: the radio link is gone
    with phone.socket() as socket:  # the server takes the next call
        other = "CA" + "2" * 32
        begin(socket, phone, other, token_id="another-call-0001")
        socket.send(carrier.stop(other))
        assert close_code(socket) == 1000
    if sent < 2:
        assert [line.call_sid for line in phone.behind.factory.lines] == [other]
        return
    first = phone.behind.factory.line_of(CALL_SID)
    assert first.reason == "disconnect"
    assert [what for what, _ in first.heard].count("closed") == 1
    assert first.sent_at_end, "to send to a caller who left is no error"


def test_a_reply_to_a_caller_who_just_left_is_no_error(phone: Carrier) -> None:
    with phone.socket() as socket:
        begin(socket, phone)
        socket.send(carrier.dtmf("1"))
        socket.recv(timeout=10)
        line = only_line(phone)
        line.gate = threading.Event()
        socket.send(carrier.dtmf("8"))
        socket.socket.close()
        line.gate.set()
    assert line.reason == "disconnect"
    assert line.sent_at_end


def test_only_the_callers_own_audio_is_heard(phone: Carrier) -> None:
    with phone.socket() as socket:
        begin(socket, phone)
        socket.send(carrier.media(b"\x01" * 160, track="outbound"))
        socket.send(carrier.media(b""))
        socket.send(carrier.media(b"\x02" * 160))
        socket.send(carrier.stop())
        close_code(socket)
    assert [value for what, value in only_line(phone).heard if what == "media"] == [b"\x02" * 160]


def test_two_calls_of_one_number_do_not_meet(phone: Carrier) -> None:
    other = "CA" + "2" * 32
    with phone.socket() as one, phone.socket() as two:
        begin(one, phone)
        begin(two, phone, other, "another-call-0001")
        one.send(carrier.dtmf("1"))
        two.send(carrier.dtmf("2"))
        assert json.loads(one.recv(timeout=10)) == {"got": "1"}
        assert json.loads(two.recv(timeout=10)) == {"got": "2"}
        one.send(carrier.stop())
        assert close_code(one) == 1000
        two.send(carrier.dtmf("3"))
        assert json.loads(two.recv(timeout=10)) == {"got": "3"}
    heard = {
        line.call_sid: [value for what, value in line.heard if what == "dtmf"] for line in phone.behind.factory.lines
    }
    assert heard == {CALL_SID: ["1"], other: ["2", "3"]}


@pytest.mark.parametrize("fail_on", ["started", "media", "mark", "closed"])
def test_a_bug_in_the_line_closes_the_socket_so_that_the_keypad_goes_on(fail_on: str) -> None:
    behind = Behind()
    behind.factory.fail_on = fail_on
    with running(behind) as phone, phone.socket() as socket:
        begin(socket, phone)
        for text in (carrier.media(), carrier.mark("a"), carrier.stop()):
            socket.send(text)
        assert close_code(socket) == (1000 if fail_on == "closed" else 1011)
    assert only_line(phone).reason == ("stop" if fail_on == "closed" else "error")


def test_an_error_of_the_line_is_told_to_it_by_its_code() -> None:
    behind = Behind()
    behind.factory.fail_on = "media"
    behind.factory.line_error = CarrierError("away", code="carrier_away")
    with running(behind) as phone, phone.socket() as socket:
        begin(socket, phone)
        socket.send(carrier.media())
        assert close_code(socket) == 1008
    assert only_line(phone).reason == "carrier_away"


@pytest.mark.parametrize(("error", "code"), [(OverloadedError("full"), 1013), (ModelError("missing"), 1008)])
def test_a_call_that_cannot_be_heard_is_closed_at_once(error: OverloadedError | ModelError, code: int) -> None:
    behind = Behind()
    behind.factory.error = error
    with running(behind) as phone, phone.socket() as socket:
        begin(socket, phone)
        assert close_code(socket) == code


def test_a_server_that_ends_tells_the_line_and_the_carrier() -> None:
    behind = Behind(clock=SystemClock())
    with ExitStack() as sockets:
        board = Switchboard()
        sockets.callback(board.end)
        with running(behind, board) as phone:
            socket = sockets.enter_context(phone.socket())
        begin(socket, phone)
        socket.send(carrier.dtmf("1"))
        socket.recv(timeout=10)
        board.end()
        assert only_line(phone).reason == "shutdown"
        assert close_code(socket) == 1012
