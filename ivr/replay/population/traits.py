"""Kinds of callers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trait:
    """How a caller behaves; probabilities 0..1 for each turn.

    `keys`: presses keys once they are named; `speaks`: says anything at all. `silent`: says nothing; `cut`: pauses, so
    that the turn is taken for ended halfway; `mumbles`: answers a yes/no by a sound that is neither; `wrong_key`:
    presses another key than meant; `patience_s`: hangs up after so much time in all, 0 never; `leaves`: hangs up;
    `rambles`: tells a story first. `judged`: counted in task success (who hangs up or never acts cannot succeed).
    """

    name: str
    keys: bool = True
    speaks: bool = True
    silent: float = 0.02
    cut: float = 0.0
    mumbles: float = 0.02
    wrong_key: float = 0.02
    patience_s: float = 0.0
    leaves: float = 0.0
    rambles: bool = False
    judged: bool = True


TRAITS = (
    Trait("plain"),
    Trait("slow", cut=0.25),
    Trait("shy", silent=0.35),
    Trait("impatient", patience_s=150.0),
    Trait("mumbler", mumbles=0.5),
    Trait("rambler", rambles=True),
    Trait("wrong keys", wrong_key=0.2),
    Trait("keypad only", speaks=False),
    Trait("mute", keys=False, speaks=False, judged=False),
    Trait("hangs up", leaves=0.25, judged=False),
)
_SHARES = {"plain": 0.3, "mute": 0.03, "hangs up": 0.07}
_SHARE = 0.6 / 7


def share(trait: Trait) -> float:
    """Of the population."""
    return _SHARES.get(trait.name, _SHARE)


def population(keys: bool) -> tuple[Trait, ...]:
    """The kinds of callers that press keys when told to, or never."""
    if keys:
        return TRAITS
    made = [t for t in TRAITS if t.speaks and t.name != "wrong keys"]
    return tuple(_without_keys(t) for t in made) + tuple(t for t in TRAITS if t.name == "mute")


def _without_keys(trait: Trait) -> Trait:
    return Trait(
        trait.name,
        keys=False,
        silent=trait.silent,
        cut=trait.cut,
        mumbles=trait.mumbles,
        patience_s=trait.patience_s,
        leaves=trait.leaves,
        rambles=trait.rambles,
        judged=trait.judged,
    )
