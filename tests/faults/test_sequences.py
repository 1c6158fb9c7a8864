"""No sequence of faults publishes a figure that no good release held, or loses the newest one.

Hypothesis chooses what publishers put up, what goes wrong and when somebody refreshes. After every
step the warehouse must show, of each dataset, one good release, whole, and the newest that its lock
names; at the end a refresh without faults must bring the newest of all.
"""

import hashlib
import io
import json
import os
import pickle
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from pipeline import live
from pipeline.catalog.tables import Table
from pipeline.errors import AtlasError
from pipeline.ingest.fetch import Asking, socrata
from pipeline.ingest.fetch.progress import Progress
from pipeline.store import warehouse as store
from pipeline.store.published import published_path
from tests.faults.offers import PORTAL_VIEW, SPOILED, UNITS, WORLD, Country
from tests.world.build import NO_SNAPSHOT, warehouse_of
from tests.world.days import TODAY
from tests.world.disk import full_from, small_files, watched
from tests.world.files import PLACES
from tests.world.publishers import (
    HASTY,
    Fault,
    cut,
    cut_archive,
    nothing,
    other_columns,
    overstated,
    piece,
    sent_on,
    serving,
    silence,
    stale,
    status,
    web_page,
    without_rows,
)

SEQUENCES: Final = int(os.environ.get("FAULT_SEQUENCES") or 6)
STEPS: Final = 10
PAGE_ROWS: Final = 4
JUNK_FILES_MAX: Final = 40
FAULTS: Final[dict[str, Fault]] = {
    "too many": status(429, Retry_After="0"),
    "error": status(500),
    "gone": status(404),
    "expired": status(403),
    "silence": silence,
    "cut": cut,
    "cut archive": cut_archive,
    "piece": piece,
    "wrong length": overstated,
    "stale": stale,
    "empty body": nothing,
    "no rows": without_rows,
    "other columns": other_columns,
    "web page": web_page,
    "elsewhere": sent_on("https://elsewhere.test/x"),
}
PLACES_OF_FAULTS: Final = (
    "api/views", "count", "offset=0", "offset=4", "offset=8", "total", "/items", "/native/",
    "amenazas", "/files/Amenazas", "PPED", "mindefensa", "",
)  # fmt: skip
AT: Final = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC)


@contextmanager
def quick_contracts() -> Iterator[None]:
    """Judge a frame that was judged before by its bytes: most tables are the same every time."""
    judged: dict[str, list[str]] = {}
    whole = store.frame_breaches

    def remembered(table: Table, frame: pd.DataFrame) -> list[str]:
        key = hashlib.sha256(table.name.encode() + pickle.dumps(frame)).hexdigest()
        if key not in judged:
            judged[key] = whole(table, frame)
        return judged[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "frame_breaches", remembered)
        patch.setattr(socrata.fetch_table, "__defaults__", (PAGE_ROWS,))
        yield


