"""The printed schedules are valid where they are used, whatever the folder is called."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from pipeline import schedule

NAMES = ["plain", "mi país 100% $HOME", 'it\'s "one" \\ two']
DAYS = "17,18,19,26,27,28"
"""Three days from the day after each release: the 16th at the portal, the 25th as workbooks."""


@pytest.fixture(params=NAMES, ids="plain signs quotes".split())
def checkout(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A checkout whose Python writes down what it was called with."""
    folder = tmp_path / request.param
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(
        '#!/bin/sh\nprintf "%s\\n" "$PWD" "token=$SOCRATA_APP_TOKEN" "$@" >"$OUT"; exit "$CODE"\n'
    )
    python.chmod(0o755)
    (folder / "data").mkdir()
    return folder


def cron_fields(line: str) -> tuple[list[str], str]:
    """The five fields, and the command as cron gives it to the shell."""
    *fields, command = line.split(" ", 5)
    assert not re.search(r"(?<!\\)%", command)  # cron would end the line there
    return fields, command.replace(r"\%", "%")


def within(field: str, low: int, high: int) -> bool:
    return field == "*" or all(low <= int(one) <= high for one in field.split(","))


def commands_of(form: str) -> list[str]:
    return [line for line in form.splitlines() if line and not line.startswith("#")]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not here")
def test_systemd_takes_service_and_timer(checkout: Path, tmp_path: Path) -> None:
    units = tmp_path / "units"
    units.mkdir()
    (units / "atlas.service").write_text(schedule.service(checkout, checkout / "data"))
    (units / "atlas.timer").write_text(schedule.timer())
    told = subprocess.run(
        ["systemd-analyze", "verify", "--user", "--man=no", "atlas.service", "atlas.timer"],
        cwd=units,
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path), "SYSTEMD_UNIT_PATH": f"{units}:"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "atlas" not in told.stderr, told.stderr
    assert told.returncode == 0, told.stderr
    calendar = re.search("^OnCalendar=(.*)$", schedule.timer(), re.MULTILINE)
    assert calendar is not None
    days = subprocess.run(
        ["systemd-analyze", "calendar", "--iterations=6", calendar[1]],
        env={**os.environ, "TZ": "UTC"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert set(re.findall(r"\d{4}-\d{2}-(\d{2}) 05:00:00 UTC", days)) == set(DAYS.split(","))


def test_the_timer_makes_up_for_a_day_off() -> None:
    lines = commands_of(schedule.timer())
    assert f"OnCalendar=*-*-{DAYS} 05:00:00" in lines
    assert "Persistent=true" in lines
    assert "RandomizedDelaySec=3h" in lines


def test_the_service_repeats_only_what_may_pass(checkout: Path) -> None:
    lines = commands_of(schedule.service(checkout, checkout / "data"))
    assert "Type=oneshot" in lines
    assert "Restart=on-failure" in lines
    assert "RestartPreventExitStatus=1" in lines


@pytest.mark.parametrize("code", [0, 1, 2])
def test_the_line_of_a_crontab_runs_in_the_checkout(
    checkout: Path, tmp_path: Path, code: int
) -> None:
    (line,) = commands_of(schedule.cron(checkout, checkout / "data"))
    fields, command = cron_fields(line)
    assert fields == ["0", "5", DAYS, "*", "*"]
    limits = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
    assert all(within(one, *limit) for one, limit in zip(fields, limits, strict=True))
    token = tmp_path / "home" / ".config" / "resilient-communities-atlas.env"
    token.parent.mkdir(parents=True)
    token.write_text("SOCRATA_APP_TOKEN=secret\n")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "sleep").write_text('#!/bin/sh\n[ "$1" -ge 0 ] && [ "$1" -lt 10800 ]\n')
    (tmp_path / "bin" / "sleep").chmod(0o755)
    told = subprocess.run(
        ["/bin/sh", "-c", command],
        env={
            "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
            "HOME": str(tmp_path / "home"),
            "OUT": str(tmp_path / "called"),
            "CODE": str(code),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    place = checkout.resolve()
    assert (tmp_path / "called").read_text().splitlines() == [
        str(place),
        "token=secret",
        *("-m", "pipeline", "--data-dir", str(place / "data"), "refresh"),
    ]
    mailed = f"the refresh of the atlas ended with {code}, see {place / 'data' / 'refresh.log'}\n"
    assert told.stdout == (mailed if code else "")
    assert told.stderr == ""


def test_the_workflow_is_one_and_keeps_the_raw_files() -> None:
    form = yaml.safe_load(schedule.workflow())
    on = form[True]  # YAML 1.1 reads the key "on" as true
    (line,) = on["schedule"]
    assert line["cron"].split() == ["23", "9", DAYS, "*", "*"]
    assert form["concurrency"] == {"group": "refresh", "cancel-in-progress": False}
    assert form["permissions"] == {"actions": "read", "contents": "read"}
    steps = form["jobs"]["refresh"]["steps"]
    runs = [step.get("run", "").strip() for step in steps]
    restored, refreshed, packed = (
        next(place for place, run in enumerate(runs) if re.search(words, run))
        for words in ("refresh --from", "pipeline refresh$", "bundle raw.zip")
    )
    assert restored < refreshed < packed
    assert steps[refreshed]["env"] == {"SOCRATA_APP_TOKEN": "${{ secrets.SOCRATA_APP_TOKEN }}"}
    kept = steps[-1]["with"]
    assert (kept["name"], kept["path"]) == ("raw", "raw.zip")


@pytest.mark.skipif(not shutil.which("bash"), reason="bash is not here")
def test_the_workflows_scripts_are_shell() -> None:
    steps = yaml.safe_load(schedule.workflow())["jobs"]["refresh"]["steps"]
    for script in (step["run"] for step in steps if "run" in step):
        subprocess.run(["bash", "-n", "-c", script], check=True)


def test_every_form_tells_what_the_exit_codes_mean(checkout: Path) -> None:
    for place, form in schedule.forms(checkout, checkout / "data").items():
        if not place.endswith(".timer"):
            assert "1 stopped with one message: somebody\n# has to look" in form
