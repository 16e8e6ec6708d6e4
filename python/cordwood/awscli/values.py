"""Values in files, by file:// and fileb://, and the encodings of files and of standard output."""

from __future__ import annotations

import locale
import os
from collections.abc import Iterable
from typing import Any, TextIO

from cordwood.errors import Error


class FileValueError(Error):
    """A file that a value names cannot be read."""


def read_reference(value: Any) -> Any:
    """Return the content of the file that a value names: text for `file://`, bytes for `fileb://`; or the value itself.

    `~` and environment variables in the path are expanded. Nothing is stripped; in text, every line ends in a line
    feed.

    Raises:
        FileValueError: the file cannot be read or decoded.
        LookupError: AWS_CLI_FILE_ENCODING is not an encoding.

    """
    if isinstance(value, str):
        if value.startswith("file://"):
            return _read(value, value.removeprefix("file://"), "r")
        if value.startswith("fileb://"):
            return _read(value, value.removeprefix("fileb://"), "rb")
    return value


def read_option(value: Any) -> Any:
    """Return the content of the file that an option names, if that is its only word; or the value itself."""
    if isinstance(value, list) and len(value) == 1:
        content = read_reference(value[0])
        return value if content is value[0] else content
    return read_reference(value)


def _read(reference: str, path: str, mode: str) -> str | bytes:
    path = os.path.expandvars(os.path.expanduser(path))
    try:
        with open(path, mode, encoding=None if "b" in mode else file_encoding()) as file:
            content: str | bytes = file.read()
            return content
    except UnicodeDecodeError:
        raise FileValueError(
            f"Unable to load paramfile ({path}), text contents could not be decoded.  If this is a binary file, please "
            "use the fileb:// prefix instead of the file:// prefix."
        ) from None
    except OSError as error:
        raise FileValueError(f"Unable to load paramfile {reference}: {error}") from None


def file_encoding() -> str:
    """Return the encoding of text files: AWS_CLI_FILE_ENCODING, or the locale's, with UTF-8 for C and POSIX."""
    named = os.environ.get("AWS_CLI_FILE_ENCODING")
    if named is not None:
        return named
    if locale.setlocale(locale.LC_CTYPE) in ("C", "POSIX"):
        return "UTF-8"
    return locale.getpreferredencoding()


def check_output_encoding() -> None:
    """Reject an AWS_CLI_OUTPUT_ENCODING that does not exist, before anything is sent.

    Raises:
        ValueError: it is not an encoding.

    """
    named = os.environ.get("AWS_CLI_OUTPUT_ENCODING")
    if named is None:
        return
    try:
        "".encode(named)
    except LookupError:
        raise ValueError(f"Unknown codec `{named}` specified for AWS_CLI_OUTPUT_ENCODING.") from None


def encode_output(streams: Iterable[TextIO | None]) -> None:
    """Make streams write in the encoding of AWS_CLI_OUTPUT_ENCODING or PYTHONUTF8."""
    encoding = os.environ.get("AWS_CLI_OUTPUT_ENCODING")
    if encoding is None and os.environ.get("PYTHONUTF8") == "1":
        encoding = "UTF-8"
    if encoding is None:
        return
    for stream in streams:
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            try:
                reconfigure(encoding=encoding)
            except LookupError:
                return
