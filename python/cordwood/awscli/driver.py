"""One run of a command, in AWS CLI v2's order of work: it decides which of two errors is reported."""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from cordwood._core import __version__
from cordwood.awscli import arguments as parsing
from cordwood.awscli import checks, cli_input, help_page, logs, output, skeleton, values
from cordwood.awscli.configuration import Configuration, read_profiles
from cordwood.awscli.error_output import write_error
from cordwood.awscli.exit_codes import DONE
from cordwood.awscli.model import Command
from cordwood.awscli.pager import shown_through
from cordwood.awscli.request import read_request

VERSION = f"cordwood {__version__}"


Call: TypeAlias = Callable[[Any, Mapping[str, Any], argparse.Namespace], Mapping[str, Any]]
"""Makes a command's call, with a client, the request's members and the command's own options of this run, and returns
the answer's members."""


def run(command: Command, arguments: list[str], call: Call) -> int:
    """Run a command line and return its exit code. Nothing is raised: errors are written to standard error."""
    return _Run(command, arguments, call).run()


class _Run:
    def __init__(self, command: Command, arguments: list[str], call: Call) -> None:
        self._command = command
        self._arguments = arguments
        self._make_call = call
        self._configuration: Configuration | None = None
        self._options = argparse.Namespace()

    def run(self) -> int:
        values.encode_output((sys.stdout, sys.stderr))
        try:
            return self._run()
        except SystemExit as done:
            # argparse leaves after --version.
            return int(done.code or DONE)
        except BaseException as error:
            return write_error(
                error, self._error_format(), getattr(self._options, "color", "auto"), sys.stderr or io.StringIO()
            )

    def _run(self) -> int:
        profiles = read_profiles()
        self._configuration = Configuration(profiles)
        checks.check_prompting(self._arguments)
        self._options, rest = parsing.parse_globals(self._command.name, self._arguments, VERSION)
        checks.resolve(self._options)
        self._configuration = Configuration(profiles, self._options.profile)
        if self._options.debug:
            logs.log_to_stderr(VERSION, self._arguments)
        values.check_output_encoding()
        self._configuration.check()
        own = parsing.parse_own(self._command, rest)
        if own.help == "help":
            help_page.show(self._command)
            return DONE
        given = {f"--{name.replace('_', '-')}": value for name, value in vars(own).items()}
        request = cli_input.merge(*read_request(self._command.input, given))
        if own.generate_cli_skeleton in ("input", "yaml-input"):
            self._print_skeleton(own.generate_cli_skeleton)
            return DONE
        self._write(self._call(request, own))
        return DONE

    def _print_skeleton(self, kind: str) -> None:
        if kind == "input":
            json.dump(skeleton.sample(self._command.input), sys.stdout, indent=4)
            sys.stdout.write("\n")
        else:
            sys.stdout.write(skeleton.yaml_text(self._command.input))

    def _call(self, request: dict[str, Any], own: argparse.Namespace) -> Any:
        # botocore is imported from here on, and not before.
        from cordwood.awscli.service import call_without_sending, connect_by_options, modelled_errors

        options = self._options
        client = connect_by_options(
            profile=options.profile,
            region=options.region,
            endpoint_url=options.endpoint_url,
            verify_ssl=options.verify_ssl,
            sign_request=options.sign_request,
            ca_bundle=options.ca_bundle,
            read_timeout=options.read_timeout,
            connect_timeout=options.connect_timeout,
        )
        if own.generate_cli_skeleton == "output":
            return call_without_sending(client, self._command, request)
        with modelled_errors(client):
            return self._make_call(client, request, own)

    def _write(self, answer: Any) -> None:
        assert self._configuration is not None
        chosen = self._options.output or self._configuration.output
        output.check(chosen)
        # Where nothing is printed, nothing is asked of the answer.
        if self._options.query is not None and chosen != "off":
            answer = self._options.query.search(answer)
        pager = "" if self._options.no_cli_pager else self._configuration.pager
        with shown_through(pager) as stream:
            output.write(answer, chosen, self._command.operation, self._options.color, stream)

    def _error_format(self) -> str:
        chosen: str | None = getattr(self._options, "cli_error_format", None)
        if chosen is None:
            chosen = self._configuration.error_format if self._configuration else "enhanced"
        # An unknown one, from environment or file, is no error of its own: there is one to report already.
        return chosen if chosen in parsing.ERROR_FORMATS else "enhanced"
