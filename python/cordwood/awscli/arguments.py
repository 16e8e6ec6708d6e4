"""The command line, parsed in two steps as AWS CLI v2 does.

The global options are taken out first, wherever they stand, then the command's own.

argparse's texts and behavior (prefixes, `--option=value`, the last one wins) are part of the interface.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, NoReturn

from cordwood.awscli.errors import ParameterError, UnknownOptionsError
from cordwood.awscli.model import Command, ListOf, option_name

OUTPUT_FORMATS = ("json", "text", "table", "yaml", "yaml-stream", "off")
ERROR_FORMATS = ("legacy", "json", "yaml", "text", "table", "enhanced")
SKELETONS = ("input", "output", "yaml-input")
SKELETON = "--generate-cli-skeleton"

GLOBAL_OPTIONS: dict[str, dict[str, Any]] = {
    "--debug": {"action": "store_true", "help": "Turn on debug logging."},
    "--endpoint-url": {"help": "Override the command's default URL with the given URL."},
    "--no-verify-ssl": {
        "action": "store_false",
        "dest": "verify_ssl",
        "help": "Do not verify the certificates of TLS connections.",
    },
    "--no-paginate": {
        "action": "store_false",
        "dest": "paginate",
        "help": "Disable automatic pagination. The operation has no pages, so this has no effect.",
    },
    "--output": {"choices": OUTPUT_FORMATS, "help": "The formatting style for command output."},
    "--query": {"help": "A JMESPath query to use in filtering the response data."},
    "--profile": {"help": "Use a specific profile from your credential file."},
    "--region": {"help": "The region to use. Overrides config/env settings."},
    "--version": {"action": "version", "help": "Display the version of this tool."},
    "--color": {"choices": ("on", "off", "auto"), "default": "auto", "help": "Turn on/off color output of tables."},
    "--no-sign-request": {
        "action": "store_false",
        "dest": "sign_request",
        "help": "Do not sign requests. Credentials will not be loaded if this argument is provided.",
    },
    "--ca-bundle": {
        "help": "The CA certificate bundle to use when verifying SSL certificates. Overrides config/env settings."
    },
    "--cli-read-timeout": {
        "dest": "read_timeout",
        "help": "The maximum socket read time in seconds; 0 waits indefinitely. The default is 60 seconds.",
    },
    "--cli-connect-timeout": {
        "dest": "connect_timeout",
        "help": "The maximum socket connect time in seconds; 0 waits indefinitely. The default is 60 seconds.",
    },
    "--cli-binary-format": {
        "choices": ("base64", "raw-in-base64-out"),
        "help": "How binary values are written. The operation has none, so this has no effect.",
    },
    "--no-cli-pager": {"action": "store_true", "help": "Disable the pager for output."},
    "--cli-auto-prompt": {"action": "store_true", "help": "Not supported: an error."},
    "--no-cli-auto-prompt": {"action": "store_true", "help": "Do not prompt for parameters, which is the default."},
    "--cli-error-format": {
        "choices": ERROR_FORMATS,
        "help": "The formatting style for error output. By default, errors are displayed in enhanced format.",
    },
}

CLI_INPUT_HELP = {
    "--cli-input-json": "Reads arguments from the JSON string provided. It follows the format provided by "
    "--generate-cli-skeleton. Arguments on the command line override the JSON-provided values. This may not be "
    "specified along with --cli-input-yaml.",
    "--cli-input-yaml": "Reads arguments from the YAML string provided. It follows the format provided by "
    "--generate-cli-skeleton yaml-input. Arguments on the command line override the YAML-provided values. This may "
    "not be specified along with --cli-input-json.",
}
SKELETON_HELP = (
    "Prints a JSON skeleton to standard output without sending an API request. With no value or the value input, "
    "prints a sample input JSON that can be used as an argument for --cli-input-json; with yaml-input, a sample input "
    "YAML for --cli-input-yaml; with output, validates the command inputs and returns a sample output JSON for that "
    "command."
)


class _Parser(argparse.ArgumentParser):
    """argparse with AWS CLI v2's texts, which raises instead of exiting."""

    def __init__(self, usage: str) -> None:
        super().__init__(
            prog="cordwood",
            usage=usage,
            add_help=False,
            conflict_handler="resolve",
            formatter_class=argparse.RawTextHelpFormatter,
        )

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        lines = [f"Found invalid choice '{value}'\n"]
        if close := get_close_matches(value, list(action.choices), cutoff=0.8):
            lines += ["Maybe you meant:\n", *(f"  * {word}" for word in close)]
        raise argparse.ArgumentError(action, "\n".join(lines))

    def error(self, message: str) -> NoReturn:
        raise ParameterError(f"{message}\n\n{self.format_usage()}")


