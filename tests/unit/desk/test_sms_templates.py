"""SMS texts as registered, and their length."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.core.data import data_dir
from ivr.core.errors import DataError
from ivr.desk.rules.matrix import TicketRules
from ivr.desk.segments import segments
from ivr.desk.sms_templates import LONGEST_VALUE, SmsTexts, TemplateError, fold, shorten

PATH = Path(__file__).resolve().parents[3] / "grammars" / "sms.yaml"
TEXTS = SmsTexts.load(PATH, "https://janvaani.example.in", "1800123456789")
LANGUAGES = ("hi", "te")

START = """
header: JANVNI
link_days: 90
templates:
  one:
    category: {category}
    variables: {variables}
    text:
      hi: {{id: "", body: "{body}"}}
"""


def test_the_files_own_texts_are_all_right() -> None:
    assert list(TEXTS.problems(LANGUAGES)) == []
    assert len(TEXTS.unregistered()) == len(TEXTS.templates)
    for (_, language), template in TEXTS.templates.items():
        brand = {"hi": "जनवाणी", "te": "జనవాణి"}[language]
        assert brand in template.registered()
    for language in LANGUAGES:
        assert set(TEXTS.states[language]) == set(TicketRules.load(data_dir("grammars")).table.about)
        assert all(len(word) <= 24 for word in TEXTS.states[language].values())


def test_the_registered_text_has_tags_and_fixed_parts() -> None:
    template = TEXTS.template("service_link", "hi", {})
    text = template.registered()
    assert "https://janvaani.example.in/s/{#alphanumeric#}" in text
    assert text.startswith("जनवाणी: {#alphanumeric#}।")


values = st.text(st.characters(exclude_characters="{}#\n\r", exclude_categories=["Cs"]), min_size=1, max_size=60)


@given(st.sampled_from(sorted(TEXTS.templates)), values)
def test_a_text_is_its_template_or_an_error(which: tuple[str, str], value: str) -> None:
    template = TEXTS.templates[which]
    try:
        body = template.render(dict.fromkeys(template.names, value))
    except TemplateError:
        kinds = template.variables.values()
        assert any(len(value) > one.longest or (one.type == "numeric" and not value.isdecimal()) for one in kinds)
        return
    assert template.matches(body)
    assert not template.matches(body + " ")
    assert not template.matches(body.replace("जनवाणी", "जनवाणि").replace("జనవాణి", "జనవాణీ"))


@pytest.mark.parametrize("value", ["", "two\nlines", "{code}", "#", "a" * 31])
def test_values_that_an_operator_would_not_deliver(value: str) -> None:
    template = TEXTS.template("callback", "hi", {"due": "24-11-2026"})
    with pytest.raises(TemplateError) as caught:
        template.render({"due": value})
    if value:
        assert value not in str(caught.value)


def test_without_a_date_the_text_without_date_is_taken() -> None:
    assert TEXTS.template("callback", "te", {}).id == "callback_undated"
    assert TEXTS.template("callback", "te", {"due": "24-11-2026"}).id == "callback"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("[" * 80, 1),
        ("[" * 81, 2),
        ("a" * 152 + "[" + "a" * 152, 3),  # the escape pair is not cut: 152, 1 wasted
        ("अ" * 70, 1),
        ("अ" * 71, 2),
        ("अ" * 134, 2),
        ("అ" * 135, 3),
        ("a" * 69 + "अ", 1),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("अ" * 66 + "😀" + "अ" * 66, 3),  # nor the surrogate pair
    ],
)
def test_segments(text: str, count: int) -> None:
    assert segments(text) == count


@given(st.text(max_size=200), st.integers(1, LONGEST_VALUE))
def test_a_shortened_text_is_a_beginning_that_fits(text: str, longest: int) -> None:
    short = shorten(text, longest)
    assert len(short) <= longest
    assert text.startswith(short)


def test_words_are_cut_whole_and_letters_keep_their_signs() -> None:
    assert shorten("आय प्रमाण पत्र", 10) == "आय प्रमाण"
    assert shorten("कि" * 10, 7) == "कि" * 3


@pytest.mark.parametrize(
    ("category", "variables", "body", "wrong"),
    [
        ("friendly", "{}", "जनवाणी", "category"),
        ("promotional", "{due: {type: date}}", "{due} को", "type"),
        ("promotional", "{due: {type: numeric, longest: 31}}", "{due} को", "length"),
        ("promotional", "{due: {type: numeric}}", "जनवाणी {when} को", "due, when"),
        ("promotional", "{due: {type: numeric}}", "जनवाणी {due}।", "end"),
    ],
)
def test_mistakes_in_the_file_are_found(tmp_path: Path, category: str, variables: str, body: str, wrong: str) -> None:
    path = tmp_path / "sms.yaml"
    path.write_text(START.format(category=category, variables=variables, body=body))
    with pytest.raises(DataError, match=wrong) as caught:
        SmsTexts.load(path)
    assert "sms.yaml:" in str(caught.value)


def test_a_text_that_can_need_three_sms_or_lacks_a_language_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "sms.yaml"
    path.write_text(START.format(category="promotional", variables="{}", body="अ" * 135))
    problems = list(SmsTexts.load(path).problems(LANGUAGES))
    assert problems == ["sms.yaml: one/hi can need 3 SMS, not 2", "sms.yaml: one has no text in te"]


def test_keywords_are_compared_without_case_and_signs() -> None:
    assert fold(" Stop. ") == "stop"
    assert TEXTS.keywords[fold("ఆపు")] == "stop"
    assert TEXTS.keyword_languages[fold("ఆపు")] == "te"
    assert fold("STOP") not in TEXTS.keyword_languages
