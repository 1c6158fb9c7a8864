"""The published files, served as their publishers do, are taken as they are from a folder."""

import io
import json
from pathlib import Path
from urllib.parse import quote

import pandas as pd
import pytest

from pipeline import build, live
from pipeline.catalog.channels import CHANNELS, GATEWAY, LinkPage, Listing
from pipeline.ingest import raw
from pipeline.ingest.fetch import Asking
from pipeline.ingest.fetch.progress import Progress
from tests.world.build import warehouse_of
from tests.world.publishers import HASTY, Publishers, serving

CHOSEN = [one for one in CHANNELS if one.source in {"mindefensa_workbooks", "police_workbooks"}]
TABLES = (
    "core.crime_monthly",
    "core.crime_yearly",
    "core.availability",
    "core.population_yearly",
    "core.series",
)


def put_up(publishers: Publishers, mirror: Path) -> None:
    """Serve the newest workbooks of the ministry, and all of the police."""
    ministry, police = CHOSEN
    (listing,) = ministry.resources
    assert isinstance(listing, Listing)
    page = f"<html>channelToken={publishers.token}".encode()
    publishers.files[listing.page.removeprefix("https://")] = page
    assets = listing.assets.removeprefix("https://")
    for number, path in enumerate(sorted((mirror / "mindefensa" / "2026-01-31").iterdir())):
        updated = {"value": "2026-02-24T00:04:46.399Z"}
        publishers.listing.append({"id": str(number), "name": path.name, "updatedDate": updated})
        publishers.files[f"{assets}/{number}/native/{path.name}"] = path.read_bytes()
    for resource in police.resources:
        assert isinstance(resource, LinkPage)
        files = sorted((mirror / "policia" / resource.dataset).iterdir())
        links = "".join(f'<a href="/files/{quote(path.name)}">' for path in files)
        publishers.files[resource.page.removeprefix("https://")] = f"<html>{links}".encode()
        for path in files:
            publishers.files[f"www.policia.gov.co/files/{path.name}"] = path.read_bytes()


def test_served_files_give_the_tables_of_the_folder(
    mirror: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving() as publishers:
        monkeypatch.setenv(GATEWAY, publishers.address)
        put_up(publishers, mirror)
        asking = Asking(patience=HASTY, progress=Progress(io.StringIO()))
        outcome = live.refresh(tmp_path / "live", CHOSEN, asking=asking)
        assert (outcome.failures, outcome.quarantine) == ((), ())
        publishers.asked.clear()
        assert not live.refresh(tmp_path / "live", CHOSEN, asking=asking).is_built
        assert not any("/assets/" in one for one in publishers.asked)
    lock = json.loads((tmp_path / "live" / "raw" / "lock.json").read_text("utf-8"))["files"]
    assert len(lock) == 11 + 22

    folders = [mirror / "mindefensa" / "2026-01-31", mirror / "policia"]
    today = asking.at.date()
    offered = [one for folder in folders for one in raw.scan(folder, today).found]
    build.refresh(offered, tmp_path / "folder")
    served, read = warehouse_of(tmp_path / "live"), warehouse_of(tmp_path / "folder")
    for table in TABLES:
        pd.testing.assert_frame_equal(served.table(table), read.table(table), obj=table)
