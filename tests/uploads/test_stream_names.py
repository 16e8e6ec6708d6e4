"""Names of log streams from a template: by file, host, run and date."""

import json
import pathlib
import re
import socket
from datetime import UTC, datetime

import cordwood
import pytest
from cli_upload import DAY, NOW, clean_environment, environment_of, run, wrote
from cordwood.local import LocalCloudWatchLogs
from cordwood.local.pytest import cloudwatch_logs
from cordwood.sources.stream_names import StreamNames
from hypothesis import given
from hypothesis import strategies as st

__all__ = ["cloudwatch_logs"]

GROUP = ("--log-group-name", "g", "--log-stream-name")


def test_each_event_goes_to_the_stream_of_its_date_and_file(
    cloudwatch_logs: LocalCloudWatchLogs, tmp_path: pathlib.Path
) -> None:
    cloudwatch_logs.create("g")
    times = [NOW - day * DAY // 3 for day in range(12)]
    files = [wrote(tmp_path / f"{name}.log", [(at, f"{name} {at}") for at in times]) for name in ("web", "db")]
    template = "{stem}/{hostname}/{run_id}/{date}"
    done = run(environment_of(cloudwatch_logs), "upload", *files, *GROUP, template, "--output", "json")
    assert done.code == 0, done.err
    for name in ("web", "db"):
        for at in times:
            date = datetime.fromtimestamp(at / 1000, UTC).date().isoformat()
            stream = f"{name}/{socket.gethostname()}/{done.json['run_id']}/{date}"
            assert f"{name} {at}" in [event.message for event in cloudwatch_logs.events("g", stream)]


@given(st.lists(st.integers(0, 10 * DAY), min_size=1, max_size=60))
def test_batches_are_parted_at_midnight_and_nowhere_else(times: list[int]) -> None:
    batches = list(cordwood.batches([(at, "x") for at in times]))
    routed = StreamNames("{date}").routed(batches, "f")
    assert sorted(at for part, _ in routed for at in part.timestamps) == sorted(times)
    for part, name in routed:
        assert {datetime.fromtimestamp(at // 1000, UTC).date().isoformat() for at in part.timestamps} == {name}
    assert len(routed) <= 2 * len(batches)


def test_what_a_name_cannot_have_is_replaced_and_a_doubled_brace_is_a_brace() -> None:
    assert StreamNames("{file}").of("C:*.log", 0) == "C--.log"
    assert StreamNames("a{{b}}").fixed == "a{b}"
    assert StreamNames.one("a{b}").fixed == "a{b}"


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("{pod}", "has {pod}, which is none of {file}, {stem}, {hostname}, {run_id}, {date}"),
        ("{date", "is no template"),
        ("{}", "which is none of"),
    ],
)
def test_a_template_that_is_none_is_told(tmp_path: pathlib.Path, template: str, told: str) -> None:
    file = wrote(tmp_path / "e", [(NOW, "a")])
    done = run(clean_environment(), "upload", file, *GROUP, template, "--local")
    assert done.code == 252
    assert told in re.sub(r"\s+", " ", done.err)


def test_two_files_in_one_stream_are_an_error_unless_asked_for(tmp_path: pathlib.Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    files = [wrote(tmp_path / folder / "app.log", [(NOW, folder)]) for folder in ("a", "b")]
    done = run(clean_environment(), "upload", *files, *GROUP, "{stem}", "--local")
    assert done.code == 252
    assert "would both go to log stream 'app'" in done.err
    shared = run(
        clean_environment(), "upload", *files, *GROUP, "{stem}", "--local", "--share-log-stream", "--output", "json"
    )
    assert (shared.code, json.loads(shared.out)["counts"]["accepted"]) == (0, 2)
    assert run(clean_environment(), "upload", *files, *GROUP, "{file}", "--local").code == 0
