"""What the invented publishers put up, release after release, and which of it can be believed.

The model of the tests: it knows every good release's figures without reading a file, so whatever a
warehouse shows can be judged without the pipeline's help.
"""

import calendar
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from pipeline.catalog.channels import CHANNELS, Channel, LinkPage, Listing, StaticFile
from tests.world.files import (
    PLACES,
    WITH_CONDUCT,
    Cells,
    Event,
    mindefensa_cells,
    place_names,
    police_cells,
    population_areas,
    sheet,
)
from tests.world.publishers import PAGE, Publishers, Table

Figures = Mapping[tuple[str, str], int]
"""Events by municipality and month, or people by municipality and year."""

_DECLARED: Final = {one.source: one for one in CHANNELS}
LISTING: Final = next(
    one for one in _DECLARED["mindefensa_workbooks"].resources if isinstance(one, Listing)
)
THREATS: Final = LinkPage("amenazas", "https://www.policia.gov.co/amenazas")
PEOPLE: Final = next(
    one
    for one in _DECLARED["population"].resources
    if isinstance(one, StaticFile) and one.dataset == "population_2018_2042"
)
WORLD: Final[tuple[Channel, ...]] = (
    _DECLARED["mindefensa_workbooks"],
    _DECLARED["mindefensa_exports"],
    _DECLARED["mindefensa_totals"],
    replace(_DECLARED["police_workbooks"], resources=(THREATS,)),
    replace(_DECLARED["population"], resources=(PEOPLE,)),
)
"""One channel of every kind, each with as little as can be fetched from it."""

WORKBOOKS: Final = {"SECUESTRO": "kidnapping", "EXTORSIÓN": "extortion"}
PORTAL_VIEW: Final = "m8fd-ahd9"
UNITS: Final = {
    "SECUESTRO": ("mindefensa_workbooks", "kidnapping"),
    "EXTORSIÓN": ("mindefensa_workbooks", "extortion"),
    PORTAL_VIEW: ("mindefensa_exports", "homicide_mindefensa"),
    "amenazas": ("police_workbooks", "threats"),
    "population_2018_2042": ("population", ""),
}
"""What is published on its own: its dataset, its source and the series that shows it."""

SPOILED: Final = ("another's", "shorter", "columns", "place", "empty", "page")
"""Ways in which what is put up is no good release."""

FIRST: Final = date(2025, 8, 16)
LAST_MONTH: Final = 6
_FIRST_YEAR, _LAST_YEAR = 2018, 2026


@dataclass(frozen=True)
class Release:
    """What a publisher means to say: events, and up to which month of 2025; or people."""

    events: tuple[Event, ...] = ()
    months: int = LAST_MONTH
    grown: int = 0
    """People more in every place and year."""

    def figures(self, unit: str) -> Figures:
        """What a warehouse must show of it."""
        if unit == "population_2018_2042":
            return {
                (code, str(year)): 1_000 * (1 + place) + year + self.grown
                for place, code in enumerate(PLACES)
                for year in range(_FIRST_YEAR, _LAST_YEAR)
                if not (code == "05903" and year < 2010)
            }
        held: dict[tuple[str, str], int] = {}
        for one in self.events:
            key = (one.code, f"{one.day:%Y-%m}")
            held[key] = held.get(key, 0) + int(one.quantity)
        return held


@dataclass
class Unit:
    """The releases of one dataset so far."""

    name: str
    releases: list[Release] = field(default_factory=list)
    spoiled: str = ""
    """How that which is up now is spoiled; empty if it is the newest good release."""
    checksums: dict[str, int] = field(default_factory=dict)
    """Number of the good release that has these bytes."""

    @property
    def newest(self) -> int:
        return len(self.releases) - 1


