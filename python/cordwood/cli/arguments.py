"""What a command line asks for, as frozen objects: read once, and never written to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cordwood.options import OptionSet

if TYPE_CHECKING:
    from cordwood.name_template import NameTemplate
    from cordwood.sources.paths import FoundFile


@dataclass(frozen=True, kw_only=True)
class InputArguments:
    """The files, the destination's names and the options of a command line.

    Attributes:
        files: the files to read, with folders, patterns and prefixes resolved.
        log_group_name: the log group.
        template: the log stream, or the template of log streams.
        options: the options, by their groups.
        progress: how progress is shown.
        output: how the result is written, `table` or `json`.
        run_id: names the run.
        assume_utc: take UTC for timestamps whose zone is not known, and say so: nothing is stored.
        s3: gives the boto3 client for objects in S3.

    """

    files: Sequence[FoundFile]
    log_group_name: str
    template: NameTemplate
    options: OptionSet
    progress: str
    output: str
    run_id: str
    assume_utc: bool
    s3: Callable[[], Any]

    @property
    def log_stream_name(self) -> str:
        """As it was given."""
        return self.template.template


@dataclass(frozen=True, kw_only=True)
class UploadArguments(InputArguments):
    """What `cordwood upload` is asked to do.

    Attributes:
        journal: `auto`, `none`, or the path of the journal.
        force: forget what it remembers.
        report: where the report goes as JSON; None for nowhere.
        local: rehearse on an endpoint of this machine.
        check_log_group: ask the service for the retention.

    """

    journal: str
    force: bool
    report: str | None
    local: bool
    check_log_group: bool


@dataclass(frozen=True, kw_only=True)
class PlanArguments(InputArguments):
    """What `cordwood plan` is asked.

    Attributes:
        given_names: the names of log group and log stream as they were given; None if they were not.
        price_per_gb: the price of ingestion.
        explain: show the layouts of timestamps that were considered.

    """

    given_names: dict[str, str | None]
    price_per_gb: float | None
    explain: bool
