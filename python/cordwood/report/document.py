"""A report as a JSON document, and its file: whole and valid, or not there."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from cordwood._core import __version__
from cordwood.errors import OutputError
from cordwood.report.report import Report

if TYPE_CHECKING:
    from cordwood._model import SourceFile

SCHEMA = "cordwood.report/1"


def document(
    report: Report,
    *,
    exit_code: int,
    complete: bool,
    damaged: bool = False,
    local: bool = False,
    endpoint_url: str = "",
    region: str | None = None,
    files: Iterable[SourceFile] = (),
    bytes_read: int | None = None,
    total_bytes: int | None = None,
) -> dict[str, Any]:
    """Return all that is known of an upload, as plain values.

    Args:
        report: what became of the events.
        exit_code: that of the process.
        complete: the input was read to its end, and no event is undelivered or of unknown fate.
        damaged: part of the input could not be read as events.
        local: nothing left the machine.
        endpoint_url: where the events went.
        region: where the events went.
        files: what was read of each; by default only the names in `report.sources`.
        bytes_read: of all of them.
        total_bytes: of all of them; None if one is a pipe.

    """
    described = [{**file._asdict()} for file in files] or [{"name": name} for name in report.sources]
    return {
        "schema": SCHEMA,
        "version": __version__,
        "exit_code": exit_code,
        "complete": complete,
        "damaged": damaged,
        "local": local,
        "endpoint_url": endpoint_url,
        "region": region,
        "bytes_read": bytes_read,
        "total_bytes": total_bytes,
        **report.as_dict(),
        "sources": described,
    }


def as_json(document: dict[str, Any]) -> str:
    """Return a document as JSON in ASCII with controls escaped, so that it is safe on a terminal too."""
    return json.dumps(document, indent=2, default=str)


def check_report_path(path: str) -> None:
    """Check, before the work, that a report can be written there.

    Raises:
        OutputError: it cannot.

    """
    if path == "-":
        return
    if os.path.isdir(path):
        raise OutputError(f"report {path}: is a folder; name a file in it")
    if os.path.exists(path) and not os.path.isfile(path):
        return
    folder = os.path.dirname(os.path.realpath(path))
    if not os.path.isdir(folder):
        raise OutputError(f"report {path}: the folder {folder} does not exist")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(f"report {path}: the folder {folder} cannot be written to")


def write_report(document: dict[str, Any], path: str) -> None:
    """Write a document to a file atomically: a reader finds all of it, or what was there before.

    Args:
        document: as `document` makes it.
        path: of the file; "-" is standard output. A pipe or a device is written to as it is.

    Raises:
        OutputError: it cannot be written; the message says why.

    """
    text = as_json(document) + "\n"
    try:
        if path == "-":
            sys.stdout.write(text)
            sys.stdout.flush()
        elif _is_special(path):
            with open(path, "w", encoding="ascii") as file:
                file.write(text)
        else:
            # A link stays one: what it points to is replaced.
            _replace(os.path.realpath(path), text.encode())
    except OSError as error:
        raise OutputError(f"report {path}: {error.strerror}") from error


def _is_special(path: str) -> bool:
    try:
        return not stat.S_ISREG(os.stat(path).st_mode)
    except OSError:
        return False


def _replace(path: str, content: bytes) -> None:
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, f".{name}.{os.getpid()}.tmp")
    try:
        with open(temporary, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        if os.path.lexists(temporary):
            os.unlink(temporary)
        raise
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
