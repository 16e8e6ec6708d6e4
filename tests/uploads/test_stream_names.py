"""Log streams named by a template: by file, host, run and date."""

import json
import pathlib
import re
import socket
from datetime import UTC, datetime

import cordwood
import pytest
from cli_upload import DAY, NOW, clean_environment, environment_of, run, wrote
from cordwood.local import LocalCloudWatchLogs
from cordwood.name_template import MEMORY_SCOPES, PLACEHOLDERS, UPLOAD_SCOPES, FileName, NameTemplate, Scope
from cordwood.sources.paths import files_of
from hypothesis import given
from hypothesis import strategies as st

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
    routed = NameTemplate("{date}", scopes=MEMORY_SCOPES).routed(batches)
    assert sorted(at for part, _ in routed for at in part.timestamps) == sorted(times)
    for part, name in routed:
        assert {datetime.fromtimestamp(at // 1000, UTC).date().isoformat() for at in part.timestamps} == {name}
    assert len(routed) <= 2 * len(batches)


@given(st.lists(st.integers(0, 3 * DAY), min_size=1, max_size=60))
def test_a_date_with_hours_parts_batches_at_each_hour(times: list[int]) -> None:
    template = NameTemplate("{date:%d-%H}", scopes=MEMORY_SCOPES)
    routed = template.routed(list(cordwood.batches([(at, "x") for at in times])))
    assert sorted(at for part, _ in routed for at in part.timestamps) == sorted(times)
    for part, name in routed:
        assert {datetime.fromtimestamp(at / 1000, UTC).strftime("%d-%H") for at in part.timestamps} == {name}


def test_what_a_name_cannot_have_is_replaced_and_a_doubled_brace_is_a_brace() -> None:
    assert NameTemplate("{name}", scopes=UPLOAD_SCOPES).of(file=FileName("C:*.log"), timestamp=0) == "C--.log"
    assert NameTemplate("a{{b}}", scopes=()).fixed == "a{b}"
    assert NameTemplate.literal("a{b}").fixed == "a{b}"
    assert NameTemplate("{date}", scopes=MEMORY_SCOPES).of(timestamp=2**62) == "9999-12-31"


def test_what_depends_on_nothing_but_the_process_is_one_name() -> None:
    template = NameTemplate("{hostname}/{run_id}", scopes=MEMORY_SCOPES, run_id="r")
    assert template.fixed == f"{socket.gethostname()}/r"
    assert NameTemplate("{date}", scopes=MEMORY_SCOPES).fixed is None


def test_tasks_and_records_give_their_own_values() -> None:
    template = NameTemplate("{run_id}/{partition:05d}-{attempt}", scopes={Scope.PROCESS, Scope.TASK}, run_id="r")
    assert template.of(values={"partition": 7, "attempt": 1}) == "r/00007-1"
    template = NameTemplate("{logger_name}", scopes={Scope.RECORD})
    assert template.of(values={"logger_name": "app.db"}) == "app.db"


def test_files_are_named_below_what_was_named_and_never_by_where_they_are(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "logs" / "web").mkdir(parents=True)
    file = tmp_path / "logs" / "web" / "app.log"
    file.write_text("x")
    monkeypatch.chdir(tmp_path)

    def path_of(named: str, *, recursive: bool = False) -> str:
        [found] = files_of([named], recursive=recursive, s3=lambda: None)
        return NameTemplate("{parent}:{path}", scopes=UPLOAD_SCOPES).of(file=found.name, timestamp=0)

    assert path_of(str(file)) == "web-app.log"
    assert path_of("logs/web/app.log") == "web-logs/web/app.log"
    assert path_of("logs", recursive=True) == path_of(str(tmp_path / "logs"), recursive=True) == "web-web/app.log"
    assert path_of(str(tmp_path / "logs" / "*" / "*.log")) == "web-web/app.log"
    assert path_of("logs/*/*.log") == "web-logs/web/app.log"
    monkeypatch.chdir(tmp_path / "logs" / "web")
    assert path_of("../../logs/web/app.log") == "web-app.log"


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{pod}", "{pod} is not a placeholder; here there are {hostname}, {program}, {process_id}, {run_id}, {name}"),
        ("{file}", "{file} is not a placeholder"),
        ("{thread_name}", "{thread_name} is known of a record only"),
        ("{date", "is not a template"),
        ("{}", "{} is not a placeholder"),
        ("{date!r}", "{date} takes no conversion"),
        ("{hostname:10}", "{hostname} takes no format"),
        ("{date:%f}", "{date:%f} has %f, which is not one of %Y"),
    ],
)
def test_a_template_that_is_not_one_is_an_error(tmp_path: pathlib.Path, template: str, why: str) -> None:
    file = wrote(tmp_path / "e", [(NOW, "a")])
    done = run(clean_environment(), "upload", file, *GROUP, template, "--local")
    assert done.code == 252
    assert why in re.sub(r"\s+", " ", done.err)
    assert "--log-stream-name" in done.err
    with pytest.raises(ValueError, match="`log_stream_name`"):
        cordwood.upload([(1, "a")], log_group_name="g", log_stream_name=template)


def test_a_placeholder_out_of_scope_lists_the_legal_ones() -> None:
    for scope in Scope:
        for name, placeholder in PLACEHOLDERS.items():
            if placeholder.scope is scope:
                assert NameTemplate(f"{{{name}}}", scopes={scope}).scopes == {scope}
            else:
                with pytest.raises(cordwood.OptionValueError) as raised:
                    NameTemplate(f"{{{name}}}", scopes={scope})
                legal = [f"{{{one}}}" for one, found in PLACEHOLDERS.items() if found.scope is scope]
                assert ", ".join(legal) in str(raised.value)


def test_the_library_names_streams_by_the_same_templates(cloudwatch_logs: LocalCloudWatchLogs) -> None:
    cloudwatch_logs.create("g")
    client = cloudwatch_logs.client()
    days = {f"app-{datetime.fromtimestamp(at / 1000, UTC).date().isoformat()}": at for at in (NOW - DAY, NOW)}
    events = [(at, "m") for at in days.values()]
    cordwood.upload(events, log_group_name="g", log_stream_name="app-{date}", client=client)
    cordwood.upload(iter(events), log_group_name="g", log_stream_name="app-{date}", client=client)
    with cordwood.Uploader("g", "app-{date}", client=client) as uploader:
        uploader.extend(events)
    for name, at in days.items():
        assert [event.timestamp for event in cloudwatch_logs.events("g", name)] == [at] * 3


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
    assert run(clean_environment(), "upload", *files, *GROUP, "{parent}/{name}", "--local").code == 0


def test_a_file_that_is_named_several_times_is_read_once(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.log", "b.log"):
        (tmp_path / name).write_text("x")
    (tmp_path / "link.log").symlink_to("a.log")
    (tmp_path / "hard.log").hardlink_to("a.log")
    named = ["a.log", "./a.log", str(tmp_path / "a.log"), "*.log", "link.log", "-", "s3://b/k", "s3://b/k"]
    found = files_of(named, recursive=False, s3=lambda: None)
    assert [file.path for file in found] == ["a.log", "b.log", "-", "s3://b/k"]
