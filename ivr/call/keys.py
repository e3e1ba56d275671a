"""Keys pressed one by one, gathered into the one input that a wait asks for. Pure; time is audio milliseconds."""

from dataclasses import dataclass, replace

TERMINATOR = "#"


@dataclass(frozen=True, slots=True)
class KeyCollector:
    """Digits so far. A wait of one digit is complete with any key; a longer one at `digits_max` digits, at `#`, or
    when `inter_digit_ms` pass without a key. Keys that are no digits (`*`) are complete by themselves at the start."""

    digits_max: int
    inter_digit_ms: int
    digits: str = ""
    quiet_ms: int = 0

    def press(self, key: str) -> "tuple[KeyCollector, str | None]":
        """The collector after `key`, and the complete input if it is complete."""
        if key == TERMINATOR:
            return self._empty(), self.digits or TERMINATOR
        if not key.isdigit():
            return self._empty(), key
        digits = self.digits + key
        if len(digits) >= self.digits_max:
            return self._empty(), digits
        return replace(self, digits=digits, quiet_ms=0), None

    def tick(self, ms: int) -> "tuple[KeyCollector, str | None]":
        """The collector after `ms` without a key, and the input if the pause has completed it."""
        if not self.digits:
            return self, None
        quiet = self.quiet_ms + ms
        if quiet >= self.inter_digit_ms:
            return self._empty(), self.digits
        return replace(self, quiet_ms=quiet), None

    def _empty(self) -> "KeyCollector":
        return replace(self, digits="", quiet_ms=0)
