"""What an office has said to the citizen of a ticket so far, read off its trail. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ivr.desk.rules.states import NO, REOPEN
from ivr.store.tickets import TicketEvent


@dataclass(frozen=True, slots=True)
class OfficeWords:
    """Codes of its last answer and question, the answer's day (ISO), and its own words with the later of the two."""

    answer: str = ""
    answer_on: str = ""
    question: str = ""
    note: str = ""


def office_words(trail: Iterable[TicketEvent]) -> OfficeWords:
    """`trail`: oldest first. What was taken back was not said; a citizen's no ends what was said before, their reply
    the question. A note for the file is for the file."""
    events = list(trail)
    undone = {event.undoes for event in events}
    said = OfficeWords()
    for event in events:
        if event.id in undone:
            continue
        detail = event.detail or {}
        code = str(detail.get("code", ""))
        match event.kind:
            case "answer":
                said = OfficeWords(code, str(detail.get("on", "")), said.question, event.note)
            case "ask":
                said = replace(said, question=code, note=event.note)
            case "reply":
                said = replace(said, question="")
            case _ if event.kind in (NO, REOPEN):
                said = OfficeWords()
    return said
