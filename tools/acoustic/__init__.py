"""Trains the small bundled speech models (audio/models) from synthesised speech: a maintainer's tool.

`train`, `batches`, `channel`, `features`, `network`, `export` and `build` need PyTorch (`pip install torch`); the rest,
and the package, do not.
"""