class Atlas(RuleBasedStateMachine):
    """An atlas that is refreshed while publishers and the machine misbehave."""

    first: Path
    """A data folder after a first refresh, copied for every sequence."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.publishers = self.stack.enter_context(serving())
        self.country = Country(self.publishers)
        self.folder = Path(mkdtemp())
        self.stack.callback(shutil.rmtree, self.folder)
        self.data_dir = self.folder / "data"
        shutil.copytree(self.first, self.data_dir, symlinks=True)
        self.raw_dir = self.data_dir / "raw"
        self.refreshes = 0
        self.build = ""
        self.shown = dict.fromkeys(UNITS, 0)

    def teardown(self) -> None:
        """After everything, one refresh without faults brings what is newest and good."""
        try:
            self._recover()
        finally:
            self.stack.close()

    @rule(
        name=st.sampled_from(list(UNITS)),
        code=st.sampled_from(["05901", "13902", "98901"]),
        is_new_month=st.booleans(),
    )
    def release(self, name: str, code: str, is_new_month: bool) -> None:  # noqa: FBT001 - drawn
        self.country.release(name, code, is_new_month=is_new_month)

    @rule(name=st.sampled_from(list(UNITS)), how=st.sampled_from(SPOILED))
    def spoil(self, name: str, how: str) -> None:
        self.country.spoil(name, how)

    @rule(
        where=st.sampled_from(PLACES_OF_FAULTS),
        kinds=st.lists(st.sampled_from(list(FAULTS)), min_size=1, max_size=5),
    )
    def fault(self, where: str, kinds: list[str]) -> None:
        self.publishers.spoil(where, *[FAULTS[kind] for kind in kinds])

    @rule(where=st.sampled_from(["count", "offset=0", "offset=4", "offset=8", "total", "/items"]))
    def replace_meanwhile(self, where: str) -> None:
        def replace() -> None:
            self.country.release(PORTAL_VIEW, "05902", is_new_month=False)

        self.publishers.before.append((where, replace))

    @rule()
    def expire_token(self) -> None:
        """The page still prints the token of yesterday, once."""
        self.publishers.token = hashlib.sha256(self.publishers.token.encode()).hexdigest()[:16]
        self.publishers.before.append(("/items", self.country.show_token))

    @rule()
    def refresh(self) -> None:
        self._refresh()

    @rule(name=st.sampled_from(list(UNITS)))
    def refresh_one(self, name: str) -> None:
        self._refresh(UNITS[name][0])

    @rule()
    def refresh_strictly(self) -> None:
        self._refresh(is_strict=True)

    @rule(change=st.integers(1, 60))
    def refresh_on_a_full_disk(self, change: int) -> None:
        with watched(self.data_dir, full_from(change)):
            self._refresh(is_machine_sound=False)

    @rule(size=st.sampled_from([0, 100, 3_000, 8_000, 50_000, 500_000, 2_000_000]))
    def refresh_with_small_files(self, size: int) -> None:
        with small_files(size):
            self._refresh(is_machine_sound=False)

    @rule()
    def recover(self) -> None:
        self._recover()

    @invariant()
    def shown_is_what_the_lock_names(self) -> None:
        """Of each dataset one good release, whole: the newest in the lock of that build."""
        locked = self._locked()
        found = published_path(self.data_dir).resolve().name
        if found != self.build:
            earlier, self.shown = self.shown, {name: max(held) for name, held in locked.items()}
            assert all(self.shown[name] >= earlier[name] for name in UNITS), "went back"
            self._compare()
        self.build = found

    @invariant()
    def little_is_left_lying(self) -> None:
        locked = {self.raw_dir / entry["path"] for entry in self._entries()}
        left = [one for one in self.data_dir.rglob("*") if one.is_file() and one not in locked]
        assert len(left) < JUNK_FILES_MAX, left

    def _entries(self) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = json.loads((self.raw_dir / "lock.json").read_text())[
            "files"
        ]
        return entries

    def _locked(self) -> dict[str, set[int]]:
        """Numbers of the good releases in the lock; nothing else may be in it."""
        held: dict[str, set[int]] = {name: set() for name in UNITS}
        for entry in self._entries():
            content = (self.raw_dir / entry["path"]).read_bytes()
            checksum = hashlib.sha256(content).hexdigest()
            assert checksum == entry["sha256"], entry["path"]
            unit = self.country.units.get(entry["dataset"])
            if unit is not None:
                assert checksum in unit.checksums, f"{entry['path']} is no good release"
                held[unit.name].add(unit.checksums[checksum])
        return held

    def _compare(self) -> None:
        opened = warehouse_of(self.data_dir)
        try:
            monthly = opened.table("core.crime_monthly")
            people = opened.table("core.population_yearly")
        finally:
            opened.close()
        for name, (_, series_id) in UNITS.items():
            release = self.country.units[name].releases[self.shown[name]]
            if series_id:
                own = monthly[monthly["series_id"] == series_id]
                keys = zip(own["municipality_code"], own["month"].dt.strftime("%Y-%m"), strict=True)
                found = dict(zip(keys, own["events"], strict=True))
            else:
                own = people[people["year"].between(2018, 2025)]
                assert set(own["municipality_code"]) == set(PLACES)
                keys = zip(own["municipality_code"], own["year"].astype(str), strict=True)
                found = dict(zip(keys, own["population"], strict=True))
            assert found == release.figures(name), name

    def _recover(self) -> None:
        """Nobody interferes, and what is still spoiled stays outside."""
        self.publishers.faults.clear()
        self.publishers.before.clear()
        self.country.show_token()
        outcome = self._refresh()
        assert outcome is not None
        self.shown_is_what_the_lock_names()
        for name, unit in self.country.units.items():
            if not unit.spoiled:
                assert self.shown[name] == unit.newest, (name, outcome)

    def _refresh(
        self, source: str = "", *, is_strict: bool = False, is_machine_sound: bool = True
    ) -> live.Outcome | None:
        self.refreshes += 1
        channels = [one for one in WORLD if source in {"", one.source}]
        asking = Asking(
            at=AT + timedelta(minutes=self.refreshes),
            gateway=self.publishers.address,
            patience=HASTY,
            progress=Progress(io.StringIO()),
        )
        try:
            return live.refresh(
                self.data_dir,
                channels,
                is_strict=is_strict,
                snapshot_dir=NO_SNAPSHOT,
                asking=asking,
            )
        except AtlasError:  # nothing is published then, which the invariants see
            return None
        except OSError:
            assert not is_machine_sound
            return None


@pytest.fixture(scope="module", autouse=True)
def _first(begun: Path) -> Iterator[None]:
    Atlas.first = begun
    with quick_contracts():
        yield


TestSequences = Atlas.TestCase
TestSequences.settings = settings(
    max_examples=SEQUENCES,
    stateful_step_count=STEPS,
    derandomize="FAULT_SEQUENCES" not in os.environ,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
