"""A simulated population of callers that play against the dialogue, thousands of calls a minute.

goals      what callers want and how they say it
hearing    what a recogniser with a given word error makes of it
traits     kinds of callers
person     one caller: hears prompt ids, answers what is asked
call       one call: the dialogue's steps, a desk, time
report     success with intervals, by population
"""
