"""Every option is defined once: what takes it, how it is written, checked, shown and documented follows from that."""

import dataclasses
import inspect
import pathlib
import pickle
import subprocess
import sys
from typing import Any

import cordwood
import pytest
from cli_upload import NAMES, NOW, clean_environment, run, wrote
from cordwood.cli import flags
from cordwood.cli.main import parser
from cordwood.local import LocalCloudWatchLogs
from cordwood.options import ReadOptions, SendOptions, keywords, resolve
from cordwood.options.option_type import flag_of, meta, type_of
from cordwood.options.signatures import SIGNATURES, UPLOAD
from paths import ROOT

FUNCTIONS: dict[str, Any] = {
    "BatchesOptions": cordwood.batches,
    "LogFileOptions": cordwood.read,
    "ClientOptions": cordwood.PutLogEventsClient,
    "UploaderOptions": cordwood.Uploader,
    "UploadOptions": cordwood.upload,
}

TAKING_OPTIONS = {name: function for name, function in FUNCTIONS.items() if name != "BatchesOptions"}


def test_generated_files_are_those_of_the_definitions() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "options.py", "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", SIGNATURES)
def test_the_typed_dict_of_a_function_has_its_options(name: str) -> None:
    annotated = set(getattr(keywords, name).__optional_keys__)
    assert annotated == {of.name for of in SIGNATURES[name].fields()}


@pytest.mark.parametrize("name", TAKING_OPTIONS)
def test_a_function_takes_the_options_of_its_typed_dict_and_its_help_lists_each(name: str) -> None:
    function = TAKING_OPTIONS[name]
    constructor = function.__init__ if inspect.isclass(function) else function
    [options] = [one for one in inspect.signature(constructor).parameters.values() if one.kind is one.VAR_KEYWORD]
    assert options.annotation == f"Unpack[{name}]"
    text = " ".join((inspect.getdoc(function) or "").split())
    for of in SIGNATURES[name].fields():
        assert f"{of.name} ({type_of(of)}, default {SIGNATURES[name].default(of)!r}): {meta(of).sentence}" in text


def test_batches_and_batcher_have_the_options_and_defaults_that_are_defined() -> None:
    defined = {of.name: of.default for of in SIGNATURES["BatchesOptions"].fields()}
    for function in (cordwood.batches, cordwood.Batcher):
        taken = {
            one.name: one.default
            for one in inspect.signature(function).parameters.values()
            if one.name not in ("events", "timestamps", "messages")
        }
        assert taken == defined


@pytest.mark.parametrize("name", TAKING_OPTIONS)
def test_an_unknown_option_is_a_type_error_with_the_nearest_name(name: str) -> None:
    of = next(of for of in SIGNATURES[name].fields() if len(of.name) > 6)
    arguments: tuple[Any, ...] = ("g", "s") if name == "UploaderOptions" else ()
    if name == "LogFileOptions":
        arguments = ("file",)
    names: dict[str, Any] = {}
    if name == "UploadOptions":
        arguments, names = ([(1, "a")],), {"log_group_name": "g", "log_stream_name": "s"}
    with pytest.raises(TypeError, match=f"unexpected keyword argument '{of.name[:-1]}'. Did you mean '{of.name}'"):
        TAKING_OPTIONS[name](*arguments, **names, **{of.name[:-1]: None})


def test_an_unknown_option_of_batches_is_a_type_error_with_the_nearest_name_too() -> None:
    with pytest.raises(cordwood.OptionError, match=r"batches\(\) got .* 'oversise'. Did you mean 'oversize'\?"):
        cordwood.batches([(1, "a")], oversise="split")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"Batcher\(\) got .* 'on_rejct'. Did you mean 'on_reject'\?"):
        cordwood.Batcher(on_rejct="collect")  # type: ignore[call-arg]


def test_options_are_frozen_comparable_and_picklable_and_show_what_is_not_the_default() -> None:
    options = resolve(UPLOAD, {"timezone": "UTC", "max_concurrency": 2, "allow": {"too_old"}})
    assert options == pickle.loads(pickle.dumps(options))
    assert options != resolve(UPLOAD, {"timezone": "UTC"})
    assert repr(options[ReadOptions]) == "ReadOptions(timezone='UTC')"
    assert repr(options[SendOptions]) == "SendOptions(max_concurrency=2)"
    assert repr(ReadOptions()) == "ReadOptions()"
    with pytest.raises(dataclasses.FrozenInstanceError):
        options[ReadOptions].timezone = "local"  # type: ignore[misc]


@pytest.mark.parametrize("signature", SIGNATURES.values(), ids=SIGNATURES)
def test_a_word_that_is_not_a_choice_names_the_option_and_the_choices(signature: Any) -> None:
    for of in signature.fields():
        if meta(of).choices and of.name != "on_reject":
            with pytest.raises(ValueError, match=f"`{of.name}` is 'no'; it must be .*{meta(of).choices[-1]!r}"):
                resolve(signature, {of.name: "no"})


