"""Insults, by list; and what sounds like one but is none."""

import pytest

from ivr.core.data import data_dir
from ivr.understanding.abuse import Abuse

ABUSE = Abuse.load(data_dir("grammars"), ("hi", "te"))


@pytest.mark.parametrize(
    ("lang", "text", "insult"),
    [
        ("hi", "तुम सब हरामी हो", True),
        ("hi", "उल्लू के पट्ठे काम करो", True),
        ("hi", "मेरे साले का राशन कार्ड", False),
        ("hi", "पिछले साल कुत्ते ने काटा", False),
        ("hi", "", False),
        ("te", "వెధవ పని చెయ్యి", True),
        ("te", "నా కొడుకు పెన్షన్", False),
        ("ta", "anything", False),
    ],
)
def test_what_counts(lang: str, text: str, insult: bool) -> None:
    assert ABUSE.spoken(text, lang) is insult
