"""The command `cordwood`: one file a command."""

from cordwood.cli.main import main

__all__ = ["main"]
