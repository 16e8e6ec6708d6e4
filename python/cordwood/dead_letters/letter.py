"""One dead letter, and its line in a file."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any, NamedTuple

from cordwood._model import Outcome

SCHEMA = "cordwood.dead-letter/1"
"""Marks every line of a dead-letter file."""

LINE_START = f'{{"schema": "{SCHEMA}", '.encode()
"""The bytes that each line begins with."""

_RETRYABLE = {Outcome.UNDELIVERED, Outcome.UNKNOWN}


class LetterError(ValueError):
    """A line is not a dead letter; the message says why."""


class Parts(NamedTuple):
    """An event that was sent in parts, of which some were not accepted."""

    ends: tuple[int, ...]
    """The offsets in the UTF-8 of the message at which the parts end."""
    missing: tuple[int, ...]
    """The numbers, from 1, of the parts that were not accepted."""


@dataclass(frozen=True, slots=True)
class Letter:
    """An event that was not accepted.

    Attributes:
        outcome: what became of it.
        reason: why.
        position: its position in the input, as in a report.
        timestamp: in milliseconds since 1970; None if the event has none.
        message: its bytes as they were read; None if they are not known.
        is_message: `message` is the event's message. Otherwise it is the event itself: its JSON in the file, or the
            `repr` of the object.
        cut: `message` is only its beginning.
        source: the file that it comes from; empty for events in memory.
        line: its line there, from 1; None if that is not known.
        log_group_name: where it was to go; empty if that is not known.
        log_stream_name: the same.
        attempts: requests that it was sent with.
        status: of the last answer for it.
        code: of the last answer: the service's error code.
        request_id: of the last answer.
        time: when its outcome was known, UTC, in ISO 8601.
        parts: of an event that was sent in parts, which are missing; the whole message is in `message`.

    """

    outcome: Outcome
    reason: str
    position: int
    timestamp: int | None = None
    message: bytes | None = None
    is_message: bool = True
    cut: bool = False
    source: str = ""
    line: int | None = None
    log_group_name: str = ""
    log_stream_name: str = ""
    attempts: int = 0
    status: int | None = None
    code: str = ""
    request_id: str | None = None
    time: str = ""
    parts: Parts | None = None

    @property
    def retryable(self) -> bool:
        """Whether it can be sent again, as it is."""
        whole = self.message is not None and self.is_message and not self.cut
        return self.outcome in _RETRYABLE and whole and self.timestamp is not None

    @property
    def may_be_stored(self) -> bool:
        """Whether it may be stored already, so that sending it again may store it twice."""
        return self.outcome is Outcome.UNKNOWN

    def events(self) -> list[tuple[int, bytes]]:
        """Return what is to be sent for it: itself, or its missing parts as they were sent."""
        if self.message is None or self.timestamp is None:
            return []
        if self.parts is None:
            return [(self.timestamp, self.message)]
        starts = (0, *self.parts.ends)
        total = str(len(self.parts.ends))
        return [
            (
                self.timestamp,
                f"[part {number:0{len(total)}}/{total}] ".encode() + self.message[starts[number - 1] : starts[number]],
            )
            for number in self.parts.missing
        ]

    def to_line(self) -> bytes:
        """Return it as one line, in ASCII, so that it is safe on a terminal too."""
        message, encoding = _as_text(self.message)
        document: dict[str, Any] = {
            "schema": SCHEMA,
            "timestamp": self.timestamp,
            "message": message,
            "encoding": encoding,
            "is_message": self.is_message,
            "cut": self.cut,
            "outcome": str(self.outcome),
            "reason": self.reason,
            "retryable": self.retryable,
            "may_be_stored": self.may_be_stored,
            "position": self.position,
            "source": self.source or None,
            "line": self.line,
            "byte_offset": self.position if self.source else None,
            "log_group_name": self.log_group_name or None,
            "log_stream_name": self.log_stream_name or None,
            "attempts": self.attempts,
            "status": self.status,
            "code": self.code or None,
            "request_id": self.request_id,
            "time": self.time,
        }
        if self.parts is not None:
            document["parts"] = {"ends": self.parts.ends, "missing": self.parts.missing}
        return json.dumps(document).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> Letter:
        """Parse the letter of one line.

        Raises:
            LetterError: the line is not a dead letter.

        """
        try:
            document = json.loads(line)
        except ValueError:
            cut = "" if line.endswith(b"\n") else ": it is cut off, as by a run that was killed"
            raise LetterError(f"the line is not JSON{cut}") from None
        if not isinstance(document, dict) or document.get("schema") != SCHEMA:
            raise LetterError(f'the line has no "schema": "{SCHEMA}", so it is not a dead letter')
        try:
            return cls._from_document(document)
        except (KeyError, TypeError, ValueError) as error:
            raise LetterError(f"the dead letter lacks a member, or has a wrong one: {error!r}") from None

    @classmethod
    def _from_document(cls, document: dict[str, Any]) -> Letter:
        message = document["message"]
        if message is not None:
            message = base64.b64decode(message, validate=True) if _is_base64(document) else message.encode()
        timestamp = document["timestamp"]
        if timestamp is not None and type(timestamp) is not int:
            raise TypeError(f"timestamp is {timestamp!r}")
        found = document.get("parts")
        parts = Parts(tuple(found["ends"]), tuple(found["missing"])) if found else None
        if parts and (message is None or not _fits(parts, len(message))):
            raise ValueError(f"parts are {found!r}")
        return cls(
            Outcome(document["outcome"]),
            str(document["reason"]),
            int(document["position"]),
            timestamp=timestamp,
            message=message,
            is_message=bool(document["is_message"]),
            cut=bool(document["cut"]),
            source=document.get("source") or "",
            line=document.get("line"),
            log_group_name=document.get("log_group_name") or "",
            log_stream_name=document.get("log_stream_name") or "",
            attempts=document.get("attempts") or 0,
            status=document.get("status"),
            code=document.get("code") or "",
            request_id=document.get("request_id"),
            time=document.get("time") or "",
            parts=parts,
        )


def _is_base64(document: dict[str, Any]) -> bool:
    encoding = document["encoding"]
    if encoding not in ("utf-8", "base64"):
        raise ValueError(f"encoding is {encoding!r}")
    return bool(encoding == "base64")


def _fits(parts: Parts, length: int) -> bool:
    ends = list(parts.ends)
    return ends == sorted(ends) and ends[-1:] == [length] and all(1 <= one <= len(ends) for one in parts.missing)


def _as_text(message: bytes | None) -> tuple[str | None, str]:
    if message is None:
        return None, "utf-8"
    try:
        return message.decode(), "utf-8"
    except UnicodeDecodeError:
        return base64.b64encode(message).decode(), "base64"
