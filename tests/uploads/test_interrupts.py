"""An exception at any call of an upload: the same call again sends the rest, and counts what may be there twice."""

from __future__ import annotations

import contextlib
import functools
import gc
import json
import pathlib
import sys
from collections import Counter
from types import FrameType
from typing import Any

import cordwood
import pytest
from cordwood.local import LocalCloudWatchLogs
from endpoints import DAY, now

GROUP = "g"
Site = tuple[str, str, int]
"""Where a function is called from: its file and name, and the caller's line."""


class TimeLimitError(Exception):
    """What a scheduler raises in a job that takes too long."""


ERRORS = (KeyboardInterrupt, TimeLimitError)


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """Ten events of five days, and so of five batches, which leave the source together at its end."""
    path = tmp_path_factory.mktemp("d") / "in.json"
    lines = [json.dumps({"timestamp": now() - 2 * DAY * (n // 2) - n, "message": f"{n}"}) for n in range(10)]
    path.write_text("\n".join([*lines, '{"timestamp": 1}']))
    return path


@functools.cache
def _client_of(endpoint: LocalCloudWatchLogs) -> Any:
    return endpoint.client()


def upload(endpoint: LocalCloudWatchLogs, path: pathlib.Path, stream: str, journal: pathlib.Path) -> cordwood.Report:
    return cordwood.upload(
        path,
        log_group_name=GROUP,
        log_stream_name=stream,
        client=_client_of(endpoint),
        max_concurrency=2,
        journal=journal,
        check=False,
        format="events",
    )


def called(run: Any, raise_at: int | None = None, error: type[BaseException] = KeyboardInterrupt) -> list[Site]:
    """Run a function, and return the calls that cordwood's own code makes in this thread; at one of them, raise."""
    sites: list[Site] = []

    def trace(frame: FrameType, event: str, _: object) -> None:
        name = frame.f_globals.get("__name__", "")
        if event == "call" and name.startswith("cordwood") and not name.startswith("cordwood.local"):
            line = frame.f_back.f_lineno if frame.f_back else 0
            sites.append((frame.f_code.co_filename, frame.f_code.co_qualname, line))
            if len(sites) - 1 == raise_at:
                sys.settrace(None)
                raise error

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        run()
    finally:
        sys.settrace(before)
    return sites


def check(
    endpoint: LocalCloudWatchLogs, events: pathlib.Path, folder: pathlib.Path, at: int, error: type[BaseException]
) -> None:
    stream, journal = f"s{at}", folder / f"{at}.journal"
    endpoint.create(GROUP, stream)
    with contextlib.suppress(error):
        called(lambda: upload(endpoint, events, stream, journal), at, error)
    try:
        report = upload(endpoint, events, stream, journal)
    except cordwood.JournalError:
        gc.collect()  # frames that were left behind hold the journal open
        report = upload(endpoint, events, stream, journal)
    stored = Counter(event.message for event in endpoint.events(GROUP, stream))
    assert set(stored) == set("0123456789"), f"lost by an exception at call {at}"
    assert stored.total() - 10 <= report.possible_duplicates, f"doubled in silence by an exception at call {at}"


@pytest.fixture(scope="module")
def sites(events: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> list[Site]:
    """The calls of an upload that nothing disturbs; the second one, when all modules are imported."""
    folder = tmp_path_factory.mktemp("j")
    with LocalCloudWatchLogs() as endpoint:
        endpoint.create(GROUP, "s")
        upload(endpoint, events, "s", folder / "first")
        return called(lambda: upload(endpoint, events, "s", folder / "second"))


# One that is raised while a generator is closed is shown, and goes no further.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.slow
def test_an_exception_at_any_place_of_an_upload_loses_and_doubles_nothing(
    events: pathlib.Path, sites: list[Site], tmp_path: pathlib.Path
) -> None:
    begin = next(at for at, (_, name, _) in enumerate(sites) if name == "UploadJob.run")
    # Of each function its last call: by then there is something to lose.
    last = sorted({site[:2]: at for at, site in enumerate(sites) if at >= begin}.values())
    assert any(sites[at][1] == "Queue.put" for at in last)
    with LocalCloudWatchLogs() as endpoint:
        for number, at in enumerate(last):
            check(endpoint, events, tmp_path, at, ERRORS[number % len(ERRORS)])


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.full
@pytest.mark.parametrize("error", ERRORS)
def test_an_exception_at_any_call_of_an_upload_loses_and_doubles_nothing(
    error: type[BaseException], events: pathlib.Path, sites: list[Site], tmp_path: pathlib.Path
) -> None:
    with LocalCloudWatchLogs() as endpoint:
        for at in range(len(sites)):
            check(endpoint, events, tmp_path, at, error)
