"""Options for what is kept beyond a run, and what counts as a failure."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from cordwood._model import Outcome
from cordwood.errors import OptionError, OptionValueError
from cordwood.options.option_type import Flag, Options, option


@dataclass(frozen=True, repr=False, kw_only=True)
class JournalOptions(Options):
    """The memory of an upload. It applies to files that can be read again."""

    journal: str | os.PathLike[str] | None = option(
        None,
        "A file that remembers what was settled, so that the same upload, interrupted or killed, goes on where it "
        "stopped.",
        flag=Flag(
            metavar="auto|FILE|none",
            default="auto",
            help="Remember what was settled in a file, so that the same command, interrupted or killed, goes on where "
            "it stopped; auto keeps it for named files under the user's state directory, unless --local is given.",
        ),
    )
    force: bool = option(False, "Forget what the journal remembers, and send everything again.", flag=Flag(sets=True))

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.force and self.journal is None:
            raise OptionError("`force` forgets what a `journal` remembers, and none is given")


@dataclass(frozen=True, repr=False, kw_only=True)
class DeadLetterOptions(Options):
    """The file of events that were not accepted."""

    dead_letters: str | os.PathLike[str] | None = option(
        None,
        "A file that gets one JSON object for each event that is not accepted or skipped; upload it to send again what "
        "can be retried.",
        flag=Flag(name="--dead-letter", metavar="FILE"),
    )


@dataclass(frozen=True, repr=False, kw_only=True)
class ResendOptions(Options):
    """What is sent of a file of dead letters. They apply to such files only."""

    include_possible_duplicates: bool = option(
        False,
        "Of a file of dead letters, also send events that may be stored, and may then be stored twice.",
        flag=Flag(sets=True),
    )


@dataclass(frozen=True, repr=False, kw_only=True)
class ResultOptions(Options):
    """What counts as a failure."""

    check: bool = option(True, "Raise an UploadError if any event ended other than accepted or skipped.")
    allow: Iterable[Outcome | str] = option((), "Outcomes that are not a failure, such as {'too_old'}.")

    def __post_init__(self) -> None:
        super().__post_init__()
        words = [str(outcome) for outcome in Outcome]
        if isinstance(self.allow, (str, bytes)) or not isinstance(self.allow, Iterable):
            raise OptionError(f"`allow` is {self.allow!r}; it must be a list of outcomes, such as ['too_old']")
        if self.allow == ():
            return
        allowed = tuple(self.allow)
        for outcome in allowed:
            if outcome not in words:
                raise OptionValueError(f"`allow` has {outcome!r}; the outcomes are {', '.join(words)}")
        object.__setattr__(self, "allow", frozenset(map(Outcome, allowed)))

    @property
    def allowed(self) -> frozenset[Outcome]:
        """`allow` as a set."""
        return frozenset(map(Outcome, self.allow))
