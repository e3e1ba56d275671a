"""What an office has said to the citizen so far."""

from datetime import UTC, datetime

from ivr.desk.office_words import OfficeWords, office_words
from ivr.store.tickets import TicketEvent

AT = datetime(2026, 11, 23, tzinfo=UTC)


def event(number: int, kind: str, note: str = "", undoes: int | None = None, **detail: str) -> TicketEvent:
    return TicketEvent(AT, "officer", kind, "answered", note, number, detail or None, undoes, number)


ANSWER = event(1, "answer", "कल आएँगे", code="visit", on="2026-11-24")
ASK = event(2, "ask", "पता क्या है", code="where")


def test_the_last_answer_with_its_day_and_words() -> None:
    later = event(2, "answer", code="started")
    assert office_words([ANSWER]) == OfficeWords("visit", "2026-11-24", "", "कल आएँगे")
    assert office_words([ANSWER, later]) == OfficeWords("started")


def test_a_question_stands_beside_the_answer_until_the_citizen_replies() -> None:
    assert office_words([ANSWER, ASK]) == OfficeWords("visit", "2026-11-24", "where", "पता क्या है")
    assert office_words([ANSWER, ASK, event(3, "reply", "गली में")]).question == ""


def test_what_was_taken_back_was_not_said() -> None:
    assert office_words([ANSWER, event(2, "undone", undoes=1)]) == OfficeWords()


def test_a_no_ends_what_was_said_before() -> None:
    assert office_words([ANSWER, event(2, "claim", "done"), event(3, "no", "नहीं")]) == OfficeWords()


def test_a_note_for_the_file_is_told_to_nobody() -> None:
    assert office_words([event(1, "note", "the caller is a nuisance")]) == OfficeWords()
