"""The console session of docs/put-log-events.md, typed into a shell, prints what the page shows."""

import pathlib
import re
import subprocess
import sys

import pytest
from paths import ROOT
from patience import PATIENCE
from twin import Case, Endpoint, environment_of

PAGE = (ROOT / "docs" / "put-log-events.md").read_text()


@pytest.mark.slow
def test_the_console_session(tmp_path: pathlib.Path) -> None:
    [events] = re.findall(r"^```json\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    [session] = re.findall(r"^```console\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    (tmp_path / "events").write_text(events)
    with Endpoint() as endpoint:
        endpoint.logs.create("my-logs", "20150601")
        environment = environment_of(Case([]), endpoint.url)
        environment["PATH"] = f"{pathlib.Path(sys.executable).parent}:{environment['PATH']}"
        shown = ""
        for line in re.findall(r"^\$ (.*)$", session, re.MULTILINE):
            done = subprocess.run(
                ["sh", "-c", f"{line} 2>&1"],
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=False,
            )
            shown += f"$ {line}\n{done.stdout}"
    assert re.sub(r"\d{56}", "TOKEN", shown) == re.sub(r"\d{56}", "TOKEN", session)
