"""Synthesised callers: voices that speak no prompt, kept in a folder once they have spoken."""

import hashlib
from pathlib import Path

from ivr.speech.audio import mulaw_encode
from ivr.speech.synthesis import Voice, synthesise

# (variant of espeak-ng, words a minute, pitch)
CALLERS = (("m3", 150, 45), ("f2", 150, 60), ("Andy", 145, 40), ("steph2", 160, 60), ("m7", 140, 50))


def caller_says(text: str, espeak: str, number: int, folder: Path) -> bytes:
    """`text` by the caller of that number, as µ-law. `espeak`: the language's voice."""
    variant, rate, pitch = CALLERS[number % len(CALLERS)]
    voice = Voice(espeak, variant, rate, pitch)
    path = folder / f"{hashlib.sha256(f'{voice.key}|{text}'.encode()).hexdigest()[:32]}.ulaw"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".part")
        draft.write_bytes(mulaw_encode(synthesise(text, voice)))
        draft.replace(path)
    return path.read_bytes()
