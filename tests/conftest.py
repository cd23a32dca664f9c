"""What holds for all tests: none is timed, since machines differ and are busy."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