NOT_OF_MEMORY: list[dict[str, Any]] = [
    {"filter": "x"},
    {"since": 1},
    {"year": 2026},
    {"extra": "ignore"},
    {"journal": "j"},
    {"include_possible_duplicates": True},
]


@pytest.mark.parametrize("options", NOT_OF_MEMORY, ids=lambda options: next(iter(options)))
def test_an_option_of_files_is_an_error_for_events_in_memory(options: dict[str, Any]) -> None:
    [name] = options
    for events in ([(NOW, "m")], iter([(NOW, "m")])):
        # Without a client: that none can be made here is not the first thing to say.
        with pytest.raises(TypeError, match=f"`{name}` applies to .*, and the input is events in memory"):
            cordwood.upload(events, log_group_name="g", log_stream_name="s", **options)


def letters(cloudwatch_logs: LocalCloudWatchLogs, path: pathlib.Path) -> pathlib.Path:
    cloudwatch_logs.create("g")
    cordwood.upload(
        [(NOW, "m"), (NOW, "")],
        log_group_name="g",
        log_stream_name="s",
        client=cloudwatch_logs.client(),
        dead_letters=path,
        check=False,
    )
    return path


@pytest.mark.slow
@pytest.mark.parametrize("flag", [("--filter", "x"), ("--timezone", "UTC"), ("--journal", "j"), ("--shift-by", "1d")])
def test_an_option_of_logs_is_an_error_for_dead_letters(
    cloudwatch_logs: LocalCloudWatchLogs, tmp_path: pathlib.Path, flag: tuple[str, str]
) -> None:
    file = letters(cloudwatch_logs, tmp_path / "letters.jsonl")
    done = run(clean_environment(), "upload", str(file), *NAMES, *flag, "--local")
    assert done.code == 252
    assert f"{flag[0]} applies to log files, and the input is dead letters" in done.err


@pytest.mark.slow
def test_an_option_of_dead_letters_is_an_error_for_logs(tmp_path: pathlib.Path) -> None:
    file = wrote(tmp_path / "e", [(NOW, "a")])
    done = run(clean_environment(), "upload", file, *NAMES, "--include-possible-duplicates", "--local")
    assert done.code == 252
    assert "--include-possible-duplicates applies to files of dead letters" in done.err


def test_every_flag_of_the_command_is_that_of_an_option_or_of_an_argument() -> None:
    actions = {}
    for name in ("upload", "plan"):
        found = parser(name)._subparsers._group_actions[0].choices[name]  # type: ignore[union-attr, index]
        actions[name] = {flag for action in found._actions for flag in action.option_strings}
    for signature, command in ((flags.UPLOAD, "upload"), (flags.PLAN, "plan")):
        taken = {flag_of(of) for of in signature.fields() if flag_of(of)}
        missing = taken - actions[command]
        assert missing <= {"--dead-letter", "--include-possible-duplicates"} if command == "plan" else not missing


@pytest.mark.slow
def test_a_journal_of_the_command_is_continued_by_the_library(
    cloudwatch_logs: LocalCloudWatchLogs, tmp_path: pathlib.Path
) -> None:
    from cli_upload import environment_of

    cloudwatch_logs.create("g", "s")
    file = pathlib.Path(wrote(tmp_path / "e", [(NOW, "a")]))
    options = ("--journal", str(tmp_path / "j"), "--since", "2020-01-01T00:00:00Z")
    assert run(environment_of(cloudwatch_logs), "upload", str(file), *NAMES, *options).code == 0
    report = cordwood.upload(
        file,
        log_group_name="g",
        log_stream_name="s",
        client=cloudwatch_logs.client(),
        journal=tmp_path / "j",
        since=1577836800000,
    )
    assert (report.accepted, report.already_accepted, report.requests) == (1, 1, 0)


@pytest.mark.slow
def test_the_types_of_options_are_checked_by_mypy(tmp_path: pathlib.Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import cordwood\n"
        "cordwood.upload([], log_group_name='g', log_stream_name='s', max_concurency=2)\n"
        "cordwood.read('f', year='2026')\n"
        "cordwood.Uploader('g', 's', linger=1.0)\n"
    )
    installed = pathlib.Path(cordwood.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-incremental", program],
        capture_output=True,
        text=True,
        check=False,
        env={**clean_environment(), **({} if installed.name == "site-packages" else {"MYPYPATH": str(installed)})},
    )
    errors = [line for line in done.stdout.splitlines() if ": error:" in line]
    assert len(errors) == 2, done.stdout
    assert 'Unexpected keyword argument "max_concurency"' in errors[0]
    assert 'Argument "year" to "read" has incompatible type "str"' in errors[1]
