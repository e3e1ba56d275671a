"""What a line asks of the languages while somebody is still speaking. Plain functions; nothing is kept here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


def _never(text: str, lang: str) -> bool:
    return False


def _nothing(text: str, lang: str) -> str | None:
    return None


def _none(text: str, lang: str) -> int:
    return 0


@dataclass(frozen=True, slots=True)
class Hearing:
    """The functions take (text, language). `only_listening`: nothing but back-channel words; `emergency`: its kind;
    `emergency_so_far`: the same of words of which more may come (None: there is no difference);
    `digits`: how many there are; `abusive`: words of insult among them. `emergency_keys`: pressed in a row they call
    for help at any moment; "" for none. `back_channel`: by language, the phrases of those who only listen."""

    only_listening: Callable[[str, str], bool] = _never
    emergency: Callable[[str, str], str | None] = _nothing
    emergency_so_far: Callable[[str, str], str | None] | None = None
    digits: Callable[[str, str], int] = _none
    abusive: Callable[[str, str], bool] = _never
    emergency_keys: str = ""
    back_channel: Mapping[str, Sequence[str]] = field(default_factory=dict)
