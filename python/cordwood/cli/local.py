"""`cordwood local`: a strict CloudWatch Logs on this machine."""

from __future__ import annotations

import argparse
import signal
import sys
from types import FrameType
from typing import NoReturn

from cordwood.cli.exit_codes import TERMINATED, USAGE_ERROR

DESCRIPTION = """\
Serve a small, strict CloudWatch Logs on this machine, until Ctrl-C. It enforces every rule of PutLogEvents, checks
signatures against demo credentials, keeps events in memory, and sends nothing anywhere.
"""


def add_to(command: argparse.ArgumentParser) -> None:
    """Add the command's options to its parser."""
    command.description = DESCRIPTION
    command.add_argument("--host", default="127.0.0.1", help="loopback address to listen on (default: %(default)s)")
    command.add_argument("--port", type=int, default=4586, help="0 takes any that is free (default: %(default)s)")
    command.add_argument("--region", default="us-east-1", help="region that it is in (default: %(default)s)")
    command.add_argument(
        "--keep-events",
        type=keep_events,
        default="all",
        metavar="all|counts|N",
        help="keep all events, only their counts, or the newest N (default: %(default)s)",
    )
    command.add_argument(
        "--insist-on-sequence-tokens", action="store_true", help="be the service from before 2023, which refused others"
    )
    command.add_argument(
        "--allow-remote", action="store_true", help="let --host be an address that other machines can reach"
    )
    command.set_defaults(run=run)


def keep_events(value: str) -> str | int:
    """The value of --keep-events."""
    if value in ("all", "counts"):
        return value
    if not (value.isascii() and value.isdigit()):
        raise argparse.ArgumentTypeError(f"{value!r} is neither all, counts nor a number of events")
    return int(value)


def run(options: argparse.Namespace) -> int:
    """Serve until a signal ends it."""
    from cordwood.local import LocalCloudWatchLogs

    # Before it says where it is: whoever reads that may end it at once.
    signal.signal(signal.SIGTERM, _terminate)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        endpoint = LocalCloudWatchLogs(
            host=options.host,
            port=options.port,
            region=options.region,
            keep_events=options.keep_events,
            insist_on_sequence_tokens=options.insist_on_sequence_tokens,
            allow_remote=options.allow_remote,
        )
    except (ValueError, OverflowError) as fault:
        print(f"cordwood local: error: {fault}", file=sys.stderr)
        return USAGE_ERROR
    except OSError as fault:
        print(
            f"cordwood local: cannot listen on {options.host}, port {options.port}: {fault.strerror}", file=sys.stderr
        )
        return USAGE_ERROR
    with endpoint:
        print(_greeting(endpoint.url, options.region), flush=True)
        while True:
            signal.pause()


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(TERMINATED)


def _greeting(url: str, region: str) -> str:
    from cordwood.local import ACCESS_KEY_ID, SECRET_ACCESS_KEY

    return f"""\
CloudWatch Logs on this machine only: {url}
Nothing that is sent there leaves this machine. For any AWS client:

  export AWS_ENDPOINT_URL_CLOUDWATCH_LOGS={url}
  export AWS_ACCESS_KEY_ID={ACCESS_KEY_ID} AWS_SECRET_ACCESS_KEY={SECRET_ACCESS_KEY}
  export AWS_REGION={region} AWS_DEFAULT_REGION={region}

Ctrl-C ends it, and its events with it."""
