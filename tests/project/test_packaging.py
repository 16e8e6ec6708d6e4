"""`pip install .` and an install from the sdist work in an empty virtual environment."""

import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import venv

import pytest
from paths import ROOT
from patience import PATIENCE

CHECK = "import cordwood; print([(len(b), b.nbytes) for b in cordwood.batches([(t, 'x' * 100) for t in range(20000)])])"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("cargo") is None, reason="builds the extension with cargo"),
]

TARGET = ROOT / "target" / "packaging"
MAKES_SDISTS = ROOT / ".venv" / "packaging" / "bin" / "python"


def run(*command: str | pathlib.Path, cwd: pathlib.Path, **variables: str) -> str:
    # How fast what is built runs is not asked here, so the compiler need not take its time for that.
    environment = {
        **os.environ,
        "CARGO_TARGET_DIR": str(TARGET),
        "CARGO_PROFILE_RELEASE_LTO": "off",
        "CARGO_PROFILE_RELEASE_OPT_LEVEL": "0",
        "PYO3_PYTHON": sys.executable,
        **variables,
    }
    done = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=10 * PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(autouse=True)
def nothing_of_an_earlier_build() -> None:
    # Compiled dependencies stay from run to run. Of ours nothing may: cargo takes crates of another folder for these if
    # the files here are older than what was built, as those of an sdist are.
    ours = ["--package", "cordwood-core", "--package", "cordwood-input", "--package", "cordwood-py"]
    run("cargo", "clean", "--release", "--quiet", *ours, cwd=ROOT)


def empty_environment(directory: pathlib.Path) -> pathlib.Path:
    venv.create(directory, with_pip=False)
    python = directory / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "pip", cwd=directory)
    return python


def assert_works(python: pathlib.Path, cwd: pathlib.Path) -> None:
    assert run(python, "-W", "error", "-c", CHECK, cwd=cwd) == "[(8322, 1048572), (8322, 1048572), (3356, 422856)]\n"


@pytest.mark.full  # What is in the sdist is a part of what is in the folder, and installs from there in the same way.
def test_pip_install_from_the_folder(tmp_path: pathlib.Path) -> None:
    python = empty_environment(tmp_path / "venv")
    run(python, "-m", "pip", "install", "--quiet", ROOT, cwd=tmp_path)
    assert_works(python, tmp_path)


def test_install_from_the_sdist_of_a_clean_tree(tmp_path: pathlib.Path) -> None:
    assert MAKES_SDISTS.exists(), "what makes an sdist is missing: run `make environments`"
    run(
        *(MAKES_SDISTS, "-m", "build", "--sdist", "--no-isolation", "--outdir", tmp_path / "dist", ROOT),
        cwd=tmp_path,
        PATH=f"{MAKES_SDISTS.parent}:{os.environ['PATH']}",
    )
    [sdist] = (tmp_path / "dist").glob("cordwood-*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames()}
    assert {
        "Cargo.lock",
        "Cargo.toml",
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "python/cordwood/_core.pyi",
    } <= names
    assert not [name for name in names if name.endswith((".so", ".pyc")) or name.startswith(("target", ".venv"))]
    python = empty_environment(tmp_path / "venv")
    run(python, "-m", "pip", "install", "--quiet", sdist, cwd=tmp_path)
    assert_works(python, tmp_path)


def test_a_debug_build_warns_at_import(tmp_path: pathlib.Path) -> None:
    run("cargo", "build", "--locked", "--package", "cordwood-py", cwd=ROOT, CARGO_TARGET_DIR=str(ROOT / "target"))
    package = tmp_path / "cordwood"
    shutil.copytree(ROOT / "python" / "cordwood", package)
    suffix = __import__("sysconfig").get_config_var("EXT_SUFFIX")
    [library] = (ROOT / "target" / "debug").glob("lib_core.[sd]*[oy]*")
    shutil.copy(library, package / f"_core{suffix}")
    done = subprocess.run(
        [sys.executable, "-c", "import cordwood; print(cordwood.__file__)"],
        cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=True,
    )  # fmt: skip
    assert str(tmp_path) in done.stdout
    assert "RuntimeWarning: cordwood's extension module is a debug build" in done.stderr


def test_the_lock_file_names_the_public_index_only() -> None:
    for lock in ROOT.rglob("Cargo.lock"):
        if "target" in lock.relative_to(ROOT).parts:
            continue
        sources = {line for line in lock.read_text().splitlines() if line.startswith("source = ")}
        assert sources <= {'source = "registry+https://github.com/rust-lang/crates.io-index"'}
