"""How a job resumes from the journal of an earlier run."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cordwood._core import unpack_positions
from cordwood._model import Outcome
from cordwood.client.connection import profile_of
from cordwood.errors import InputError
from cordwood.sources.log_files import LogFiles

if TYPE_CHECKING:
    from cordwood.journal import Journal
    from cordwood.sources.source import Source


def destination_of(client: Any, log_group_name: str, template: str, *, is_local: bool = False) -> dict[str, Any]:
    """Return what a journal records of where events go.

    Args:
        client: the boto3 logs client that sends.
        log_group_name: the log group.
        template: the log stream's name, or the template of names, as it was given.
        is_local: a rehearsal, whose endpoint has another address each time.

    """
    return {
        "log_group_name": log_group_name,
        "log_stream_name": template,
        "endpoint_url": "local" if is_local else client.meta.endpoint_url,
        "region": client.meta.region_name,
        "profile": "" if is_local else profile_of(client),
    }


def open_journal(
    path: str | os.PathLike[str],
    source: Source,
    *,
    options: Mapping[str, Any],
    destination: Mapping[str, Any],
    force: bool = False,
    at_most_once: bool = False,
) -> Journal:
    """Open the journal of a source, and have the source skip what is settled.

    Args:
        path: of the journal.
        source: what is read; log files that can be read again.
        options: how it is read.
        destination: where its events go.
        force: forget what earlier runs recorded.
        at_most_once: do not send what earlier runs left in doubt: its outcome is unknown from now on.

    Raises:
        JournalError: as `Journal.open`.
        InputError: the source cannot be read again.

    """
    from cordwood.journal import Journal

    if not isinstance(source, LogFiles):
        raise InputError("a journal is kept of log files: these events are in memory, or are dead letters")
    journal = Journal.open(
        path,
        sources=source.identities(),
        options=options,
        destination=destination,
        force=force,
    )
    try:
        source.recall_formats(journal.recall_text)
        source.recall_shift(journal.recall)
        if at_most_once:
            _give_up_what_is_in_doubt(journal)
        source.skip_settled(journal.settled_below, journal.settled, journal.settled_ranges)
    except BaseException:
        journal.close()
        raise
    return journal


def _give_up_what_is_in_doubt(journal: Journal) -> None:
    for packed in journal.in_doubt:
        positions = len(unpack_positions(packed))
        # No request of this run has the key 0.
        journal.settle(0, packed, {Outcome.UNKNOWN: positions}, 0)
        journal.earlier[Outcome.UNKNOWN] = journal.earlier.get(Outcome.UNKNOWN, 0) + positions
        journal.settled.append(packed)
    journal.in_doubt = []
