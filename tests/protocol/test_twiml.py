"""TwiML as Twilio documents its verbs."""

from xml.etree import ElementTree

import pytest

from ivr.twilio import twiml
from ivr.twilio.twiml import KeyWait

PLAYS = ["https://h.example/audio/a.wav", "https://h.example/audio/b.wav"]


def verbs(document: str) -> list[ElementTree.Element]:
    root = ElementTree.fromstring(document)
    assert root.tag == "Response"
    assert not root.findall(".//Say"), "callers hear our prompts, not the carrier's voice"
    return list(root)


def test_a_stream_is_followed_by_what_goes_on_when_it_ends() -> None:
    connect, after = verbs(twiml.connect_stream("wss://h.example/m", {"token": 'a"<&'}, "https://h.example/after"))
    (stream,) = connect
    assert (connect.tag, stream.tag) == ("Connect", "Stream")
    assert stream.attrib == {"url": "wss://h.example/m"}
    assert [(p.tag, p.attrib) for p in stream] == [("Parameter", {"name": "token", "value": 'a"<&'})]
    assert (after.tag, after.text, after.attrib) == ("Redirect", "https://h.example/after", {"method": "POST"})


@pytest.mark.parametrize(("digits_max", "finish"), [(1, ""), (10, "#")])
def test_keys_are_taken_while_prompts_play_and_silence_is_told_too(digits_max: int, finish: str) -> None:
    gather, after = verbs(twiml.gather(PLAYS, KeyWait("https://h.example/g", digits_max, 7)))
    assert gather.attrib == {
        "input": "dtmf",
        "action": "https://h.example/g",
        "method": "POST",
        "numDigits": str(digits_max),
        "finishOnKey": finish,
        "timeout": "7",
        "actionOnEmptyResult": "true",
    }
    assert [(play.tag, play.text) for play in gather] == [("Play", url) for url in PLAYS]
    assert (after.tag, after.text) == ("Redirect", "https://h.example/g")


def test_a_transfer_says_where_to_tell_its_end() -> None:
    *plays, dial = verbs(twiml.dial(PLAYS, "+911234567890", "https://h.example/d", 20))
    assert [play.text for play in plays] == PLAYS
    assert dial.tag == "Dial"
    assert dial.attrib == {
        "action": "https://h.example/d",
        "method": "POST",
        "timeout": "20",
        "answerOnBridge": "true",
    }
    assert [(number.tag, number.text) for number in dial] == [("Number", "+911234567890")]


def test_a_recording_tells_its_end_and_its_file() -> None:
    record, after = verbs(twiml.record([], "https://h.example/done", "https://h.example/file", 90))
    assert record.attrib["action"] == "https://h.example/done"
    assert record.attrib["recordingStatusCallback"] == "https://h.example/file"
    assert record.attrib["maxLength"] == "90"
    assert record.attrib["finishOnKey"] == "#"
    assert (after.tag, after.text) == ("Redirect", "https://h.example/done")


def test_the_end() -> None:
    assert [verb.tag for verb in verbs(twiml.hangup(PLAYS))] == ["Play", "Play", "Hangup"]
    assert [verb.tag for verb in verbs(twiml.redirect(PLAYS[:1], "https://h.example/x"))] == ["Play", "Redirect"]
    assert verbs(twiml.message_reply()) == []
