"""How many calls to try next: doubled until they are not held, then halved in. Pure."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Ramp:
    """`held`: the most calls that were held so far; `lost`: the fewest that were not, None while there are none.

    It ends when the two are `step` apart, or when `most` are held. Steps upwards double, but no more than `most`.
    """

    first: int = 1
    most: int = 200
    step: int = 1
    held: int = 0
    lost: int | None = None

    def following(self) -> int | None:
        """The number of calls to try next; None when the answer is known."""
        if self.lost is None:
            if self.held >= self.most:
                return None
            return min(max(self.first, 2 * self.held), self.most)
        if self.lost - self.held <= self.step:
            return None
        return (self.held + self.lost) // 2

    def after(self, calls: int, held: bool) -> "Ramp":
        """With the answer for `calls`."""
        if held:
            return replace(self, held=max(self.held, calls))
        return replace(self, lost=calls if self.lost is None else min(self.lost, calls))
