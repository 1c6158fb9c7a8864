"""Published warehouses that several modules read."""

from collections.abc import Iterator

import pandas as pd
import pytest

from pipeline.marts import peers
from pipeline.store.warehouse import Warehouse
from tests.world import years


@pytest.fixture(scope="session")
def eleven_years(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """The invented country over eleven years, with peers that are alike in sightings."""
    with years.stored(tmp_path_factory.mktemp("data")) as draft:
        peers.store(draft, "sightings")
        path = draft.publish(
            fingerprint="invented", newest_cut=pd.Timestamp("2023-06-01"), is_snapshot_only=False
        )
    opened = Warehouse.open(path)
    yield opened
    opened.close()
