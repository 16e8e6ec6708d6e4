"""Text that came from logs, files or a service, made harmless for a terminal."""

from __future__ import annotations


def inert(text: str) -> str:
    """The text on one line, with everything escaped that a terminal could take for a command.

    That is whatever Unicode does not call printable: control characters, changes of writing direction, invisible
    characters, line ends, lone surrogates.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
