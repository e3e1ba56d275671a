"""The verbs of a TwiML answer, read as the carrier reads them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree

from ivr.core.errors import ReplayError

VERBS = {"Connect", "Redirect", "Gather", "Play", "Say", "Pause", "Dial", "Record", "Hangup", "Reject", "Enqueue"}


@dataclass(frozen=True, slots=True)
class Verb:
    """`name` as in TwiML; nested nouns and verbs in `children`."""

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    children: tuple["Verb", ...] = ()


def verbs(answer: str) -> tuple[Verb, ...]:
    """The verbs of `<Response>`, in order. Raises ReplayError for what the carrier would refuse."""
    try:
        root = ElementTree.fromstring(answer)  # noqa: S314 - our own application's answer
    except ElementTree.ParseError as error:
        raise ReplayError(f"the answer is no XML ({error}): {answer[:200]!r}") from error
    if root.tag != "Response":
        raise ReplayError(f"the answer's root is <{root.tag}>, not <Response>")
    found = tuple(_verb(child) for child in root)
    if unknown := [v.name for v in found if v.name not in VERBS]:
        raise ReplayError(f"no such TwiML verb: {', '.join(unknown)}")
    return found


def _verb(element: ElementTree.Element) -> Verb:
    return Verb(element.tag, dict(element.attrib), (element.text or "").strip(), tuple(map(_verb, element)))
