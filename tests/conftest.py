"""For all tests: Hypothesis sets no deadline, which would measure how loaded the machine is."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
