"""What an upload has sent and what became of it, on disk, so that a later run resumes it whatever stopped it."""

from cordwood.journal.default_path import default_path
from cordwood.journal.identity import identify_file
from cordwood.journal.journal import Journal

__all__ = ["Journal", "default_path", "identify_file"]
