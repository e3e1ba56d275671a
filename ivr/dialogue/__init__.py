"""The conversation: an event in, commands out. Pure: no loop, socket, database, clock or chance.

Its modules:

    events, commands   what comes in and goes out (shared with `ivr.call`)
    session            the state of a call at a wait, and its JSON
    questions          what may be asked: one row a question (prompts, keys, pace)
    prompt_ids         every prompt the dialogue can ask for
    script             the conversation's data from grammars/ (menu, limits, places, emergencies)
    menu               keypad menus as pages of a tree
    turn               one step being made: what is said, noted, asked
    repair             no-input, no-match, help, repeat, keys, failures of our own
    opening, request, details, outcome, status, extras, closing   what each answer leads to
    table              question -> its functions, in one table
    dialogue           the interpreter: bounds, what may be said at any time, dispatch
"""
