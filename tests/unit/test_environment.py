"""The locks, the targets and the set-up: what a bare machine leans on."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from dashboard.brief.paper import PACKAGES

ROOT = Path(__file__).parents[2]
TARGETS = (
    "setup run refresh verify-raw bundle prune status history schedule build coverage-check "
    "take-down templates sql dashboard brief export snapshot words notebooks test faults "
    "validate bench lint docs clean help"
).split()


def executable(path: Path, text: str) -> None:
    """Write a shell script that stands in for a program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def run(*command: object, cwd: Path, **environment: object) -> subprocess.CompletedProcess[str]:
    """Run a command with no other environment than PATH and what is given."""
    given = {name: str(value) for name, value in environment.items()}
    return subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={"PATH": os.environ["PATH"]} | given,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Copy the files that set-up and make read to a folder with a space and an accent."""
    folder = tmp_path / "mi país"
    for name in ("Makefile", "requirements.lock", "package-lock.json"):
        folder.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "tools", folder / "tools")
    return folder


@pytest.fixture
def ready(checkout: Path) -> Path:
    """Complete the checkout as set-up leaves it, with a Python that reports how it is called."""
    report = 'printf "%s\\n" "DATA_DIR=$DATA_DIR" "$@"'
    executable(checkout / ".venv/bin/python", report)
    executable(checkout / ".venv/bin/uv", "exit 1")
    for reader in ("ogr2ogr", "soffice", "Rscript"):  # programs that read the exports
        executable(checkout / "bin" / reader, "exit 0")
    vendor = checkout / "dashboard/static/vendor"
    vendor.mkdir(parents=True)
    shutil.copy(checkout / "requirements.lock", checkout / ".venv")
    shutil.copy(checkout / "package-lock.json", vendor)
    return checkout


def locked_versions() -> dict[str, str]:
    """Map each distribution in the lock to its version."""
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pins = (re.match(r"([a-z0-9-]+)==(\S+)", line) for line in lines)
    return {pin[1]: pin[2] for pin in pins if pin}


def test_lock_satisfies_every_declared_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    declared = map(
        Requirement, project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    )
    versions = locked_versions()

    unmet = [
        str(requirement)
        for requirement in declared
        if not requirement.specifier.contains(versions[canonicalize_name(requirement.name)])
    ]

    assert unmet == []


def test_lock_is_hashed_and_names_no_address() -> None:
    text = (ROOT / "requirements.lock").read_text()
    requirements = re.split(r"\n(?=\S)", text.partition("\n#    make lock\n")[2])

    assert len(requirements) == len(locked_versions())
    assert all("--hash=sha256:" in requirement for requirement in requirements)
    assert not re.search(r"://|^-|file:| @ ", text, re.MULTILINE)


def test_front_end_lock_is_hashed_and_names_no_address() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    declared = json.loads((ROOT / "package.json").read_text())["dependencies"]
    root = packages.pop("")

    assert root["dependencies"] == declared
    assert declared.keys() == {path.removeprefix("node_modules/") for path in packages}
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
    assert not any("resolved" in package for package in packages.values())


def test_help_lists_the_targets_one_line_each(checkout: Path) -> None:
    listed = run("make", cwd=checkout).stdout.splitlines()

    assert [line.split()[0] for line in listed] == TARGETS
    assert all(len(line.split()) > 1 for line in listed)


@pytest.mark.parametrize("folder", ["entrega de año", "$HOME/`id`", 'it\'s, (a) "copy" #2'])
def test_folders_reach_the_pipeline_as_typed(ready: Path, folder: str) -> None:
    told = run("make", "refresh", f"FROM={folder}", f"DATA_DIR={folder}", cwd=ready)

    assert told.stdout.splitlines() == [
        f"DATA_DIR={ready}/{folder}",
        *("-m", "pipeline", "refresh", "--from", folder),
    ]


def test_data_folder_may_be_absolute_and_come_from_the_environment(ready: Path) -> None:
    told = run("make", "build", cwd=ready, DATA_DIR="/datos del año")

    assert told.stdout.splitlines() == ["DATA_DIR=/datos del año", "-m", "pipeline", "build"]


def test_a_bundle_goes_where_it_is_told(ready: Path) -> None:
    told = run("make", "bundle", "OUT=datos del año/de $1.zip", cwd=ready)

    assert told.stdout.splitlines()[1:] == ["-m", "pipeline", "bundle", "datos del año/de $1.zip"]


def test_refresh_without_a_folder_asks_the_publishers(ready: Path) -> None:
    everything = run("make", "refresh", cwd=ready).stdout.splitlines()
    assert everything[1:] == ["-m", "pipeline", "refresh", "--sources", ""]

    some = run("make", "refresh", "SOURCES=extortion,kidnapping", "STRICT=1", cwd=ready).stdout
    named = ("--sources", "extortion,kidnapping", "--strict")
    assert some.splitlines()[1:] == ["-m", "pipeline", "refresh", *named]


def test_run_builds_then_serves(ready: Path) -> None:
    told = run("make", "run", "PORT=8600", "OPEN=0", cwd=ready).stdout

    build = "-m pipeline build"
    serve = "-m streamlit run dashboard/app.py --server.port=8600 --server.headless=true"
    words = [line for line in told.splitlines() if not line.startswith("DATA_DIR=")]
    assert words == f"{build} {serve}".split()


def test_no_file_of_a_target_s_name_keeps_it_from_running() -> None:
    text = (ROOT / "Makefile").read_text()
    (phony,) = re.findall(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    targets = re.findall(r"^([a-z-]+):", text, re.MULTILINE)
    assert sorted(phony.split()) == sorted(targets)


def test_clean_keeps_environment_and_published_files(ready: Path) -> None:
    kept = [ready / ".venv/bin/python", ready / "data/raw/entrega/a.xlsx"]
    removed = [ready / "data/processed/warehouse.duckdb", ready / "dashboard/static/build/a.json"]
    for path in kept[1:] + removed:
        path.parent.mkdir(parents=True)
        path.touch()

    run("make", "clean", cwd=ready)

    assert [path.exists() for path in kept + removed] == [True, True, False, False]


def test_finished_setup_starts_nothing_again(ready: Path) -> None:
    told = run("make", "setup", cwd=ready)

    assert (told.returncode, told.stdout, told.stderr) == (0, "", "")


def test_the_environment_finds_the_checkout_from_any_folder(ready: Path, tmp_path: Path) -> None:
    own = tmp_path / "own environment"
    venv.create(own)
    shutil.copytree(own / "lib", ready / ".venv/lib", symlinks=True)
    shutil.copy(own / "pyvenv.cfg", ready / ".venv")
    (ready / "found_here.py").touch()

    run("make", "setup", cwd=ready)

    python = ready / ".venv/bin/own"
    python.symlink_to(sys.executable)
    told = run(python, "-c", "import found_here; print(found_here.__file__)", cwd=tmp_path)
    assert told.stdout.strip() == str(ready / "found_here.py")


def test_setup_names_the_python_it_needs(checkout: Path) -> None:
    old = checkout / "old/python3"
    executable(old, 'case "$1" in --version) echo Python 3.9.18 ;; *) exit 1 ;; esac')

    told = run("tools/setup.sh", cwd=checkout, PYTHON=old)

    assert told.returncode == 1
    assert told.stderr.count("\n") == 1
    assert "Python 3.11 or newer" in told.stderr
    assert "Python 3.9.18" in told.stderr
    assert not (checkout / ".venv").exists()


def test_setup_says_that_a_registry_is_unreachable(checkout: Path) -> None:
    executable(checkout / "made/bin/python", "echo refused; exit 1")
    python = checkout / "bin/python3"
    executable(python, '[ "$1" = -c ] || cp -R made .venv')

    told = run("tools/setup.sh", cwd=checkout, PYTHON=python)

    assert told.returncode == 1
    assert told.stderr.count("\n") == 1
    assert "could not install uv" in told.stderr
    assert "registry" in told.stderr
    assert (checkout / ".venv/setup.log").read_text() == "refused\n"


def test_missing_browser_is_named(ready: Path) -> None:
    executable(ready / "bin/sudo", "exit 1")
    executable(ready / "bin/apt-get", "exit 1")
    executable(ready / "bin/id", "echo 1000")

    told = run("/bin/sh", "tools/test_packages.sh", cwd=ready, PATH=ready / "bin")

    assert told.returncode == 1
    assert "apt-get install chromium" in told.stderr


def test_missing_typesetter_is_installed_by_root(ready: Path) -> None:
    executable(ready / "bin/chromium", "exit 0")
    executable(ready / ".venv/bin/python", "exit 1")
    executable(ready / "bin/apt-get", 'echo "$*" >>"$ASKED"')
    executable(ready / "bin/id", "echo 0")

    told = run(
        *("/bin/sh", "tools/test_packages.sh"),
        cwd=ready,
        PATH=ready / "bin",
        ASKED=ready / "asked",
    )

    assert told.returncode == 0
    installed = (ready / "asked").read_text().splitlines()[1].split()
    assert installed[:3] == ["install", "--yes", "--no-install-recommends"]
    assert " ".join(installed[3:]) == PACKAGES


def test_missing_browser_is_installed_by_root(ready: Path) -> None:
    executable(ready / "bin/apt-get", 'echo "$*" >>"$ASKED"')
    executable(ready / "bin/id", "echo 0")

    told = run(
        *("/bin/sh", "tools/test_packages.sh"), cwd=ready, PATH=ready / "bin", ASKED=ready / "asked"
    )

    assert told.returncode == 0
    assert (ready / "asked").read_text().splitlines() == [
        "update",
        "install --yes --no-install-recommends chromium",
    ]
