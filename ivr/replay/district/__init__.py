"""A month of a district in virtual time: citizens, officers diligent and lazy, and the rules of complaints as they are.

The rules are those of `ivr.desk.rules` on the data of grammars/; only the people are made up, with their habits stated.
"""
