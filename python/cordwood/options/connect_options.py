"""Options for where events go: the client, and what it may create there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cordwood.errors import OptionError, OptionValueError
from cordwood.options import values
from cordwood.options.option_type import Flag, Options, option


@dataclass(frozen=True, repr=False, kw_only=True)
class ConnectOptions(Options):
    """What a boto3 client is made of."""

    session: Any = option(None, "A boto3 session to make the client with.")
    profile_name: str | None = option(
        None,
        "A profile of the AWS configuration; without it AWS_PROFILE or AWS_DEFAULT_PROFILE names it.",
        flag=Flag(name="--profile", metavar="NAME"),
    )
    region_name: str | None = option(
        None,
        "The region; without it AWS_REGION, AWS_DEFAULT_REGION or the profile names it.",
        flag=Flag(name="--region", metavar="NAME"),
    )
    endpoint_url: str | None = option(
        None,
        "The endpoint; without it the one that the AWS configuration names, or AWS's own.",
        flag=Flag(metavar="URL"),
    )


@dataclass(frozen=True, repr=False, kw_only=True)
class ClientOption(Options):
    """A client that exists."""

    client: Any = option(
        None,
        "A boto3 logs client, or a PutLogEventsClient, which is used as it is; without it one is made of the options "
        "that follow.",
    )


def _days_of_retention(name: str, value: Any) -> None:
    """A number of days that PutRetentionPolicy takes, or None."""
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int):
        raise OptionError(f"`{name}` is {value!r}; it must be a number of days, or None")
    if value not in values.RETENTIONS:
        raise OptionValueError(
            f"`{name}` is {value}; a log group's retention is one of {', '.join(map(str, values.RETENTIONS))}, or None"
        )


def _tags(name: str, value: Any) -> None:
    """A mapping of str to str, or None."""
    if value is None:
        return
    if not (isinstance(value, Mapping) and all(isinstance(one, str) for item in value.items() for one in item)):
        raise OptionError(f"`{name}` is {value!r}; it must be a mapping of names to values, both str, or None")


@dataclass(frozen=True, repr=False, kw_only=True)
class CreateOptions(Options):
    """What may be created if it is missing."""

    create_log_stream: bool = option(
        True,
        "Create a log stream that is missing (needs logs:CreateLogStream only then).",
        flag=Flag(
            name="--no-create-log-stream",
            sets=False,
            help="Do not create a log stream that is missing; otherwise it is (logs:CreateLogStream).",
        ),
    )
    create_log_group: bool = option(
        False,
        "Create a log group that is missing (needs logs:CreateLogGroup).",
        flag=Flag(sets=True),
    )
    retention_in_days: int | None = option(
        None,
        "The retention of the log group: older events are expired and not sent; it is set on a group created here.",
        flag=Flag(metavar="DAYS", parse=values.retention),
        check=_days_of_retention,
    )
    log_group_class: str | None = option(None, "The class of a log group created here.")
    kms_key_id: str | None = option(None, "The KMS key of a log group created here.")
    tags: Mapping[str, str] | None = option(None, "The tags of a log group created here.", check=_tags)

    def __post_init__(self) -> None:
        super().__post_init__()
        useless = [name for name in self.given() if name in ("log_group_class", "kms_key_id", "tags")]
        if useless and not self.create_log_group:
            raise OptionValueError(
                f"`{useless[0]}` is for a log group that is created: add `create_log_group`, or leave it out"
            )

    @property
    def wanted(self) -> bool:
        """Whether anything may be created."""
        return self.create_log_stream or self.create_log_group
