"""``python -m tests.faults.stopped``: refreshes killed at one step each, then one that is not.

Each refresh is a process of its own, forked before anything is built, and ended by SIGKILL just
before its n-th change to a file. Prints one JSON object a line: step, how the process ended, and
what the warehouse and the lock hold after it and after the refresh that followed.
"""

import hashlib
import json
import os
import shutil
import signal
import sys
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

from pipeline import build, live
from pipeline.ingest import raw
from pipeline.ingest.fetch import Asking
from pipeline.ingest.fetch.progress import Progress
from tests.faults.offers import WORLD
from tests.world.build import NO_SNAPSHOT, warehouse_of
from tests.world.days import TODAY
from tests.world.disk import watched
from tests.world.publishers import HASTY

assert build  # imported before the first fork: once instead of for every child


def refresh(data_dir: Path, gateway: str, minute: int) -> None:
    """One refresh of the invented country, so many minutes into the day."""
    at = datetime(TODAY.year, TODAY.month, TODAY.day, 0, minute, tzinfo=UTC)
    asking = Asking(at=at, gateway=gateway, patience=HASTY, progress=Progress(StringIO()))
    live.refresh(data_dir, WORLD, snapshot_dir=NO_SNAPSHOT, asking=asking)


def child(work: object) -> int:
    """How a forked process ended that does some work."""
    process = os.fork()
    if not process:
        try:
            work()  # type: ignore[operator]
        except BaseException as error:  # noqa: BLE001 - a child tells of everything by its status
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(process, 0)
    return os.waitstatus_to_exitcode(status)


def state(data_dir: Path) -> dict[str, object]:
    """Sums shown, whether every locked file has its bytes, and files that nobody needs."""
    warehouse = warehouse_of(data_dir)
    sums = warehouse.table("core.crime_monthly").groupby("series_id")["events"].sum()
    warehouse.close()
    locked = {data_dir / "raw" / one.path: one.sha256 for one in raw.read_lock(data_dir / "raw")}
    left = [one for one in data_dir.rglob("*") if one.is_file() and one not in locked]
    return {
        "sums": {name: int(events) for name, events in sums.items()},
        "is_locked": all(
            hashlib.sha256(path.read_bytes()).hexdigest() == known for path, known in locked.items()
        ),
        "left": len(left),
    }


def main(template: Path, gateway: str, share: int) -> None:
    """Stop a refresh at every `share`-th step."""
    folder, note = template.with_name("stopped"), template.with_name("state.json")
    step = 1
    while True:
        data_dir = shutil.copytree(template, folder, symlinks=True)

        def stopped(at: int = step, data_dir: Path = data_dir) -> None:
            def stop(count: int) -> None:
                if count == at:
                    os.kill(os.getpid(), signal.SIGKILL)

            with watched(data_dir, stop):
                refresh(data_dir, gateway, 1)

        told: dict[str, object] = {"step": step, "ended": child(stopped)}
        for when in ("after", "recovered"):
            if when == "recovered":
                told["next"] = child(lambda data_dir=data_dir: refresh(data_dir, gateway, 2))
            child(lambda data_dir=data_dir: note.write_text(json.dumps(state(data_dir)), "utf-8"))
            told[when] = json.loads(note.read_text("utf-8"))
            note.unlink()
        shutil.rmtree(folder)
        print(json.dumps(told), flush=True)
        if not told["ended"]:
            return
        step += share


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