def usage_of(command: str) -> str:
    """Return the usage of a command, and where to find more."""
    return (
        f"cordwood [options] {command} [parameters]\n"
        "To see help text, you can run:\n\n"
        "  cordwood --help\n"
        f"  cordwood {command} help\n"
    )


def calls(command: str, arguments: Sequence[str]) -> bool:
    """Return whether a command line is for this command: the first word that is no option and no value of one."""
    words = iter(arguments)
    for word in words:
        if not word.startswith("-") or word in ("-h", "--help", "-", "--"):
            return word == command
        name, has_value, _ = word.partition("=")
        # For an ambiguous prefix any option will do: the command's own parser rejects it.
        settings = next((GLOBAL_OPTIONS[option] for option in GLOBAL_OPTIONS if option.startswith(name)), None)
        if settings is not None and not has_value and "action" not in settings:
            next(words, None)
    return False


def parse_globals(command: str, arguments: Sequence[str], version: str) -> tuple[argparse.Namespace, list[str]]:
    """Take the global options out, wherever they stand, and return the other arguments after the command's name.

    Raises:
        ParameterError: one of them is invalid.
        SystemExit: after --version.

    """
    parser = _Parser(usage_of(command))
    for name, settings in GLOBAL_OPTIONS.items():
        named: dict[str, Any] = {"version": version} if name == "--version" else {}
        parser.add_argument(name, **settings, **named)
    parser.add_argument("command", choices=[command])
    options, rest = parser.parse_known_args(arguments)
    return options, rest


def parse_own(command: Command, arguments: Sequence[str]) -> argparse.Namespace:
    """Parse the command's own options; `help` is set in the result if the user asked for help.

    Raises:
        ParameterError: one of them is invalid or missing.
        UnknownOptionsError: some arguments belong to no option.

    """
    if list(arguments) == ["help"]:
        return argparse.Namespace(help="help")
    usage = usage_of(command.name)
    parser = _Parser(usage)
    required = () if _lifts_requirements(arguments) else command.input.required
    for member, shape in command.input.members.items():
        parser.add_argument(
            option_name(member), required=member in required, nargs="*" if isinstance(shape, ListOf) else None
        )
    parser.add_argument("--cli-input-json")
    parser.add_argument("--cli-input-yaml")
    parser.add_argument(SKELETON, nargs="?", const="input", choices=SKELETONS)
    for flag in command.flags:
        parser.add_argument(flag.name, action="store_true")
    parser.add_argument("help", nargs="?")
    options, unknown = parser.parse_known_args(arguments)
    if options.help != "help":
        if options.help:
            unknown.append(options.help)
        if unknown:
            raise UnknownOptionsError(unknown, usage)
    return options


def _lifts_requirements(arguments: Sequence[str]) -> bool:
    """Return whether no option is required, because a document replaces them or a skeleton is asked for.

    As in the AWS CLI, only the option's whole name as a word of its own counts.
    """
    if "--cli-input-json" in arguments or "--cli-input-yaml" in arguments:
        return True
    if SKELETON not in arguments:
        return False
    index = list(arguments).index(SKELETON)
    return list(arguments[index + 1 : index + 2]) != ["output"]
