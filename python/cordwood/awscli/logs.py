"""--debug: the logs of botocore, urllib3 and this program, on standard error."""

from __future__ import annotations

import logging
import sys

_FORMAT = "%(asctime)s - %(threadName)s - %(name)s - %(levelname)s - %(message)s"
_LOGGERS = ("botocore", "urllib3", "cordwood")


def log_to_stderr(version: str, arguments: list[str]) -> None:
    """Log everything from now on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(_FORMAT))
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        logger.setLevel(logging.DEBUG)
        logger.addHandler(handler)
    log = logging.getLogger("cordwood.cli")
    log.debug("CLI version: %s", version)
    log.debug("Arguments entered to CLI: %s", arguments)
