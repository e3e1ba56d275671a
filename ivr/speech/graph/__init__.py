"""The words a bundled speech model can hear: builds its decoding graph from the words that grammars/ uses.

Cheap (seconds), in pure Python, without the tools that trained the model. Owns pronunciation by letter rules, the
finite-state transducers and their files under `graph/`; touches no acoustic model and decodes nothing.
"""

from ivr.speech.graph.build import GraphReport, GraphRules, can_rebuild, rebuild, unspeakable

__all__ = ["GraphReport", "GraphRules", "can_rebuild", "rebuild", "unspeakable"]
