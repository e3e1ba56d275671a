"""Keys as data: keys.yaml says which key does what, in which scope. A page names its scopes; the sheet shows them all.

A key is matched by its place on the keyboard (`KeyboardEvent.code`), so that it works under a Hindi or Telugu layout.
No key does anything a citizen sees, and none has Alt, Ctrl or Meta: those are the browser's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ivr.core.data import load_mapping, wrong

PATH = Path(__file__).parent / "keys.yaml"
EVERYWHERE = "everywhere"


@dataclass(frozen=True, slots=True)
class Key:
    """`act` names it in pages (data-act) and scripts, `code` and `shift` are matched, `shows` is printed on buttons,
    `text` is the text that says what it does."""

    act: str
    code: str
    shows: str
    text: str
    shift: bool = False


@dataclass(frozen=True, slots=True)
class Keys:
    """Scope -> its keys."""

    scopes: Mapping[str, tuple[Key, ...]]

    @classmethod
    def load(cls, path: Path = PATH) -> "Keys":
        """DataError with file and line for an entry that is not whole."""
        scopes = {}
        for scope, entries in load_mapping(path).items():
            scopes[scope] = tuple(_key(path, scope, act, entry) for act, entry in entries.items())
        return cls(scopes)

    def of(self, scopes: Iterable[str]) -> tuple[Key, ...]:
        """The keys that are in force on a page with these scopes."""
        return tuple(key for scope in (EVERYWHERE, *scopes) for key in self.scopes[scope])

    def shows(self, act: str) -> str:
        """What to print on the button of an act; "" where it has no key."""
        return next((key.shows for keys in self.scopes.values() for key in keys if key.act == act), "")


def clashes(keys: Iterable[Key]) -> list[tuple[str, str]]:
    """Pairs of acts that one key would start."""
    first: dict[tuple[str, bool], str] = {}
    found = []
    for key in keys:
        other = first.setdefault((key.code, key.shift), key.act)
        if other != key.act:
            found.append((other, key.act))
    return found


def _key(path: Path, scope: str, act: str, entry: Mapping[str, object]) -> Key:
    try:
        return Key(act, str(entry["code"]), str(entry["shows"]), str(entry["text"]), bool(entry.get("shift")))
    except KeyError as error:
        raise wrong(path, f"{act} has no {error.args[0]}", scope, act) from error
