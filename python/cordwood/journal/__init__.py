"""What is remembered of an upload across runs: what was settled, and what may have been stored."""

from cordwood.journal.identity import SourceIdentity, identify
from cordwood.journal.journal import Journal
from cordwood.journal.place import default_path

__all__ = ["Journal", "SourceIdentity", "default_path", "identify"]
