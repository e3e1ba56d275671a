"""What every page shares: the template environment, the bar with its counts, the words and keys of the user."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ivr.console.assets import Assets
from ivr.console.keys import Keys
from ivr.console.page import Section
from ivr.console.roles import Right
from ivr.console.texts import LANGUAGES
from ivr.console.times import Times, grouped
from ivr.console.visit import Visit
from ivr.core.errors import StoreError
from ivr.core.ids import format_ticket

CAP = 999  # counts beyond are shown as 999+


@dataclass(frozen=True, slots=True)
class Tab:
    """A section as one user sees it."""

    path: str
    text: str
    count: str
    urgent: bool
    here: bool


def environment(keys: Keys, assets: Assets) -> Environment:
    """Templates with everything escaped, and an error for every name that is not there."""
    made = Environment(
        loader=PackageLoader("ivr.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        asset=assets.address, languages=LANGUAGES, Right=Right, key_of=lambda act: _key(keys, act), all_keys=keys
    )
    made.filters.update(ticket=format_ticket, grouped=grouped, capped=capped)
    return made


def capped(count: int) -> str:
    """A count that was not counted to its end: "999+"."""
    return f"{CAP}+" if count > CAP else str(count)


def frame(sections: Sequence[Section]) -> Any:
    """A function from a visit to what every template is given."""

    def given(visit: Visit) -> Mapping[str, Any]:
        return {
            "visit": visit,
            "t": visit.words,
            "lang": visit.words.lang,
            "times": Times(visit.words, visit.now),
            "user": visit.held.user if visit.held and visit.held.passed else None,
            "tabs": _tabs(visit, sections),
            "flash": visit.flash,
            "csrf": visit.csrf,
        }

    return given


def _tabs(visit: Visit, sections: Sequence[Section]) -> list[Tab]:
    if visit.held is None or not visit.held.passed or visit.fragment:
        return []
    path = visit.request.url.path
    allowed = [one for one in sections if any(visit.may(right) for right in (one.right, *one.others))]
    counts = _counts(visit, allowed)
    return [
        Tab(
            f"/console{section.path}",
            visit.words(section.text),
            capped(count) if count else "",
            section.urgent and bool(count),
            path.startswith(f"/console{section.path}"),
        )
        for section, count in zip(allowed, counts, strict=True)
    ]


def _counts(visit: Visit, sections: Sequence[Section]) -> list[int]:
    """A bar without counts is better than no page."""
    try:
        with visit.parts.db.read() as connection:
            return [section.count(connection, visit) if section.count else 0 for section in sections]
    except StoreError:
        return [0] * len(sections)


def _key(keys: Keys, act: str) -> Markup:
    """The key of an act, for its button."""
    shown = keys.shows(act)
    return Markup("<kbd>{}</kbd>").format(shown) if shown else Markup("")
