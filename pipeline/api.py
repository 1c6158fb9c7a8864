"""Every figure of the atlas as a tidy table: ``import pipeline as atlas``.

A dozen questions, asked through the same read door as the dashboard's pages. Each takes the
published warehouse unless another is given, and answers with a frame of pandas, or with Arrow or
polars where ``form`` says so. Codes are text and keep their leading zero; what is not published has
no row, and missing is never zero. The examples read the bundled snapshot.
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import import_module
from numbers import Integral
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, get_args

import numpy.typing as npt
import pandas as pd
import pyarrow as arrow

from pipeline import crs, gazetteer, views
from pipeline.catalog.programmes import SOMOS_COMUNIDAD
from pipeline.errors import CatalogError
from pipeline.history import Period
from pipeline.store.published import published_path
from pipeline.store.warehouse import Warehouse, pandas_frame

Form = Literal["pandas", "arrow", "polars"]
"""What holds an answer. Arrow is what the database gives; polars reads it in place."""

Frame: TypeAlias = Any
"""``pandas.DataFrame``, ``pyarrow.Table`` or ``polars.DataFrame``, as ``form`` says."""

Level = Literal["municipality", "department"]
"""What one row is of."""

RateWindow = Literal[views.Window, views.WholeWindow]
"""Length of a period with figures."""

ComparedWindow = Literal["year", "pooled"]
"""Length of a period in which places are set beside one another."""

COUNTRY: Final = "country"
"""Instead of places: every municipality of Colombia."""

_ROOT: Final = Path(__file__).parents[1]
_PLACES: Final = 'atlas.rates("homicide_police", places=["Tumaco", "05120", "Nariño, Antioquia"])'
_PERIODS: Final = 'period=2025 or period="2025-06", one period at a time'
_LAST_MONTH: Final[dict[str, int]] = {"fiscal": 9}
"""Month that ends a window which is asked for by its year, if not December."""


def open(data_dir: Path | str | None = None) -> Warehouse:  # noqa: A001 - read as atlas.open
    """Open a published warehouse, read only.

    Parameters
    ----------
    data_dir
        Folder that holds ``raw`` and ``processed``; by default ``DATA_DIR``, else ``data`` in the
        checkout, from which a relative path counts.

    Returns
    -------
    warehouse
        As every question takes it. It may be shared between threads and goes on showing the build
        that it was opened on; without it, a question opens the newest build.

    Raises
    ------
    MissingWarehouseError
        If nothing has been built there: ``make build`` does it.
    OutdatedWarehouseError
        If another version of the code built it.

    Examples
    --------
    >>> import pipeline as atlas
    >>> warehouse = atlas.open()
    >>> len(atlas.boundaries(warehouse=warehouse))
    373
    """
    folder = _ROOT / (data_dir or os.environ.get("DATA_DIR") or "data")
    path = published_path(folder)
    return _opened(path.resolve() if path.exists() else path)


def series(*, warehouse: Warehouse | None = None, form: Form = "pandas") -> Frame:
    """Every series: what it counts, since when, by whom, with what caveats.

    Parameters
    ----------
    warehouse
        By default the published one.
    form
        What holds the answer.

    Returns
    -------
    series
        One row per declared series, published or not, in the order of lists: columns of
        ``core.series``, and `first_month`, `last_month`, `last_complete_month`, `windows` (names
        joined by commas), `publisher`, `citation`, licences, `cut_date`, `retrieved_date` and
        `is_bundled`, empty where nothing is published.

    Examples
    --------
    >>> import pipeline as atlas
    >>> listed = atlas.series().set_index("series_id")
    >>> listed.loc["kidnapping", ["label_en", "unit_en", "windows"]].tolist()
    ['Kidnapping', 'victims', 'year,rolling,month']
    >>> atlas.series(form="polars").filter(is_published=False)["first_month"].is_null().all()
    True
    """
    return _answer(views.series, warehouse, form)


def rates(  # noqa: PLR0913 - one argument per thing that can be chosen
    series: str,
    window: RateWindow = "year",
    *,
    places: str | Iterable[str] | None = None,
    period: str | int | date | None = None,
    level: Level = "municipality",
    warehouse: Warehouse | None = None,
    form: Form = "pandas",
) -> Frame:
    """Counts and rates, crude and smoothed, with their 95 % limits.

    Parameters
    ----------
    series
        Id of a series, or its name in Spanish or English.
    window
        ``"year"``, ``"rolling"`` (twelve months) or ``"month"``; of places also ``"pooled"`` (three
        calendar years) and ``"fiscal"`` (October to September).
    places
        Codes or names, without accents if need be, of municipalities anywhere in the country, or of
        departments, which stand for all their municipalities; one, or a list or column of them;
        ``"country"`` for all of it. By default the programme's seven departments.
    period
        The last year or month of the one period that is wanted: ``2024``, ``"2024"`` or
        ``"2024-06"``. By default all.
    level
        ``"department"`` for whole departments, which have calendar years and crude rates only.
    warehouse
        By default the published one.
    form
        What holds the answer.

    Returns
    -------
    rates
        One row per place and period, by place and time:

        - `municipality_code` and `municipality_name`, `department_code` and `department_name`
        - `first_month` and `last_month` of the period, by their first days
        - `events`: what was recorded, in the series' unit
        - `population` (persons) and `person_years`
        - `rate_per_100k`, `rate_lower_per_100k`, `rate_upper_per_100k`: the crude rate per 100,000
          person-years; empty where residents are unknown or the series has no rate
        - `smoothed_per_100k` and its limits, `reliability` ("reliable", "with care", "unstable"):
          of municipalities of the seven departments in whole windows of one edition of the
          population; of ``"rolling"`` only in the newest twelve months without a provisional one,
          and the same a year before; elsewhere empty, as are limits of a place whose victims come
          in too large groups
        - `is_provisional` (it may still grow), `is_partial` (a year with months missing),
          `is_population_carried`, `crosses_edition` (two editions of the population are mixed)
        - `is_unlocated`: events of unknown municipality (code dd000), which lie on no map; with
          them the sums are those of the department, except of a series whose departments come
          from a file of their own, which says something else: ``"displacement"``

        Of departments instead `unlocated_events` (among the events), and nothing smoothed.

    Raises
    ------
    CatalogError
        If a series, place or period is not known or not published, or the window has no figures.

    See Also
    --------
    pipeline.analysis.rates : How limits are computed.
    pipeline.analysis.smoothing : How rates are smoothed.

    Examples
    --------
    >>> import pipeline as atlas
    >>> departments = ["Antioquia", "Cauca", "52"]
    >>> rates = atlas.rates("homicide_police", places=departments, period=2024, level="department")
    >>> rates.set_index("department_name")["events"]
    department_name
    Antioquia    1648.0
    Cauca         797.0
    Nariño        355.0
    Name: events, dtype: float64
    >>> rates = atlas.rates("homicide_police", "pooled", places=["Tumaco", "05120"], period=2024)
    >>> rates["municipality_name"].tolist()
    ['Cáceres', 'San Andrés de Tumaco']
    >>> rates["rate_lower_per_100k"].lt(rates["rate_per_100k"]).all()
    np.True_

    Every homicide that the police report for 2024, wherever it is known to have happened:

    >>> atlas.rates("homicide_police", places="country", period=2024)["events"].sum()
    np.float64(13341.0)
    """
    _refuse_other(window, RateWindow, "window")
    _refuse_other(level, Level, "level")
    opened = warehouse or open()
    found = _series(opened, series)
    if level == "department" and window != "year":
        message = f"departments have calendar years only, no window {window!r}: leave it out"
        raise CatalogError(message)
    is_everywhere = places is None or (isinstance(places, str) and places == COUNTRY)
    codes = None if is_everywhere else _codes(opened, places)
    asked: dict[str, Any] = {
        "codes": codes,
        "last_month": None if period is None else _last_month(period, window),
        "is_programme_only": places is None,
    }
    if level == "department":
        asked["codes"] = codes and _departments(codes)
        answer = _answer(views.department_rates, opened, form, found["series_id"], **asked)
    else:
        answer = _answer(views.rates, opened, form, found["series_id"], window, **asked)
    if not len(answer):
        raise CatalogError(_nothing(found, window, period))
    return answer


def trends(
    series: str,
    *,
    level: Level = "municipality",
    warehouse: Warehouse | None = None,
    form: Form = "pandas",
) -> Frame:
    """What may be said of the trend over the newest years that mean one thing.

    Parameters
    ----------
    series
        Id of a series, or its name in Spanish or English.
    level
        ``"municipality"`` or ``"department"``, of the programme's seven departments.
    warehouse
        By default the published one.
    form
        What holds the answer.

    Returns
    -------
    trends
        One row per place: codes and names, `first_year` to `last_year` (which may lie years back,
        where a definition or the edition of the population changed since), the number of `years`
        with a rate, `events`, `percent` a year with its limits, `p` and `adjusted_p` (for all
        places), `dispersion` (variance over mean), and `word`: "rising", "falling", "stable" or
        "not determined". Claim no trend that the word does not. Beside it the same asked without
        a model: `mann_kendall_p` by ranks, from ten years on, and the median slope a year,
        `sen_slope_per_100k`, with `sen_lower_per_100k` and `sen_upper_per_100k`, empty where
        `percent` is. Neither is adjusted for the number of places: the p alone is no trend. No
        rows for a series without five such years.

    Raises
    ------
    CatalogError
        If the series is not known.

    Examples
    --------
    >>> import pipeline as atlas
    >>> trends = atlas.trends("homicide_police", level="department", form="polars")
    >>> trends["department_code"].to_list()
    ['05', '13', '19', '23', '52', '54', '70']
    """
    _refuse_other(level, Level, "level")
    opened = warehouse or open()
    question = views.trends if level == "municipality" else views.department_trends
    return _answer(question, opened, form, _series(opened, series)["series_id"])


def clusters(
    series: str,
    window: views.WholeWindow = "year",
    *,
    period: str | int | date | None = None,
    warehouse: Warehouse | None = None,
    form: Form = "pandas",
) -> Frame:
    """Clusters, hot spots and cold spots of one map of the country.

    Parameters
    ----------
    series
        Id of a series, or its name in Spanish or English.
    window
        ``"year"``, ``"pooled"``, ``"fiscal"`` or ``"rolling"``.
    period
        The last year or month of the map. By default the newest.
    warehouse
        By default the published one.
    form
        What holds the answer.

    Returns
    -------
    clusters
        One row per municipality of the programme's departments, by code: names, `time_window` and
        `period` (the first day of its last month) of the map, `cluster` ("high-high", "not
        significant" and others), `spot` (1 hot, -1 cold, 0 neither), `local_moran`, `gi_star`, `p`
        and `adjusted_p`.

    Raises
    ------
    CatalogError
        If the series is not known or has no such map.

    See Also
    --------
    pipeline.analysis.clusters : How clusters are found.

    Examples
    --------
    >>> import pipeline as atlas
    >>> clusters = atlas.clusters("homicide_police", period=2024)
    >>> bool(clusters.loc[clusters["cluster"].eq("not significant"), "spot"].eq(0).all())
    True
    """
    _refuse_other(window, views.WholeWindow, "window")
    opened = warehouse or open()
    found = _series(opened, series)
    mapped = _mapped(opened, found["series_id"], window)
    wanted = max(mapped, default=None) if period is None else _last_month(period, window)
    if wanted not in mapped:
        there = f"They end in: {', '.join(f'{one:%Y-%m}' for one in mapped)}." if mapped else ""
        message = f"No map of {found['series_id']} by {window!r} {period or ''} is here. {there}"
        raise CatalogError(message.replace("  ", " ").strip())
    return _answer(views.clusters, opened, form, found["series_id"], window, wanted)


def coverage(
    programme: str = SOMOS_COMUNIDAD.id,
    *,
    warehouse: Warehouse | None = None,
    form: Form = "pandas",
) -> Frame:
    """What is known of a programme's presence in each municipality of the country.

    Parameters
    ----------
    programme
        Id of a programme.
    warehouse
        By default the published one.
    form
        What holds the answer.

    Returns
    -------
    coverage
        One row per municipality, by code: names, `state`, and evidence, component, dates and
        sources where known. Neither ``candidate`` nor ``no_evidence`` means that the programme is
        absent. Do not join it to threats or to killings of leaders: such a table may harm people.

    Raises
    ------
    CatalogError
        If there is no such programme.

    Examples
    --------
    >>> import pipeline as atlas
    >>> coverage = atlas.coverage()
    >>> int(coverage["state"].eq("documented").sum()), len(coverage)
    (14, 1122)
    """
    opened = warehouse or open()
    known = _programmes(opened)
    if programme not in known:
        raise CatalogError(f"{programme!r} is no programme. All of them: {', '.join(known)}.")
    return _answer(views.coverage, opened, form, programme)


def compare(
    series: str,
    window: ComparedWindow = "year",
    *,
    warehouse: Warehouse | None = None,
    form: Form = "pandas",
) -> Frame:
    """Everything by which municipalities can be set beside one another in one series.

    Parameters
    ----------
    series
        Id of a series, or its name in Spanish or English.
    window
        One calendar year or three together.
    warehouse
        By default the published one.
    form
        What holds the answer.

    Returns
    -------
    comparison
        One row per municipality of the programme's departments, published or not, by code: names;
        the newest `period` that stands and can be compared, `events`, crude and smoothed rate with
        limits, `reliability`; `rank_lower` and `rank_upper` among `ranked`, and how many are
        `alike`; `trend` and `change` (words) with their years; `change_percent` only where the
        change has a name; and `history`, one rate per year from `history_first_year`.

    Raises
    ------
    CatalogError
        If the series is not known.

    Examples
    --------
    >>> import pipeline as atlas
    >>> places = atlas.compare("kidnapping", "pooled")
    >>> len(places), set(places["change"].dropna()) <= set(atlas.views.STATISTIC_WORDS["change"])
    (373, True)
    """
    _refuse_other(window, ComparedWindow, "window")
    opened = warehouse or open()
    return _answer(views.comparison, opened, form, _series(opened, series)["series_id"], window)


def municipality(place: str, *, warehouse: Warehouse | None = None, form: Form = "pandas") -> Frame:
    """The newest that can be said of every series in one place.

    Parameters
    ----------
    place
        Code or name, without accents if need be, of a municipality or department of the programme's
        seven departments; after a comma the department, where several share the name.
    warehouse
        By default the published one.
    form
        What holds the answer.

    Returns
    -------
    statistics
        One row per published series, in the order of lists; empty where nothing is told, as is
        most of a department. Columns by group:

        - `series_id`
        - `year_...`: the newest whole calendar year that will not grow. `year_period` (the first
          day of its last month), `year_events`, `year_rate_per_100k` and `year_smoothed_per_100k`
          with limits, `year_reliability`, `year_is_population_carried`; and against the year before
          `year_earlier_events`, `year_change` (a word), `year_change_percent` (only where the
          change has a name), `year_ratio_lower` and `year_ratio_upper` of the two rates, and
          `year_refusal` (why nothing is said)
        - `rolling_...`: the same of the newest such twelve months, without a smoothed rate, and
          `rolling_crosses_edition`
        - `trend` (a word) from `trend_first_year` to `trend_last_year`, `trend_events`, and
          `trend_percent` a year with limits
        - `rank_lower` and `rank_upper` among the `ranked` municipalities in the year that ends in
          `rank_period`, and how many of them are `alike`
        - `cluster` and `spot` on the newest map, of the `cluster_window` up to `cluster_period`
        - `pattern` of hot and cold years, `pattern_first_year` to `pattern_last_year`
        - `anomaly` (a word) of the newest unusual one of the newest three months, else of the
          newest: `anomaly_month`, `anomaly_events`, `anomaly_expected` with limits, and
          `anomaly_is_provisional`

    Raises
    ------
    CatalogError
        If no place is meant, more than one may be, or it lies outside these departments.

    Examples
    --------
    >>> import pipeline as atlas
    >>> told = atlas.municipality("Tumaco").set_index("series_id")
    >>> told.loc["homicide_police", "year_period"].year
    2024
    """
    opened = warehouse or open()
    example = 'atlas.municipality("52835")'
    code = gazetteer.place_code(opened, _place(place, example), example)
    return _answer(views.place_statistics, opened, form, code)


def boundaries(level: Level = "municipality", *, warehouse: Warehouse | None = None) -> Frame:
    """Outlines to draw and to join, by code.

    Parameters
    ----------
    level
        ``"municipality"`` of the programme's departments, or ``"department"`` of the country.
    warehouse
        By default the published one.

    Returns
    -------
    boundaries
        ``geopandas.GeoDataFrame`` in EPSG:4326 (longitude, latitude): codes, names and `geometry`,
        simplified for a map: do not measure areas with it; `area_km2` stands in
        ``core.municipality``.

    Examples
    --------
    >>> import pipeline as atlas
    >>> places = atlas.boundaries()
    >>> places.crs.to_epsg(), places["municipality_code"].iloc[0]
    (4326, '05001')
    """
    _refuse_other(level, Level, "level")
    opened = warehouse or open()
    is_municipal = level == "municipality"
    question = views.municipality_outlines if is_municipal else views.department_outlines
    outlines = question(opened)
    geopandas = import_module("geopandas")
    shapes = geopandas.GeoSeries.from_wkb(outlines.pop("web_geometry"), crs=crs.STORE)
    return geopandas.GeoDataFrame(outlines, geometry=shapes)


def sources(*, warehouse: Warehouse | None = None, form: Form = "pandas") -> Frame:
    """Where the figures come from, how to cite them, and how new they are.

    Parameters
    ----------
    warehouse
        By default the published one.
    form
        What holds the answer.

    Returns
    -------
    sources
        One row per source and series it feeds (none for boundaries and the like): columns of
        ``core.source``, `role`, and `cut_date`, `retrieved_date` and `is_bundled` of the newest
        release.

    Examples
    --------
    >>> import pipeline as atlas
    >>> atlas.sources(form="arrow").schema.field("cut_date").type
    DataType(date32[day])
    """
    return _answer(views.sources, warehouse, form)


def revisions(series: str, *, warehouse: Warehouse | None = None, form: Form = "pandas") -> Frame:
    """What each release of a series said, nationally and by year.

    Parameters
    ----------
    series
        Id of a series, or its name in Spanish or English.
    warehouse
        By default the published one.
    form
        What holds the answer.

    Returns
    -------
    revisions
        One row per release and year, earliest release first: `cut_date`, `path`, `year`, `events`.
        The last year of a release may end at its cut. Empty where one release is kept.

    Raises
    ------
    CatalogError
        If the series is not known.

    Examples
    --------
    >>> import pipeline as atlas
    >>> said = atlas.revisions("kidnapping")
    >>> said[said["year"].eq(2003)].set_index("cut_date")["events"].iloc[0]
    np.int64(2123)
    """
    opened = warehouse or open()
    return _answer(views.revisions, opened, form, _series(opened, series)["series_id"])


def sql(
    query: str,
    /,
    *,
    warehouse: Warehouse | None = None,
    form: Form = "pandas",
    **parameters: object,
) -> Frame:
    """Ask the warehouse in DuckDB's SQL; nothing can be changed and no other file be read.

    Parameters
    ----------
    query
        Over the tables of the data dictionary, e.g. ``from mart.rate_yearly limit 5``.
    warehouse
        By default the published one.
    form
        What holds the answer.
    **parameters
        Values of its ``$named`` parameters. A frame of pandas or polars, or an Arrow table, is a
        table of that name: so your own data meet those of the atlas.

    Returns
    -------
    rows
        One row per row. Geometry is WKB.

    Raises
    ------
    ContractError
        With the database's own words if the query is wrong; if it writes, reaches for a file, or
        reads coverage beside figures of a series that is kept apart from it or not named. A table
        that you bring is not judged: keep the two apart in it yourself.

    Examples
    --------
    >>> import pipeline as atlas
    >>> query = "select count(*) as places from core.municipality where department_code = $code"
    >>> atlas.sql(query, code="52", form="arrow").to_pylist()
    [{'places': 64}]
    """
    table = (warehouse or open()).sql(query, parameters)
    return _formed(table, form)


@dataclass(frozen=True, slots=True)
class _Arrow:
    """A warehouse that answers the questions of `views` with Arrow."""

    warehouse: Warehouse

    def query(self, name: str, /, **parameters: object) -> arrow.Table:
        """Rows that a query below ``store/sql`` finds."""
        return self.warehouse.query_arrow(name, **parameters)

    def columns(self, name: str, /) -> Mapping[str, npt.NDArray[Any]]:
        """Columns of what a query without parameters finds, as the warehouse remembers them."""
        return self.warehouse.columns(name)


def _answer(
    question: Callable[..., Any],
    warehouse: Warehouse | None,
    form: Form,
    *asked: object,
    **named: object,
) -> Frame:
    """One question of the read door, put to a warehouse in one form."""
    opened = warehouse or open()
    if form == "pandas":
        return question(opened, *asked, **named)
    return _formed(question(_Arrow(opened), *asked, **named), form)


def _formed(table: arrow.Table, form: Form) -> Frame:
    if form == "arrow":
        return table
    if form == "polars":
        return import_module("polars").from_arrow(table)
    _refuse_other(form, Form, "form of an answer")
    return pandas_frame(table)


def _refuse_other(value: object, known: object, what: str) -> None:
    """Refuse what is none of the words that a ``Literal`` declares."""
    words = get_args(known)
    if not isinstance(value, str) or value not in words:
        *first, last = map(repr, words)
        raise CatalogError(f"{value!r} is no {what}. Write {', '.join(first)} or {last}.")


@lru_cache(maxsize=2)
def _opened(path: Path) -> Warehouse:
    return Warehouse.open(path)


@lru_cache(maxsize=2)
def _listed(warehouse: Warehouse) -> pd.DataFrame:
    return views.series(warehouse)


@lru_cache(maxsize=2)
def _places(warehouse: Warehouse) -> pd.DataFrame:
    return views.places(warehouse)


def _series(warehouse: Warehouse, wanted: str) -> "pd.Series[Any]":
    if not isinstance(wanted, str):
        message = (
            f"{wanted!r} is no series: write the id or the name of one as text, as in "
            '"homicide_police"; atlas.series() lists them'
        )
        raise CatalogError(message)
    return _meant(warehouse, wanted)


@lru_cache(maxsize=64)
def _meant(warehouse: Warehouse, wanted: str) -> "pd.Series[Any]":
    return gazetteer.series(_listed(warehouse), wanted)


@lru_cache(maxsize=2)
def _programmes(warehouse: Warehouse) -> tuple[str, ...]:
    return tuple(warehouse.table("core.programme")["programme_id"])


@lru_cache(maxsize=64)
def _mapped(warehouse: Warehouse, series_id: str, window: str) -> tuple[date, ...]:
    """Last months of the maps that were looked at for clusters, ascending."""
    maps = views.moran(warehouse, series_id)
    return tuple(maps.loc[maps["time_window"].eq(window), "period"].dt.date)


def _codes(warehouse: Warehouse, wanted: object) -> list[str]:
    is_several = not isinstance(wanted, str | bytes)
    several = wanted if is_several and isinstance(wanted, Iterable) else [wanted]
    each = [_place(one, _PLACES) for one in several]
    if not each:
        message = f"places names no place: leave it out for the seven departments, or {_PLACES}"
        raise CatalogError(message)
    return [gazetteer.country_code(_places(warehouse), one, _PLACES) for one in each]


def _place(wanted: object, example: str) -> str:
    """A place as text; a code that is a number has lost its leading zero, if it had one."""
    if isinstance(wanted, str):
        return wanted
    if isinstance(wanted, Integral):
        digits = str(wanted)
        code = digits.zfill(len("05") if len(digits) <= len("05") else len("05001"))
        message = f"{wanted} is a number, and codes are text: write {code!r}, as in {example}"
        raise CatalogError(message)
    raise CatalogError(f"{wanted!r} is no place: write its code or name as text, as in {example}")


def _departments(codes: Sequence[str]) -> list[str]:
    municipal = [code for code in codes if len(code) > len("05")]
    if municipal:
        message = (
            f"{len(municipal)} of {len(codes)} places are no departments, for example "
            f'{municipal[0]}; leave out level="department" to ask for municipalities'
        )
        raise CatalogError(message)
    return list(codes)


def _last_month(period: str | int | date, window: str) -> date:
    """First day of the last month of a period that a person names by its end."""
    if isinstance(period, date):
        return period.replace(day=1)
    asked = Period.parse(str(period), _PERIODS)
    is_year = asked.first < asked.last
    if is_year and window == "month":
        message = f"{period!r} is a year; write the month, as in 2024-06, or leave out the window"
        raise CatalogError(message)
    return asked.last.replace(month=_LAST_MONTH.get(window, 12)) if is_year else asked.last


def _nothing(series: "pd.Series[Any]", window: str, period: object) -> str:
    """Why there is no row, and what there is."""
    name, windows = series["series_id"], series["windows"]
    if not windows:
        return f"Nothing of {name} is published here."
    if window in {"year", "rolling", "month"} and window not in windows.split(","):
        return f"{name} has no figures by {window!r}, only by: {windows}."
    since, until = series["first_month"], series["last_month"]
    asked = f" for {period}" if period else ""
    return (
        f"{name} has no row by {window!r}{asked} in these places; it is published from "
        f"{since:%Y-%m} to {until:%Y-%m}."
    )
