"""Load: many calls at a time against a running server, in real time, until its answers come too late."""
