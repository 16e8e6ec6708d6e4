"""Runs command lines in an interpreter that has its imports behind it, each in a forked child of its own.

A whole process for each of hundreds of command lines would spend the time on imports. Standard library only: it also
runs in the environment of the AWS CLI.

Usage: command_server.py MODULE:FUNCTION PROGRAM [MODULE_TO_IMPORT...]; jobs in lines of JSON on standard input, exit
codes in lines on standard output.
"""

import gc
import importlib
import json
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any


def main() -> None:
    """Serve until standard input ends."""
    module, _, name = sys.argv[1].partition(":")
    program = sys.argv[2]
    before = set(os.environ)
    for preloaded in sys.argv[3:]:
        importlib.import_module(preloaded)
    function = getattr(importlib.import_module(module), name)
    # The AWS CLI leaves its own data path in the environment when it is imported.
    made = {key: value for key, value in os.environ.items() if key not in before}
    # What is there already is never garbage: a child that looked for any would copy all of its memory.
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        job = json.loads(line)
        job["environment"] = made | job["environment"]
        child = os.fork()
        if child == 0:
            run(function, program, job)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def run(function: Callable[[], Any], program: str, job: dict[str, Any]) -> None:
    """Run one command line as if this were a process for it alone, and end."""
    code: Any = 99
    try:
        os.chdir(job["folder"])
        os.environ.clear()
        os.environ.update(job["environment"])
        for number, (path, flags) in enumerate(
            [(job["stdin"], os.O_RDONLY), (job["stdout"], os.O_WRONLY), (job["stderr"], os.O_WRONLY)]
        ):
            opened = os.open(path, flags | (os.O_CREAT | os.O_TRUNC if number else 0))
            os.dup2(opened, number)
            os.close(opened)
        encoding = job["environment"].get("PYTHONIOENCODING", "utf-8")
        sys.stdin = open(0, encoding=encoding, errors="surrogateescape", closefd=False)  # noqa: SIM115
        sys.stdout = open(1, "w", encoding=encoding, closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", encoding=encoding, errors="backslashreplace", closefd=False)  # noqa: SIM115
        sys.argv = [program, *job["arguments"]]
        code = function()
    except SystemExit as left:
        code = left.code
    except BaseException:
        # What the interpreter does with it.
        traceback.print_exc()
        code = 1
    finally:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code if isinstance(code, int) else 0 if code is None else 1)


if __name__ == "__main__":
    main()
