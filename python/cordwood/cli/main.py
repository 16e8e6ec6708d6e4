"""The parser of the whole command line; each command adds its own options and does its own work."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from typing import NoReturn

from cordwood._core import __version__
from cordwood._text import escape
from cordwood.awscli import command as put_log_events
from cordwood.cli.exit_codes import INTERRUPTED, OTHER_ERROR, USAGE_ERROR
from cordwood.errors import Error


class Parser(argparse.ArgumentParser):
    """argparse, with the exit code that AWS CLI v2 has for a wrong command line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and how it should be, and leave."""
        from cordwood.cli.flags import with_flags

        self.print_usage(sys.stderr)
        self.exit(USAGE_ERROR, f"{self.prog}: error: {escape(with_flags(message))}\n")


SUMMARIES = {
    "upload": "Log events of files or standard input, to one log stream",
    "plan": "What upload would do; sends nothing",
    "local": "A strict CloudWatch Logs on this machine",
}
"""The commands, besides put-log-events, in a line each."""


def parser(command: str = "") -> argparse.ArgumentParser:
    """The parser, with every command, and the options of one.

    The options of the others are not made: that takes longer than all else that the overview does.
    """
    top = Parser(prog="cordwood", description="Log events into Amazon CloudWatch Logs, fast and accounted for.")
    top.add_argument("--version", action="version", version=f"cordwood {__version__}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    for name, summary in SUMMARIES.items():
        found = commands.add_parser(name, help=summary)
        if name == command:
            import_module(f"cordwood.cli.{name}").add_to(found)
    put_log_events.add_to(commands)
    return top


def main(arguments: list[str] | None = None) -> int:
    """Run one command line (without the program's name; `sys.argv` where None) and return its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    if put_log_events.is_meant(given):
        return put_log_events.run(given)
    command = next((argument for argument in given if not argument.startswith("-")), "")
    options = parser(command).parse_args(given)
    try:
        code: int = options.run(options)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Error as error:
        from cordwood.cli.flags import with_flags

        print(f"cordwood: {escape(with_flags(str(error)))}", file=sys.stderr)
        return OTHER_ERROR
    except Exception:
        # A bug of ours, not an error of the user's: so with the traceback, and the exit code is not Python's 1.
        import traceback

        for line in traceback.format_exc().splitlines():
            print(escape(line), file=sys.stderr)
        return OTHER_ERROR
    return code