class Country:
    """All publishers, and what they have said so far."""

    def __init__(self, publishers: Publishers) -> None:
        self.publishers = publishers
        self.day = FIRST
        self.units = {name: Unit(name) for name in UNITS}
        self._first_bytes: dict[str, bytes] = {}
        self._number = 0
        self.show_token()
        for number, name in enumerate(UNITS):
            events = tuple(
                Event("05901", date(2025, month, 5), 2 + number)
                for month in range(1, LAST_MONTH + 1)
            )
            self.put_up(name, Release(events))

    def show_token(self) -> None:
        """Print the token that is valid now on the ministry's page."""
        page = f"<html>channelToken={self.publishers.token}".encode()
        self.publishers.files[LISTING.page.removeprefix("https://")] = page

    def release(self, name: str, code: str, *, is_new_month: bool) -> None:
        """The publisher revises its figures, or adds a month to them."""
        self._pass_time()
        last = self.units[name].releases[-1]
        months = last.months
        this_month = self.day.month + 12 * (self.day.year - FIRST.year)
        if is_new_month and months + 1 < min(this_month, 13):
            months += 1
        month = months if is_new_month else 1 + len(self.units[name].releases) % months
        event = Event(code, date(2025, month, 7))
        self.put_up(name, Release((*last.events, event), months=months, grown=last.grown + 1))

    def put_up(self, name: str, release: Release) -> None:
        """Publish a good release."""
        unit = self.units[name]
        unit.releases.append(release)
        unit.spoiled = ""
        content = self._publish(name, release)
        unit.checksums[hashlib.sha256(content).hexdigest()] = unit.newest
        self._first_bytes.setdefault(name, content)

    def spoil(self, name: str, how: str) -> None:
        """Publish, as the newest release, what nobody should believe."""
        self._pass_time()
        unit = self.units[name]
        last = unit.releases[-1]
        unit.spoiled = how
        if how == "shorter":
            kept = tuple(one for one in last.events if one.day.month < 3)
            # the projection has no months to be short of: it is cut in two
            self._publish(name, replace(last, events=kept, months=2), how)
        else:
            self._publish(name, last, how)

    def _pass_time(self) -> None:
        self.day += timedelta(days=9)

    def _publish(self, name: str, release: Release, how: str = "") -> bytes:
        if name == PORTAL_VIEW:
            return self._publish_rows(release, how)
        content = self._content(name, release, how)
        if name in WORKBOOKS:
            self._list(name, content)
        elif name == "amenazas":
            self._link(content)
        else:
            self.publishers.files[PEOPLE.url.removeprefix("https://")] = content
        return content

    def _content(self, name: str, release: Release, how: str) -> bytes:
        if how == "page":
            return PAGE
        if how == "another's":
            other = "EXTORSIÓN" if name != "EXTORSIÓN" else "SECUESTRO"
            return self._first_bytes[other]
        events = list(release.events)
        if how == "place":
            events.append(Event("77777", date(2025, 1, 9)))
        with TemporaryDirectory() as folder:
            path = Path(folder) / "made.xlsx"
            if name == "population_2018_2042":
                population_areas(path, range(_FIRST_YEAR, _LAST_YEAR), grown=release.grown)
                content = path.read_bytes()
                return content[: len(content) // 2] if how in SPOILED else content
            cells = self._cells(name, events, release, how)
            return sheet(path, cells).read_bytes()

    def _cells(self, name: str, events: list[Event], release: Release, how: str) -> Cells:
        if name == "amenazas":
            end = date(2025, release.months, calendar.monthrange(2025, release.months)[1])
            period = (date(2025, 1, 1), end)
            cells = police_cells(events, "2025", period=period, drawn=self.day)
            head = 10
        else:
            conduct = "SECUESTRO SIMPLE"
            header = WITH_CONDUCT if name == "SECUESTRO" else None
            shown = [one._replace(conduct=conduct) for one in events]
            cells = mindefensa_cells(shown, header) if header else mindefensa_cells(shown)
            head = 0
        if how == "columns":
            cells[head] = [
                "CIFRA" if str(one).startswith("CANTIDAD") else one for one in cells[head]
            ]
        if how == "empty":
            del cells[head + 1 :]
        return cells

    def _list(self, name: str, content: bytes) -> None:
        self._number += 1
        identifier = f"CONT{self._number}"
        listing = [one for one in self.publishers.listing if not str(one["name"]).startswith(name)]
        updated = {"value": f"{self.day}T10:00:00.000Z"}
        listing.append({"id": identifier, "name": f"{name}.xlsx", "updatedDate": updated})
        self.publishers.listing = listing
        assets = LISTING.assets.removeprefix("https://")
        self.publishers.files[f"{assets}/{identifier}/native/{name}.xlsx"] = content

    def _link(self, content: bytes) -> None:
        self._number += 1
        name = f"Amenazas_{self._number}.xlsx"
        page = f'<html><a href="/files/{name}">'.encode()
        self.publishers.files[THREATS.page.removeprefix("https://")] = page
        self.publishers.files[f"www.policia.gov.co/files/{name}"] = content

    def _publish_rows(self, release: Release, how: str) -> bytes:
        events = list(release.events)
        if how == "place":
            events.append(Event("77777", date(2025, 1, 9)))
        rows = list(_homicides(events))
        if how == "columns":
            rows = [
                {("cifra" if k == "cantidad" else k): v for k, v in one.items()} for one in rows
            ]
        if how in {"another's", "page"}:
            rows = [one | {"cantidad": "quién sabe"} for one in rows]
        known = self.publishers.tables.get(PORTAL_VIEW)
        updated = int(datetime.combine(self.day, datetime.min.time(), UTC).timestamp())
        if known and known.updated >= updated:
            updated = known.updated + 1
        table = Table([] if how == "empty" else rows, updated)
        self.publishers.tables[PORTAL_VIEW] = table
        return table.text()


def _homicides(events: Iterable[Event]) -> Iterable[dict[str, str]]:
    """Rows of the portal: one for each event, each of as many people as it says."""
    for number, one in enumerate(events):
        municipality, department = place_names(one.code)
        yield {
            "fecha_hecho": f"{one.day}T00:00:00.000",
            "cod_depto": one.code[:2],
            "departamento": department,
            "cod_muni": one.code,
            "municipio": municipality,
            "zona": "URBANA",
            "sexo": "FEMENINO",
            "arma_medio": "NINGUNA",
            "_modalidad_presunta": "NINGUNA",
            "spoa_caracterizacion": str(number),
            "cantidad": str(int(one.quantity)),
        }
