"""Figures of how well callers are heard and understood: measured, with intervals, held against earlier ones."""
