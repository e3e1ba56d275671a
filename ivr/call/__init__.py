"""One call: the carrier's stream or key turns, the recogniser, the dialogue and the records, joined.

conversation   the dialogue's steps with their effects; stored at every wait
playback       what was sent, what was heard, what was cut (pure)
keys           keys gathered into one input (pure)
line           a call over a media stream
gather         the same session continued by keys, a TwiML turn at a time
trace          what happened, for transcripts and screens
"""
