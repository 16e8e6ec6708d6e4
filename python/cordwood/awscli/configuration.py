"""Settings of the command line itself, from the environment and from the AWS configuration file.

botocore reads by itself what a request needs (region, credentials, endpoint, retries); here is what must be known
without it.
"""

from __future__ import annotations

import configparser
import os
from collections.abc import Mapping

from cordwood.awscli.errors import ConfigurationError, PlainError


class Configuration:
    """The settings of one profile.

    Args:
        profiles: what `read_profiles` read.
        profile: from the command line; an empty one counts as none.

    """

    def __init__(self, profiles: Mapping[str, Mapping[str, str]], profile: str | None = None) -> None:
        self._environment = os.environ
        variables = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")
        named = profile or next((os.environ[name] for name in variables if os.environ.get(name)), None)
        self.profile_is_missing = named is not None and named not in profiles
        self._settings = profiles.get(named or "default", {})

    def check(self) -> None:
        """Reject what AWS CLI v2 rejects before it parses the command.

        Raises:
            ConfigurationError: cli_timestamp_format is unknown.

        """
        timestamp_format = self._settings.get("cli_timestamp_format", "iso8601")
        if timestamp_format not in ("wire", "iso8601"):
            raise ConfigurationError(
                f'Unknown cli_timestamp_format value: {timestamp_format}, valid values are "wire" or "iso8601"'
            )

    @property
    def output(self) -> str:
        """The default output format: AWS_DEFAULT_OUTPUT, the profile's, json."""
        named = self._environment.get("AWS_DEFAULT_OUTPUT")
        return self._settings.get("output", "json") if named is None else named

    @property
    def error_format(self) -> str:
        """The default error format. If the profile is missing, it is the legacy one."""
        named = self._environment.get("AWS_CLI_ERROR_FORMAT")
        if named is None and self.profile_is_missing:
            return "legacy"
        return (named or self._settings.get("cli_error_format") or "enhanced").lower()

    @property
    def pager(self) -> str:
        """The pager for output on a terminal; empty for none."""
        for value in (
            self._environment.get("AWS_PAGER"),
            self._settings.get("cli_pager"),
            self._environment.get("PAGER"),
        ):
            if value is not None:
                return value
        return "less"


def read_profiles() -> Mapping[str, Mapping[str, str]]:
    """Read the profiles of the AWS configuration with their settings, including those of the credentials file.

    Raises:
        PlainError: a file exists and cannot be parsed.

    """
    profiles: dict[str, dict[str, str]] = {}
    for section, settings in _sections(os.environ.get("AWS_CONFIG_FILE", "~/.aws/config")).items():
        kind, _, name = section.partition(" ")
        if section == "default":
            profiles["default"] = dict(settings)
        elif kind == "profile" and name:
            profiles[name.strip().strip("\"'")] = dict(settings)
    for name, settings in _sections(os.environ.get("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials")).items():
        profiles.setdefault(name, {}).update(settings)
    return profiles


def _sections(path: str) -> Mapping[str, Mapping[str, str]]:
    path = os.path.expanduser(os.path.expandvars(path))
    if not os.path.isfile(path):
        return {}
    parser = configparser.RawConfigParser()
    try:
        parser.read(path)
    except (configparser.Error, UnicodeDecodeError):
        raise PlainError(f"Unable to parse config file: {path}") from None
    return {name: dict(parser[name]) for name in parser.sections()}
