"""The published files, served as their publishers do, are taken as they are from a folder.

Served is what the mirror holds as a publisher gives it: workbooks by the listing and the pages of
links, and datasets of the portal whose very rows, or sums, are there. Everything else is read from
the folder in both cases: its form there is another than the publisher's.
"""

import csv
import io
import json
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import quote

import pandas as pd

from pipeline import build, live
from pipeline.catalog.channels import CHANNELS, LinkPage, Listing
from pipeline.catalog.tables import TABLES
from pipeline.ingest import raw
from pipeline.ingest.fetch import Asking
from pipeline.ingest.fetch.progress import Progress
from pipeline.store.warehouse import Warehouse
from tests.world.build import NO_SNAPSHOT, warehouse_of
from tests.world.days import TODAY
from tests.world.files import MINE_VICTIM_FIELDS
from tests.world.publishers import HASTY, Publishers, Table, serving

SERVED = {
    one.source: one
    for one in CHANNELS
    if one.source in {"mindefensa_workbooks", "police_workbooks", "mindefensa_totals",
                      "mine_victims"}
}  # fmt: skip
NEWEST = "mindefensa/2026-01-31"
TOTALS = "datos-gov-co/2026-06-30/hist_nacional_homicidio.json"
VICTIMS = "aicma/situacion_victimas_yhxn-eqqw.csv"
UNGIVEN = {"core.programme_indicator"}
"""Tables of data of the programme, of which the published files hold none."""

OF_THIS_RUN = {"core.build", "core.source_file", "core.source_drop"}
"""When and from where files came, which differs; their figures are in the other tables."""


def put_up(publishers: Publishers, mirror: Path) -> None:
    """Serve the newest workbooks of the ministry, all of the police, and what the portal had."""
    (listing,) = SERVED["mindefensa_workbooks"].resources
    assert isinstance(listing, Listing)
    page = f"<html>channelToken={publishers.token}".encode()
    publishers.files[listing.page.removeprefix("https://")] = page
    assets = listing.assets.removeprefix("https://")
    for number, path in enumerate(sorted((mirror / NEWEST).iterdir())):
        updated = {"value": "2026-02-24T00:04:46.399Z"}
        publishers.listing.append({"id": str(number), "name": path.name, "updatedDate": updated})
        publishers.files[f"{assets}/{number}/native/{path.name}"] = path.read_bytes()
    for resource in SERVED["police_workbooks"].resources:
        assert isinstance(resource, LinkPage)
        files = sorted((mirror / "policia" / resource.dataset).iterdir())
        links = "".join(f'<a href="/files/{quote(path.name)}">' for path in files)
        publishers.files[resource.page.removeprefix("https://")] = f"<html>{links}".encode()
        for path in files:
            publishers.files[f"www.policia.gov.co/files/{path.name}"] = path.read_bytes()
    totals = json.loads((mirror / TOTALS).read_text("utf-8"))
    by_year = [
        {"fecha_hecho": f"{one['anio']}-01-01T00:00:00.000", "cantidad": one["total"]}
        for one in totals
    ]
    publishers.tables["m8fd-ahd9"] = Table(by_year, _seconds(date(2026, 7, 16)))
    with (mirror / VICTIMS).open(encoding="utf-8", newline="") as stream:
        rows = [dict(zip(MINE_VICTIM_FIELDS, one, strict=True)) for one in csv.reader(stream)][1:]
    publishers.tables["yhxn-eqqw"] = Table(rows, _seconds(date(2024, 2, 16)))


def _seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def is_served(file: raw.RawFile) -> bool:
    """Whether a file of the mirror comes from the publishers in this test."""
    return file.path in {TOTALS, VICTIMS} or file.path.startswith((f"{NEWEST}/", "policia/"))


def test_served_files_give_the_tables_of_the_folder(
    mirror: Path, refreshed: Warehouse, tmp_path: Path
) -> None:
    offered = raw.scan(mirror, TODAY).found
    rest = [one for one in offered if not is_served(one.file)]
    build.refresh(rest, tmp_path, snapshot_dir=NO_SNAPSHOT)
    channels = list(SERVED.values())
    with serving() as publishers:
        silent = Progress(io.StringIO())
        asking = Asking(gateway=publishers.address, patience=HASTY, progress=silent)
        put_up(publishers, mirror)
        outcome = live.refresh(tmp_path, channels, snapshot_dir=NO_SNAPSHOT, asking=asking)
        assert (outcome.failures, outcome.quarantine) == ((), ())
        assert len(outcome.adopted) == len(offered) - len(rest) == 11 + 22 + 2
        publishers.asked.clear()
        again = live.refresh(tmp_path, channels, snapshot_dir=NO_SNAPSHOT, asking=asking)
        assert not again.is_built
        assert not any("/assets/" in one or "/resource/" in one for one in publishers.asked)
    served = warehouse_of(tmp_path)
    for table in sorted(name for name in TABLES if name.startswith("core.")):
        if table not in OF_THIS_RUN:
            found, expected = (_facts(one, table) for one in (served, refreshed))
            assert bool(len(expected)) is (table not in UNGIVEN), table
            pd.testing.assert_frame_equal(found, expected, obj=table)
    served.close()


def _facts(warehouse: Warehouse, table: str) -> pd.DataFrame:
    """A table without the places of its files below the raw data."""
    frame = warehouse.table(table).drop(columns="path", errors="ignore")
    return frame.sort_values(list(frame.columns), ignore_index=True)
