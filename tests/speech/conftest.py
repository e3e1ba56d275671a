"""No deadlines for property tests: machines that share two cores are slow at times, which is no error."""

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
