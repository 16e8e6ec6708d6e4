"""How hard the property tests search: HYPOTHESIS_PROFILE=thorough looks at twenty times as many inputs."""

import os

from hypothesis import settings

settings.register_profile("default", deadline=None, max_examples=100, print_blob=True)
settings.register_profile("thorough", deadline=None, max_examples=2000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
