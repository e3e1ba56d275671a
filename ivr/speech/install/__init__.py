"""Speech models from elsewhere: which are published, fetching one, and putting it into force.

Only `place` changes the models folder, and only once the new model has decoded speech in a process of its own. Nothing
here is used during a call.
"""
