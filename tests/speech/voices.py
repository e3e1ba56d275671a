"""Callers for the tests of speech: synthesised voices on a telephone line."""

import numpy as np

from ivr.core.data import data_dir
from ivr.speech.audio import Samples, mulaw_decode, mulaw_encode, silence, to_int16
from ivr.speech.synthesis import Voice, synthesise

MODELS = data_dir("audio") / "models"


def speech(text: str, lang: str = "hi", variant: str = "") -> Samples:
    """`text` at the level of a middling caller, no silence around it."""
    return to_int16(synthesise(text, Voice(lang, variant)) * 0.5)


def line(*parts: Samples, noise: float = 20.0, seed: int = 1) -> Samples:
    """The parts one after the other, with the line's noise (root mean square in sample units), through µ-law."""
    sound = np.concatenate(parts)
    hiss = np.random.default_rng(seed).normal(size=len(sound)) * noise
    return mulaw_decode(mulaw_encode(to_int16(sound + hiss)))


def said(text: str, lang: str = "hi", variant: str = "", before_ms: int = 1000, after_ms: int = 1500) -> Samples:
    """Silence, `text`, silence."""
    return line(silence(before_ms), speech(text, lang, variant), silence(after_ms))
