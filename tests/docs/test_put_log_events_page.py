"""The README's console session of put-log-events, typed into a shell, shows what it shows."""

import pathlib
import re
import subprocess
import sys

from twin import ROOT, Case, Endpoint, environment_of

SECTION = (ROOT / "README.md").read_text().partition("## `cordwood put-log-events`")[2].partition("\n## ")[0]


def test_the_console_session(tmp_path: pathlib.Path) -> None:
    [events] = re.findall(r"^```json\n(.*?)^```$", SECTION, re.DOTALL | re.MULTILINE)
    [session] = re.findall(r"^```console\n(.*?)^```$", SECTION, re.DOTALL | re.MULTILINE)
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
                timeout=60,
                check=False,
            )
            shown += f"$ {line}\n{done.stdout}"
    assert re.sub(r"\d{56}", "TOKEN", shown) == re.sub(r"\d{56}", "TOKEN", session)
