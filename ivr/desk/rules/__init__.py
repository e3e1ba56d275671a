"""The rules of a complaint's life: states, deadlines, who comes next. Pure: no clock, no chance, no database.

What a state may lead to, the hours and the calendar are data (grammars/tickets.yaml, grammars/escalation.yaml).
"""
