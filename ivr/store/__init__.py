"""Everything that is remembered: tables, transactions, encryption of numbers, the durable queue.

Decides nothing about the helpline; `ivr.desk` does.
"""
