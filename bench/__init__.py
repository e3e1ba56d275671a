"""Measurements that anybody can repeat. Not part of the package; results go to RESULTS.md beside this file."""
