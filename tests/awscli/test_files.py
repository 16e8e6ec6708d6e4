"""Values in files: file:// and fileb://, encodings, standard input."""

import pytest
from twin import EVENT, LIST, NAMES, NOW, OBJECT, Case, Twin

CASES = {
    "a list in a file": Case([*NAMES, "--log-events", "file://events"], files={"events": LIST}),
    "a list behind blanks": Case([*NAMES, "--log-events", "file://events"], files={"events": f"\n  {LIST}\n"}),
    "an object in a file": Case([*NAMES, "--log-events", "file://events"], files={"events": OBJECT}),
    "JSON lines in a file": Case([*NAMES, "--log-events", "file://events"], files={"events": f"{OBJECT}\n{OBJECT}\n"}),
    "broken JSON in a file": Case([*NAMES, "--log-events", "file://events"], files={"events": "[{]"}),
    "shorthand in a file": Case([*NAMES, "--log-events", "file://events"], files={"events": EVENT}),
    "shorthand in a file, with a line end": Case(
        [*NAMES, "--log-events", "file://events"], files={"events": f"{EVENT}\n"}
    ),
    "an empty file": Case([*NAMES, "--log-events", "file://events"], files={"events": ""}),
    "bytes for events": Case(
        [*NAMES, "--log-events", "fileb://events"], files={"events": LIST}, told="fileb:// reads bytes"
    ),
    "two files": Case([*NAMES, "--log-events", "file://events", "file://events"], files={"events": LIST}),
    "no such file": Case([*NAMES, "--log-events", "file://events"]),
    "no such file of bytes": Case([*NAMES, "--log-events", "fileb://events"]),
    "a folder": Case([*NAMES, "--log-events", "file://."]),
    "no path": Case([*NAMES, "--log-events", "file://"]),
    "a path with blanks": Case([*NAMES, "--log-events", "file://my events"], files={"my events": LIST}),
    "a prefix in capitals": Case([*NAMES, "--log-events", "FILE://events"], files={"events": LIST}),
    "a variable in the path": Case(
        [*NAMES, "--log-events", "file://${FOLDER}/$NAME"], {"FOLDER": ".", "NAME": "events"}, files={"events": LIST}
    ),
    "a home in the path": Case([*NAMES, "--log-events", "file://~/events"], {"HOME": "."}, files={"events": LIST}),
    "standard input": Case([*NAMES, "--log-events", "file:///dev/stdin"], stdin=LIST.encode()),
    "all from files": Case(
        [
            *("--log-group-name", "file://g", "--log-stream-name", "file://s", "--sequence-token", "file://t"),
            *("--entity", "file://e", "--log-events", EVENT),
        ],
        files={"g": "g", "s": "s", "t": "495", "e": "keyAttributes={Type=Service,Name=n}"},
    ),
    "a JSON entity from a file": Case(
        [*NAMES, "--entity", "file://e", "--log-events", EVENT], files={"e": ' {"attributes": {"a": "b"}}\n'}
    ),
    "a group name that ends in a line end": Case(
        ["--log-group-name", "file://g", "--log-stream-name", "s", "--log-events", EVENT], files={"g": "g\n"}
    ),
    "line ends of another system": Case(
        ["--log-group-name", "file://g", "--log-stream-name", "s", "--log-events", EVENT], files={"g": b"a\r\nb\rc"}
    ),
    "bytes for a group name": Case(
        ["--log-group-name", "fileb://g", "--log-stream-name", "s", "--log-events", EVENT], files={"g": b"g\xff"}
    ),
    "no such file for a group name": Case(
        ["--log-group-name", "file://nope", "--log-stream-name", "file://neither", "--log-events", "word"]
    ),
    "no text": Case([*NAMES, "--log-events", "file://events"], files={"events": b"[\xff]"}),
    "a byte order mark": Case(
        [*NAMES, "--log-events", "file://events"], files={"events": b"\xef\xbb\xbf" + LIST.encode()}
    ),
    "a message from a file": Case(
        [*NAMES, "--log-events", f"timestamp={NOW},message@=file://m"], files={"m": b"a, b\r\n'c'\n"}
    ),
    "a message from a file, quoted": Case(
        [*NAMES, "--log-events", f"timestamp={NOW},message@='file://my m'"], files={"my m": "😀"}
    ),
    "a message of bytes": Case([*NAMES, "--log-events", f"timestamp={NOW},message@=fileb://m"], files={"m": b"\xff"}),
    "a message from no file": Case([*NAMES, "--log-events", f"timestamp={NOW},message@=file://m"]),
    "a message that names no file": Case([*NAMES, "--log-events", f"timestamp={NOW},message @= text"]),
    "a message that looks like an address": Case([*NAMES, "--log-events", f"timestamp={NOW},message@=http://x/"]),
    "a message that names a file, but is not asked to": Case(
        [*NAMES, "--log-events", f"timestamp={NOW},message=file://m"], files={"m": "x"}
    ),
    "two messages from files": Case(
        [*NAMES, "--log-events", f"timestamp={NOW},message@=file://m,file://n"], files={"m": "x", "n": "y"}
    ),
    "a timestamp from a file": Case([*NAMES, "--log-events", "timestamp@=file://t,message=a"], files={"t": f"{NOW}\n"}),
    # What AWS CLI 2 does otherwise.
    "an address is a value": Case(
        ["--log-group-name", "{url}", "--log-stream-name", "s", "--log-events", EVENT],
        code=254,
        told="InvalidParameterException",
        alone=True,
    ),
    **{
        f"an encoding: {encoding}": Case(
            [*NAMES, "--log-events", "file://events", "--query", "`1`"],
            {"AWS_CLI_FILE_ENCODING": encoding},
            files={"events": f'[{{"timestamp": {NOW}, "message": "é"}}]'.encode(encoding)},
            code=0,
            stdout="1\n",
            alone=True,
        )
        for encoding in ("utf-16", "iso-8859-1", "utf-8-sig")
    },
    "an encoding that there is not": Case(
        [*NAMES, "--log-events", "file://events"],
        {"AWS_CLI_FILE_ENCODING": "klingon"},
        files={"events": LIST},
        code=255,
        told="unknown encoding: klingon",
        alone=True,
    ),
    "an encoding that it is not in": Case(
        [*NAMES, "--log-events", "file://events"],
        {"AWS_CLI_FILE_ENCODING": "ascii"},
        files={"events": "é"},
        code=252,
        told="Unable to load paramfile (events), text contents could not be decoded.",
        alone=True,
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_files_as_in_aws(case: Case, twin: Twin) -> None:
    twin.assert_equal(case)
