"""Reference files to one set of places: municipalities, outlines, population, coverage, work."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, TypeVar

import geopandas as gpd
import pandas as pd
import shapely

from pipeline import crs
from pipeline.analysis import boundaries as shapes
from pipeline.catalog.contracts import COVERAGE
from pipeline.catalog.places import OBSOLETE_CODES, PROGRAMME_DEPARTMENTS
from pipeline.catalog.programmes import PROGRAMMES, Programme
from pipeline.catalog.sources import SOURCES, Dataset
from pipeline.catalog.tables import TABLES
from pipeline.errors import ContractError, SourceError
from pipeline.ingest.conform import Gazetteer, gazetteer
from pipeline.ingest.contract import is_iso_date, rows_of
from pipeline.ingest.coverage import coverage_of, is_official, no_list, read_coverage
from pipeline.ingest.geometry import read_polygons
from pipeline.ingest.programme_data import no_data, read_programme_data
from pipeline.ingest.provenance import file_facts
from pipeline.ingest.raw import Found, RawFile
from pipeline.ingest.reference import (
    read_divipola,
    read_pdet,
    read_population,
)
from pipeline.reasons import Reason, ReasonKind

T = TypeVar("T")

BUNDLED_COVERAGE: Final = (
    Path(__file__).resolve().parent.parent / "catalog" / "somos_comunidad_coverage.csv"
)
"""What is documented today; an official list among the raw files takes its place."""

AREA_TOLERANCE_SHARE: Final = {"official": 0.005, "fine": 0.005, "coarse": 0.025}
"""How far a planar area may lie from the one DANE prints; the coarse edition lies farther off."""

_DATASETS: Final = {(source.id, one.id): one for source in SOURCES for one in source.datasets}
_REFERENCE: Final = "reference"


@dataclass(frozen=True, slots=True)
class Places:
    """Everything the figures are laid over.

    Attributes
    ----------
    municipalities
        Rows of ``core.municipality``; geometry as WKB, missing where only outlines are known.
    departments
        Rows of ``core.department``.
    population
        Rows of ``core.population_yearly``, one per municipality and year.
    coverage
        Rows of ``core.coverage``.
    lists
        Rows of ``core.coverage_list``.
    history
        Rows of ``core.coverage_history``.
    indicators
        Rows of ``core.programme_indicator``.
    boundaries
        Analysis polygons (EPSG:4326), or None where only outlines are known.
    names
        Codes and names for joining.
    """

    municipalities: pd.DataFrame
    departments: pd.DataFrame
    population: pd.DataFrame
    coverage: pd.DataFrame
    lists: pd.DataFrame
    history: pd.DataFrame
    indicators: pd.DataFrame
    boundaries: gpd.GeoDataFrame | None
    names: Gazetteer


@dataclass(frozen=True, slots=True)
class Fallback:
    """What is known of places without any file: the content of a snapshot.

    Attributes
    ----------
    municipalities
        As in `Places`, and the department's name.
    population
        As in `Places`.
    documented
        Rows of the coverage contract; None where the snapshot rests on those beside the code.
    files
        Rows of ``core.source_file`` for the reference files behind the snapshot.
    """

    municipalities: pd.DataFrame
    population: pd.DataFrame
    documented: pd.DataFrame | None
    files: pd.DataFrame


@dataclass(slots=True)
class Refusals:
    """Files that were refused, collected so that one message can name them all."""

    reasons: dict[str, Reason] = field(default_factory=dict)
    """By path."""

    def attempt(self, file: RawFile, read: Callable[[], T]) -> T | None:
        """What reading a file gives, or None after noting why it was refused."""
        try:
            return read()
        except (SourceError, ContractError) as error:
            self.reasons[file.path] = Reason(ReasonKind.UNREADABLE, str(error))
            return None


@dataclass(slots=True)
class _Shelf:
    """Reference files by source, and what each of them turned out to hold."""

    found: Sequence[Found]
    refusals: Refusals
    used: list[tuple[RawFile, str, int]] = field(default_factory=list)
    """File, role and number of rows."""

    def read(
        self, source_id: str, reader: Callable[[Found, Dataset], T]
    ) -> list[tuple[Dataset, T]]:
        """Every readable file of a source, with its dataset: worst rank first, oldest first."""
        own = [one for one in self.found if one.file.source_id == source_id]
        own.sort(
            key=lambda one: (
                _DATASETS[source_id, one.file.dataset].rank,
                one.file.cut_date,
                one.file.retrieved_date,
                one.file.retrieved_at,
            )
        )
        contents = []
        for one in own:
            dataset = _DATASETS[source_id, one.file.dataset]
            content = self.refusals.attempt(one.file, lambda: reader(one, dataset))  # noqa: B023 - called at once
            if content is not None:
                contents.append((dataset, content))
                self.used.append((one.file, dataset.id, len(content)))  # type: ignore[arg-type]
        return contents

    def newest(self, source_id: str, reader: Callable[[Found, Dataset], T]) -> T | None:
        """The newest file of the best rank; None where the source has no readable file."""
        contents = self.read(source_id, reader)
        return contents[-1][1] if contents else None

    def files(self, fallback: Fallback | None) -> pd.DataFrame:
        """Rows of ``core.source_file``: the last of each source and dataset is shown."""
        rows = []
        last = {(file.source_id, dataset): file.path for file, dataset, _ in self.used}
        for file, dataset, size in self.used:
            is_last = last[file.source_id, dataset] == file.path
            rows.append(_file_row(file, _REFERENCE if is_last else "history", size))
        columns = list(TABLES["core.source_file"].schema.columns)
        frame = pd.DataFrame(rows, columns=columns)
        if fallback is None:
            return frame
        sources = {file.source_id for file, _, _ in self.used}
        kept = fallback.files[~fallback.files["source_id"].isin(sources - {"population"})]
        kept = kept[~kept["dataset"].isin({dataset for _, dataset, _ in self.used})]
        kept = kept.assign(is_bundled=True)[columns]
        return pd.concat([one for one in (frame, kept) if len(one)], ignore_index=True)


def read_places(
    found: Sequence[Found],
    fallback: Fallback | None,
    refusals: Refusals,
    withheld: frozenset[str] = frozenset(),
) -> tuple[Places, pd.DataFrame]:
    """Read every reference file and put the newest of each together.

    Parameters
    ----------
    found
        Recognised files of any source; those of events are passed over.
    fallback
        Used for what no file says.
    refusals
        Takes the reasons of files that cannot be used; the fallback or an older file stands in.
    withheld
        Codes of municipalities of which no coverage and no data of a programme are told, whatever a
        file says.

    Returns
    -------
    places
        One consistent set of places.
    files
        Rows of ``core.source_file`` for the reference files.

    Raises
    ------
    SourceError
        If neither a file nor the fallback says which municipalities exist and where they lie.
    """
    shelf = _Shelf(found, refusals)
    municipalities = _listed(shelf, fallback)
    names = gazetteer(municipalities)
    pdet = shelf.newest("pdet", lambda one, _: read_pdet(one.location, names))
    if pdet is not None:
        municipalities = municipalities.drop(columns="pdet_subregion").merge(pdet, how="left")
    polygons = _polygons(shelf, municipalities)
    shelf.read("department_boundaries", lambda one, _: _departmental(one, names))
    municipalities = _laid_out(municipalities, polygons, fallback)
    lists = [_without(one, withheld) for one in _coverage_lists(shelf, fallback, names)]
    states = [_states(lists, municipalities, programme) for programme in PROGRAMMES]
    places = Places(
        municipalities=_declared(municipalities, "core.municipality"),
        departments=_departments(municipalities),
        population=_population(shelf, fallback, names),
        coverage=_declared(pd.concat(states, ignore_index=True), "core.coverage"),
        lists=_list_rows(lists),
        history=_history_rows(lists),
        indicators=_indicators(shelf, names, withheld),
        boundaries=polygons,
        names=names,
    )
    return places, shelf.files(fallback)


@dataclass(frozen=True, slots=True)
class _List:
    """A list of places where programmes work: what it says, and which file it is."""

    rows: pd.DataFrame
    sha256: str
    cut_date: str
    retrieved_date: str | None
    is_compiled: bool = False
    is_whole: bool = True
    """Nothing of it is withheld."""


def _coverage_lists(shelf: _Shelf, fallback: Fallback | None, names: Gazetteer) -> list[_List]:
    """Every list that was ever used here, oldest first: the newest that names a programme holds.

    First comes what was compiled from public reports and lies beside the code, where it is of this
    country; then the list that the snapshot rests on, if it rests on another; then the files.
    """
    compiled = _compiled_list(names)
    lists = [] if compiled is None else [compiled]
    if fallback is not None and fallback.documented is not None:
        files = fallback.files[fallback.files["source_id"] == "coverage"]
        newest = files.sort_values("cut_date").iloc[-1]
        cut, retrieved = (f"{newest[name]:%Y-%m-%d}" for name in ("cut_date", "retrieved_date"))
        lists.append(_List(fallback.documented, newest["sha256"], cut, retrieved))
    before = len(shelf.used)
    read = shelf.read("coverage", lambda one, _: read_coverage(one.location, names))
    for (_, rows), (file, *_rest) in zip(read, shelf.used[before:], strict=True):
        lists = [one for one in lists if one.sha256 != file.sha256]
        cut = file.cut_date or file.retrieved_date
        lists.append(_List(rows, file.sha256, cut, file.retrieved_date))
    return lists


def _without(one: _List, withheld: frozenset[str]) -> _List:
    """A list without the places that are withheld, and then no longer a complete one.

    Else they would be told apart as the only ones in the dark, or be called not covered.
    """
    is_kept = ~one.rows["municipality_code"].isin(withheld)
    if is_kept.all():
        return one
    return replace(one, rows=one.rows[is_kept].assign(state="documented"), is_whole=False)


def _compiled_list(names: Gazetteer) -> _List | None:
    """What is documented in public; None in a country that has none of these places."""
    content = BUNDLED_COVERAGE.read_bytes()
    rows, _ = rows_of(content, BUNDLED_COVERAGE.name, COVERAGE)
    if names.codes.isdisjoint(row["municipality_code"] for row in rows):
        return None
    newest = max(row["source_date"] for row in rows if is_iso_date(row["source_date"]))
    digest = hashlib.sha256(content).hexdigest()
    return _List(read_coverage(BUNDLED_COVERAGE, names), digest, newest, None, is_compiled=True)


def _states(
    lists: Sequence[_List], municipalities: pd.DataFrame, programme: Programme
) -> pd.DataFrame:
    """The states by the newest list that names the programme, or by none."""
    held = [one for one in lists if programme.id in set(one.rows["programme_id"])]
    if not held:
        return coverage_of(no_list(), municipalities, programme)
    return coverage_of(held[-1].rows, municipalities, programme, is_whole=held[-1].is_whole)


def _list_rows(lists: Sequence[_List]) -> pd.DataFrame:
    rows = []
    for programme in PROGRAMMES:
        own = [(one, one.rows[one.rows["programme_id"] == programme.id]) for one in lists]
        own = [(one, said) for one, said in own if len(said)]
        rows += [
            {
                "programme_id": programme.id,
                "sha256": one.sha256,
                "position": position,
                "cut_date": pd.Timestamp(one.cut_date),
                "retrieved_date": one.retrieved_date and pd.Timestamp(one.retrieved_date),
                "municipalities": len(said),
                "is_official": one.is_whole and is_official(said),
                "is_compiled": one.is_compiled,
                "is_current": position == len(own),
            }
            for position, (one, said) in enumerate(own, start=1)
        ]
    columns = TABLES["core.coverage_list"].schema.columns
    types = {name: column.dtype.type for name, column in columns.items()}
    dates = {name: "datetime64[s]" for name, dtype in types.items() if dtype.kind == "M"}
    return pd.DataFrame(rows, columns=list(columns)).astype(types | dates)


def _history_rows(lists: Sequence[_List]) -> pd.DataFrame:
    columns = list(TABLES["core.coverage_history"].schema.columns)
    said = [one.rows.assign(sha256=one.sha256)[columns] for one in lists]
    none = no_list().assign(sha256="")[columns]
    return _declared(pd.concat(said or [none], ignore_index=True), "core.coverage_history")


def _indicators(shelf: _Shelf, names: Gazetteer, withheld: frozenset[str]) -> pd.DataFrame:
    """What the newest file of programme data has for everybody; it replaces the one before."""
    said = shelf.newest("programme_data", lambda one, _: read_programme_data(one.location, names))
    rows = no_data() if said is None else said
    rows = rows[~rows["municipality_code"].isin(withheld)]
    return _declared(rows, "core.programme_indicator")


def _listed(shelf: _Shelf, fallback: Fallback | None) -> pd.DataFrame:
    """The newest list of municipalities; each must hold every one of the lists before it."""
    known = None if fallback is None else fallback.municipalities
    held = set() if known is None else set(known["municipality_code"])

    def whole(one: Found, _: Dataset) -> pd.DataFrame:
        municipalities = read_divipola(one.location)
        codes = set(municipalities["municipality_code"])
        if lost := held - codes - OBSOLETE_CODES.keys():
            message = (
                f"{one.file.path}: {len(lost)} municipalities of the list before are not in it, "
                f"e.g. {min(lost)}. It may be cut short or of an older year. If one was really "
                "dissolved, declare its code in OBSOLETE_CODES of pipeline/catalog/places.py."
            )
            raise SourceError(message)
        held.update(codes)
        return municipalities

    listed = shelf.newest("divipola", whole)
    if listed is None:
        if known is None:
            message = (
                "No list of municipalities (DIVIPOLA) is here. Add the file and refresh again."
            )
            raise SourceError(message)
        listed = known.drop(columns="pdet_subregion")
    if known is None:
        return listed.assign(pdet_subregion=pd.Series(index=listed.index, dtype="str"))
    return listed.merge(
        known[["municipality_code", "pdet_subregion"]], on="municipality_code", how="left"
    )


def _polygons(shelf: _Shelf, municipalities: pd.DataFrame) -> gpd.GeoDataFrame | None:
    """The finest municipal boundaries, mended; every edition must hold the same places."""
    codes = set(municipalities["municipality_code"])

    def checked(one: Found, dataset: Dataset) -> gpd.GeoDataFrame:
        polygons = read_polygons(one.location)
        if differing := codes ^ set(polygons["municipality_code"]):
            message = (
                f"{one.file.path}: {len(differing)} municipalities are only here or only in "
                f"DIVIPOLA, e.g. {min(differing)}. The two files are of different years: refresh "
                "with both of one year."
            )
            raise SourceError(message)
        mended, _ = shapes.repaired(polygons)
        _check_areas(one.file, mended, AREA_TOLERANCE_SHARE[dataset.edition])
        return mended

    return shelf.newest("municipality_boundaries", checked)


def _departmental(one: Found, names: Gazetteer) -> gpd.GeoDataFrame:
    """Departmental boundaries: only a check, since outlines are dissolved from municipalities."""
    polygons = read_polygons(one.location, unit="department")
    if differing := set(names.departments.values()) ^ set(polygons["department_code"]):
        message = (
            f"{one.file.path}: {len(differing)} departments are only here or only in DIVIPOLA, "
            f"e.g. {min(differing)}. The two files are of different years: refresh with both of "
            "one year."
        )
        raise SourceError(message)
    return polygons


def _check_areas(file: RawFile, polygons: gpd.GeoDataFrame, tolerance_share: float) -> None:
    """Hold planar areas against the ones DANE prints, which are planar too."""
    planar = shapes.planar_area_km2(polygons.geometry.to_crs(crs.METRIC))
    off = (planar / polygons["published_area_km2"] - 1).abs()
    wrong = polygons.loc[off > tolerance_share, "municipality_code"]
    if len(wrong):
        worst = off.idxmax()
        message = (
            f"{file.path}: {len(wrong)} areas are more than {tolerance_share:.1%} off the "
            f"published ones, most of all {polygons['municipality_code'][worst]} by "
            f"{off[worst]:.1%}. The boundaries are too coarse or of another year."
        )
        raise SourceError(message)


def _laid_out(
    municipalities: pd.DataFrame, polygons: gpd.GeoDataFrame | None, fallback: Fallback | None
) -> pd.DataFrame:
    """Add areas and geometries: from boundaries, else the outlines of the fallback."""
    if polygons is None:
        if fallback is None:
            message = "No municipal boundaries are here. Add the file and refresh again."
            raise SourceError(message)
        kept = ["municipality_code", "area_km2", "published_area_km2", "web_geometry"]
        own = municipalities.drop(columns=kept[1:], errors="ignore")
        return own.merge(fallback.municipalities[kept], how="left").assign(geometry=None)
    outlines = shapes.simplified(polygons)
    drawn = pd.DataFrame(
        {
            "municipality_code": polygons["municipality_code"],
            "area_km2": shapes.area_km2(polygons.geometry.to_crs(crs.AREA)),
            "published_area_km2": polygons["published_area_km2"],
            "geometry": shapely.to_wkb(polygons.geometry.to_numpy()),
            "web_geometry": shapely.to_wkb(outlines.geometry.to_numpy()),
        }
    )
    own = municipalities.drop(columns=list(drawn.columns[1:]), errors="ignore")
    return own.merge(drawn, on="municipality_code", how="left")


def _departments(municipalities: pd.DataFrame) -> pd.DataFrame:
    """Departments as the union of their municipalities."""
    outlines = gpd.GeoDataFrame(
        {"department_code": municipalities["department_code"]},
        geometry=shapely.from_wkb(municipalities["web_geometry"].to_numpy(dtype=object)),
        crs=crs.STORE,
    )
    dissolved = shapes.dissolved(outlines, "department_code")
    grouped = municipalities.groupby("department_code", sort=True)
    frame = pd.DataFrame(
        {
            "department_name": grouped["department_name"].first(),
            "area_km2": grouped["area_km2"].sum(),
        }
    ).reset_index()
    frame["is_programme_department"] = frame["department_code"].isin(PROGRAMME_DEPARTMENTS)
    frame["web_geometry"] = shapely.to_wkb(dissolved.geometry.to_numpy())
    return _declared(frame, "core.department")


def _population(shelf: _Shelf, fallback: Fallback | None, names: Gazetteer) -> pd.DataFrame:
    """Residents by year: of two editions that hold a year, the one declared later is used."""

    def read(one: Found, dataset: Dataset) -> pd.DataFrame:
        return read_population(one.location, dataset.edition, names)

    editions = {dataset.edition: frame for dataset, frame in shelf.read("population", read)}
    ranks = {
        one.edition: one.rank for (source, _), one in _DATASETS.items() if source == "population"
    }
    if fallback is not None:
        for edition, frame in fallback.population.groupby("edition"):
            editions.setdefault(str(edition), frame)
    if not editions:
        message = "No population figures are here. Add the files and refresh again."
        raise SourceError(message)
    ranked = [editions[edition] for edition in sorted(editions, key=lambda one: ranks[one])]
    every = pd.concat(ranked, ignore_index=True)
    last_edition = every.groupby("year")["edition"].transform("last")
    return _declared(every[every["edition"].eq(last_edition)], "core.population_yearly")


def _declared(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """The declared columns in the declared order, text as text."""
    columns = TABLES[table].schema.columns
    text = {name: "str" for name, column in columns.items() if str(column.dtype) == "str"}
    return frame[list(columns)].astype(text).reset_index(drop=True)


def _file_row(file: RawFile, role: str, rows: int) -> dict[str, object]:
    dated = (
        file
        if file.cut_date
        else replace(file, cut_date=file.retrieved_date, cut_basis="retrieved")
    )
    return {
        **file_facts(dated),
        "role": role,
        "rows_read": rows,
        "rows_stored": rows,
        "rows_dropped": 0,
        "events_read": 0.0,
        "events_stored": 0.0,
        "events_dropped": 0.0,
        "first_date": pd.NaT,
        "last_date": pd.NaT,
        "is_bundled": False,
    }
