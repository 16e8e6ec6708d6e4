"""Every example of the README and of docs/ does what it shows, and every link leads somewhere."""

import doctest
import pathlib
import re
import subprocess
import sys

import pytest
from paths import ROOT
from patience import PATIENCE

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def name_of(page: pathlib.Path) -> str:
    return page.name


def session_of(page: pathlib.Path) -> str:
    """The page's Python examples, in the order in which a reader types them."""
    return "\n".join(re.findall(r"^```pycon\n(.*?)^```$", page.read_text(), re.DOTALL | re.MULTILINE))


WITH_EXAMPLES = [page for page in PAGES if session_of(page)]


def anchors_of(page: pathlib.Path) -> set[str]:
    """The anchors of its headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.slow
@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=name_of)
def test_the_examples_run_in_the_order_in_which_a_reader_types_them(page: pathlib.Path) -> None:
    session = doctest.DocTestParser().get_doctest(session_of(page), {}, page.name, str(page), 0)
    failures: list[str] = []
    doctest.DocTestRunner(verbose=False).run(session, out=failures.append)
    assert not failures, "".join(failures)


def test_the_readme_and_the_pages_on_its_topics_have_examples() -> None:
    named = {page.name for page in WITH_EXAMPLES}
    assert {"README.md", "upload.md", "reading-logs.md", "batching.md", "client.md", "testing-with-local.md"} <= named


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: pathlib.Path) -> None:
    broken = []
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", page.read_text()):
        linked = page.parent / target if target else page
        if not linked.exists() or (anchor and anchor not in anchors_of(linked)):
            broken.append(f"{target}#{anchor}")
    assert not broken


def test_every_page_is_linked_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    assert [page.name for page in PAGES[1:] if f"](docs/{page.name})" not in readme] == []


def test_the_commands_that_the_readme_names_exist() -> None:
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"demo", "test"} <= named <= targets


@pytest.fixture(scope="module")
def flags() -> set[str]:
    """The flags of every command, by their help."""
    shown = ""
    for command in ([], ["upload"], ["plan"], ["local"]):
        words = [sys.executable, "-m", "cordwood", *command, "--help"]
        shown += subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, check=True).stdout
    return set(re.findall(r"--[a-z][a-z-]+", shown))


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "put-log-events.md"], ids=name_of)
def test_the_flags_that_a_page_names_exist(page: pathlib.Path, flags: set[str]) -> None:
    # Those of other programs stand in shell blocks, or have the program's name before them.
    prose = re.sub(r"^```sh\n.*?^```$", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    named = set(re.findall(r"(?<=[`\s])--[a-z][a-z-]+", re.sub(r"`(?:aws|cargo|make|python) [^`]*`", "", prose)))
    assert named <= flags
