"""The places that the studies draw events for: an invented country, or the real residents."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from libpysal.graph import Graph

from pipeline.analysis.clusters import queen_neighbours
from pipeline.catalog.places import PROGRAMME_DEPARTMENTS
from pipeline.store.warehouse import Warehouse
from tests.validation.figures import SEED

_DEPARTMENT_PLACES = 40


@dataclass(frozen=True, slots=True)
class Country:
    """Residents by municipality, the department of each, which are mapped, and neighbours."""

    name: str
    residents: "pd.Series[float]"
    departments: npt.NDArray[np.str_]
    is_mapped: npt.NDArray[np.bool_]
    neighbours: Graph

    @property
    def size(self) -> npt.NDArray[np.float64]:
        return self.residents.to_numpy(float)

    @property
    def mapped_size(self) -> npt.NDArray[np.float64]:
        return self.size[self.is_mapped]


def invented_country(side: int) -> Country:
    """Squares side by side, in departments of forty, whose residents are lognormal."""
    count = side**2
    codes = [f"{90_001 + place}" for place in range(count)]
    squares = [shapely.box(x, y, x + 1, y + 1) for y in range(side) for x in range(side)]
    shapes = gpd.GeoDataFrame({"municipality_code": codes}, geometry=squares, crs="EPSG:4326")
    # Half of the real municipalities have fewer than some 14,000 residents.
    residents = np.random.default_rng(SEED).lognormal(np.log(14_000), 1.1, count).round()
    departments = np.array([f"{place // _DEPARTMENT_PLACES}" for place in range(count)])
    return Country(
        "an invented country",
        pd.Series(residents, pd.Index(codes, name="municipality_code")),
        departments,
        np.arange(count) % 3 == 0,
        queen_neighbours(shapes),
    )


def real_country(warehouse: Warehouse) -> Country:
    """Residents of the newest year with figures, and queen contiguity of the stored outlines."""
    places = warehouse.table("core.municipality").sort_values("municipality_code")
    outlines = shapely.from_wkb(
        places["geometry"].where(places["geometry"].notna(), places["web_geometry"])
    )
    shapes = gpd.GeoDataFrame(
        {"municipality_code": places["municipality_code"]}, geometry=outlines, crs="EPSG:4326"
    )
    yearly = warehouse.table("mart.rate_yearly")
    year = yearly["year"].max() - 1
    known = warehouse.table("mart.population_yearly")
    newest = known[known["year"] == year].set_index("municipality_code")["population"]
    residents = newest.reindex(places["municipality_code"]).astype(float)
    departments = places["department_code"].to_numpy(str)
    return Country(
        f"{len(places):,} municipalities with their residents of {year} and their own neighbours",
        residents,
        departments,
        np.isin(departments, PROGRAMME_DEPARTMENTS),
        queen_neighbours(shapes),
    )
