"""Spoiled audio: what a bad telephone, a bad line and a loud place make of a good recording."""
