"""How many examples a property test looks at, by HYPOTHESIS_PROFILE."""

import os

PROFILES = {"fast": 20, "default": 100, "thorough": 2000}
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "default")


def share(part: float) -> int:
    """Return the number for a test whose examples take long: this part of what others look at."""
    return max(1, round(PROFILES[PROFILE] * part))
