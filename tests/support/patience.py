"""How long a test waits for what must come."""

PATIENCE = 300.0
"""Seconds. Only a test that would hang runs into it: how fast anything is, no test asks."""
