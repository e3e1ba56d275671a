"""What is kept of how an utterance was understood. Decides nothing."""

from collections.abc import Mapping, Sequence

from ivr.dialogue.commands import Understood
from ivr.understanding.result import Band, Understanding, WaitKind

Readings = Mapping[tuple[str, WaitKind], Understanding]


def understood(readings: Readings, asked: WaitKind, languages: Sequence[str]) -> Understood | None:
    """The evidence of one step. `readings`: all that was made of the utterance, by language and question. Where the
    question itself names no service but the words were also taken for a request, that request is told."""
    lang = next((lang for lang in languages if any(key[0] == lang for key in readings)), None)
    if lang is None:
        return None
    answer = readings.get((lang, asked))
    said = answer.slots.get("yes_no") if answer is not None else None
    named = _named(answer, readings.get((lang, WaitKind.SERVICE)))
    sure = named.band if named is not None else Band.REJECT
    if answer is not None and any(value is not None for value in answer.slots.values()):
        sure = Band.ACCEPT if named is not answer else sure
    if named is None:
        return Understood(asked, lang, sure, answer=str(said) if said else None)
    return Understood(
        asked=asked,
        lang=lang,
        band=sure,
        service=named.intent,
        runner_up=next((c.intent for c in named.alternatives if c.intent != named.intent), None),
        score=named.score,
        margin=named.margin,
        answer=str(said) if said else None,
    )


def _named(answer: Understanding | None, request: Understanding | None) -> Understanding | None:
    """What names a service: the answer itself, however unsure, or the request that it was also taken for."""
    if answer is not None and answer.intent is not None:
        return answer
    if request is None or request.intent is None or (answer is not None and request.band is Band.REJECT):
        return None
    return request
