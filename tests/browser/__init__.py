"""A package, so that one browser serves all of its tests and is gone before those of other folders."""
