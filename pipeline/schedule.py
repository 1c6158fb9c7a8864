"""A monthly refresh without anybody at hand: ready forms for three schedulers.

The days follow from the publishers' own, declared in `pipeline.catalog.channels`: a refresh on the
day after a release, and on the days after that, since a run that finds nothing new downloads
nothing. Each form calls the pipeline itself: ``make`` turns every failure into one exit code.
"""

import shlex
from pathlib import Path
from typing import Final

from pipeline.catalog.channels import APP_TOKEN, CHANNELS

_NAME: Final = "resilient-communities-atlas"
_TOKEN: Final = APP_TOKEN[2]
_TRIES: Final = 3
"""Days in a row on which a refresh is started after each release."""

_EVERY_MONTH: Final = 28
"""The last day that every month has."""

_CODES: Final = """\
# Exit codes: 0 done, with warnings if a source was left out; 1 stopped with one message: somebody
# has to look; 2 no publisher gave anything: it is tried again. After 1 and 2 nothing is changed."""


def forms(checkout: Path, data_dir: Path) -> dict[str, str]:
    """The text of every form, by the place where it belongs.

    Parameters
    ----------
    checkout
        Folder of the code, with its environment set up.
    data_dir
        Folder that holds ``raw`` and ``processed``.

    Returns
    -------
    dict of str to str
        Service, timer, line of a crontab and workflow.
    """
    units = f"~/.config/systemd/user/{_NAME}"
    return {
        f"{units}.service": service(checkout, data_dir),
        f"{units}.timer": timer(),
        "crontab -e": cron(checkout, data_dir),
        ".github/workflows/refresh.yml": workflow(),
    }


def service(checkout: Path, data_dir: Path) -> str:
    """A systemd service that refreshes once; it never runs twice at a time.

    The program is an argument of ``env``: in the first word systemd leaves doubled dollar signs.
    """
    python, folder = (_unit_word(path) for path in (_python(checkout), data_dir.resolve()))
    place = str(checkout.resolve()).replace("%", "%%")
    return f"""\
{_CODES}
[Unit]
Description=Refresh of the Resilient Communities Atlas
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=1d
StartLimitBurst=5

[Service]
Type=oneshot
WorkingDirectory={place}
# optional, readable by its owner only: {_TOKEN}=<token of the open data portal>
EnvironmentFile=-%h/.config/{_NAME}.env
ExecStart=/usr/bin/env {python} -m pipeline --data-dir {folder} refresh
Restart=on-failure
RestartPreventExitStatus=1
RestartSec=1h
TimeoutStartSec=6h
Nice=10
"""


def timer() -> str:
    """A systemd timer that makes up for days on which the machine was off."""
    return f"""\
# systemctl --user enable --now {_NAME}.timer; loginctl enable-linger keeps it without a session
[Unit]
Description=Monthly refresh of the Resilient Communities Atlas

[Timer]
OnCalendar=*-*-{_days()} 05:00:00
RandomizedDelaySec=3h
Persistent=true

[Install]
WantedBy=timers.target
"""


def cron(checkout: Path, data_dir: Path) -> str:
    """A line of a crontab; the days after the first make up for one on which nothing ran.

    A refresh that finds another one running stops at once.
    """
    wait = "sleep \"$(awk 'BEGIN { srand(); print int(rand() * 10800) }')\""
    token = f'"$HOME"/.config/{_NAME}.env'
    python, folder, place = (
        shlex.quote(str(path))
        for path in (_python(checkout), data_dir.resolve(), checkout.resolve())
    )
    log = shlex.quote(str(data_dir.resolve() / "refresh.log"))
    command = (
        f"{wait}; cd {place} && {{ [ ! -r {token} ] || {{ set -a; . {token}; }}; }} && "
        f"{python} -m pipeline --data-dir {folder} refresh >>{log} 2>&1 || "
        f'echo "the refresh of the atlas ended with $?, see" {log}'
    ).replace("%", r"\%")
    return f"""\
{_CODES}
# Whatever it prints is mailed. Optional, readable by its owner only, in ~/.config/{_NAME}.env:
# {_TOKEN}=<token of the open data portal>
0 5 {_days()} * * {command}
"""


def workflow() -> str:
    """A GitHub Actions workflow; each run's bundle of raw files is the next one's beginning.

    An artifact, not a cache: a cache that nobody reads for a week is thrown away, and the older
    releases with it.
    """
    return f"""\
# An artifact is kept for 90 days: download one now and then. GitHub stops the schedules of public
# repositories after 60 days without a commit.
{_CODES}
name: refresh
on:
  schedule:
    - cron: "23 9 {_days()} * *"
  workflow_dispatch:
permissions:
  actions: read
  contents: read
concurrency:
  group: refresh
  cancel-in-progress: false
jobs:
  refresh:
    runs-on: ubuntu-latest
    timeout-minutes: 360
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.11"
      - run: make setup
      - name: Take up the raw files of the run before
        id: restore
        env:
          GH_TOKEN: ${{{{ github.token }}}}
          BRANCH: ${{{{ github.ref_name }}}}
        run: |
          own='.expired | not'
          own="$own"' and .workflow_run.head_branch == env.BRANCH'
          own="$own"' and .workflow_run.head_repository_id == .workflow_run.repository_id'
          run=$(gh api "repos/$GITHUB_REPOSITORY/actions/artifacts?name=raw&per_page=100" \\
            --jq "[.artifacts[] | select($own)] | first | .workflow_run.id // empty")
          if [ -n "$run" ]; then
            gh run download "$run" --name raw --dir "$RUNNER_TEMP"
            .venv/bin/python -m pipeline refresh --from "$RUNNER_TEMP/raw.zip"
          fi
      - name: Wait for a while, so that not all ask at once
        if: github.event_name == 'schedule'
        run: sleep $((RANDOM % 1200))
      - name: Refresh
        env:
          {_TOKEN}: ${{{{ secrets.{_TOKEN} }}}}
        run: .venv/bin/python -m pipeline refresh
      - name: Pack the raw files
        if: ${{{{ !cancelled() && steps.restore.outcome == 'success' }}}}
        run: .venv/bin/python -m pipeline bundle raw.zip
      - name: Keep them
        if: ${{{{ !cancelled() && steps.restore.outcome == 'success' }}}}
        uses: actions/upload-artifact@v4
        with:
          name: raw
          path: raw.zip
          retention-days: 90
          if-no-files-found: error
"""


def _days() -> str:
    """Days of the month, as both cron and systemd write lists of them."""
    released = {channel.publication_day for channel in CHANNELS if channel.publication_day}
    days = {day + late for day in released for late in range(1, _TRIES + 1)}
    return ",".join(str(day) for day in sorted(days) if day <= _EVERY_MONTH)


def _python(checkout: Path) -> Path:
    return checkout.resolve() / ".venv" / "bin" / "python"


def _unit_word(path: Path) -> str:
    """A path as one word of a unit's command line."""
    text = str(path).replace("\\", r"\\").replace('"', r"\"")
    return '"' + text.replace("%", "%%").replace("$", "$$") + '"'
