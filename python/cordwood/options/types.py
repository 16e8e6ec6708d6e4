"""The words that options take."""

from typing import Literal, TypeAlias

Oversize: TypeAlias = Literal["reject", "truncate", "split", "error"]
"""What is done with a message that is too long for one event."""

InvalidText: TypeAlias = Literal["replace", "reject"]
"""What is done with text that is not valid Unicode."""

OnReject: TypeAlias = Literal["error", "collect"]
"""What is done with an event that is not a legal log event."""

Extra: TypeAlias = Literal["reject", "ignore"]
"""What is done with a further member of an event in an event document."""

Compression: TypeAlias = Literal["auto", "gzip", "none"]
"""Whether the bodies of requests are compressed."""

Format: TypeAlias = Literal["auto", "events", "json", "text"]
"""What a file holds: detected by samples of it; event documents; JSON lines as applications write them; text."""

TimestampFrom: TypeAlias = Literal["now", "mtime", "previous"]
"""Where timestamps that lines do not write are from: the time a line is read; the time the file was last modified; of
text, the line before."""

OtherLayouts: TypeAlias = Literal["refuse", "event", "continue"]
"""What a line of text is that begins with a timestamp in another layout than those of its file: a reason not to read
the
file; an event; a part of the event before."""
