"""Reading TwiML."""

import pytest

from ivr.core.errors import ReplayError
from ivr.replay.twiml import Verb, verbs


def test_reads_verbs_in_order_with_their_nouns() -> None:
    answer = (
        '<Response><Connect><Stream url="wss://x/y"><Parameter name="token" value="t"/></Stream></Connect>'
        '<Redirect method="POST">/after</Redirect></Response>'
    )
    connect, redirect = verbs(answer)
    assert connect.children[0].attributes == {"url": "wss://x/y"}
    assert connect.children[0].children == (Verb("Parameter", {"name": "token", "value": "t"}),)
    assert redirect.text == "/after"


@pytest.mark.parametrize("answer", ["", "<Response>", "<Answer/>", "<Response><Shout/></Response>"])
def test_refuses_what_the_carrier_refuses(answer: str) -> None:
    with pytest.raises(ReplayError):
        verbs(answer)
