"""Recorded callers played through the whole telephone path, as the carrier would play them.

case      a case's folder: audio, keys, timing, expectations
caller    what the caller does, 20 ms at a time (pure)
stream    the carrier's side of a media stream (pure)
twiml     the verbs of a TwiML answer (pure)
carrier   one call: webhooks, verbs, stream
wires     how it reaches the application: real sockets paced by the clock, or in virtual time
transcript  what happened, as stable text
stand_in  a local stand-in for the carrier's REST API
"""
