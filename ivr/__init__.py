"""Janvaani: a telephone helpline that gives a state's services by voice.

The rooms, from the top; imports only go down (`lint-imports` checks it):

    cli           commands
    web, replay   the carrier's webhooks and socket; recorded callers played through them
    call          one call: its socket events, recogniser, dialogue and records joined
    desk          tickets, SMS, durable work: what happens after a sentence is understood
    store         tables, migrations, encryption;  speech: audio to words and back;  twilio: the carrier's formats
    dialogue      what to say next; pure
    understanding what was meant; pure
    core          errors, settings, clock, ids, data files
"""

__version__ = "0.1.0"
