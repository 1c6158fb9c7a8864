"""Every stored table, declared once: columns, units, ranges, meaning, sensitivity, key.

The frame check, the DDL with its comments, the data dictionary, the sensitivity test and the
metadata of exports all derive from these declarations.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isfinite
from typing import Any

import pandera.pandas as pa

from pipeline.catalog.sensitivity import Sensitivity


@dataclass(frozen=True)
class Table:
    """One stored table: its name in the warehouse, what one row is, its key and its columns."""

    name: str
    grain: str
    key: tuple[str, ...]
    schema: pa.DataFrameSchema

    @property
    def stored(self) -> dict[str, pa.Column]:
        """The columns that the warehouse holds, in order: the public ones and no other.

        What is above public is checked as it comes and goes no further, so that no page, file,
        snapshot or query can hold it (`docs/do-no-harm.md`).
        """
        return {
            name: column
            for name, column in self.schema.columns.items()
            if column.metadata["sensitivity"] is Sensitivity.PUBLIC
        }

    @property
    def layer(self) -> str:
        """``core`` or ``mart``."""
        return self.name.partition(".")[0]


MUNICIPALITY_CODE = r"^\d{5}$"
LOCATED_CODE = r"^\d{2}(?!000)\d{3}$"
"""Of a municipality: one that ends in three zeros is a department's unlocated remainder."""
PLACE_CODE = r"^(\d{5}|all)$"
DEPARTMENT_CODE = r"^\d{2}$"
IDENTIFIER = r"^[a-z0-9_]+$"
SHA256 = r"^[0-9a-f]{64}$"


def _column(  # noqa: PLR0913 - one argument per fact a column declares
    dtype: str | None,
    sql_type: str,
    meaning: str,
    *checks: pa.Check,
    unit: str = "",
    nullable: bool = False,
    sensitivity: Sensitivity = Sensitivity.PUBLIC,
) -> pa.Column:
    return pa.Column(
        dtype,
        list(checks),
        nullable=nullable,
        description=meaning,
        metadata={"sql_type": sql_type, "unit": unit, "sensitivity": sensitivity},
    )


def _text(meaning: str, *, pattern: str | None = None, nullable: bool = False) -> pa.Column:
    checks = [] if pattern is None else [pa.Check.str_matches(pattern)]
    return _column("str", "varchar", meaning, *checks, nullable=nullable)


def _one_of(meaning: str, *values: str, nullable: bool = False) -> pa.Column:
    return _column("str", "varchar", meaning, pa.Check.isin(values), nullable=nullable)


def _municipality(meaning: str = "", *, may_be_unlocated: bool = False) -> pa.Column:
    """Code of a municipality; without a meaning of its own, also an unlocated remainder."""
    if not meaning or may_be_unlocated:
        said = meaning or "DIVIPOLA code; dd000 is unlocated in department dd"
        return _text(said, pattern=MUNICIPALITY_CODE)
    return _text(meaning, pattern=LOCATED_CODE)


def _department() -> pa.Column:
    return _text("DIVIPOLA code of the department", pattern=DEPARTMENT_CODE)


def _series() -> pa.Column:
    return _text("series as declared in the catalogue", pattern=IDENTIFIER)


def _month(meaning: str = "first day of the month") -> pa.Column:
    first_day = pa.Check(lambda s: s.dt.day == 1, name="first_of_month")
    return _column("datetime64[s]", "date", meaning, first_day)


def _date(meaning: str, *, nullable: bool = False) -> pa.Column:
    return _column("datetime64[s]", "date", meaning, nullable=nullable)


def _year() -> pa.Column:
    return _column("int64", "smallint", "calendar year", pa.Check.in_range(1900, 2100))


def _count(meaning: str, *, unit: str = "", nullable: bool = False) -> pa.Column:
    dtype = "Int64" if nullable else "int64"
    return _column(dtype, "bigint", meaning, pa.Check.ge(0), unit=unit, nullable=nullable)


def _number(
    meaning: str, *, unit: str, nullable: bool = False, least: float = 0, most: float = inf
) -> pa.Column:
    finite = pa.Check.in_range(least, most, include_min=isfinite(least), include_max=isfinite(most))
    return _column("float64", "double", meaning, finite, unit=unit, nullable=nullable)


def _probability(meaning: str) -> pa.Column:
    return _number(meaning, unit="probability", most=1, nullable=True)


def _signed(meaning: str, *, unit: str = "") -> pa.Column:
    return _number(meaning, unit=unit, least=-inf, nullable=True)


def _flag(meaning: str) -> pa.Column:
    return _column("bool", "boolean", meaning)


def _class(meaning: str) -> pa.Column:
    return _column("uint8", "utinyint", meaning + "; 255 where it is undefined")


def _geometry(meaning: str, *, nullable: bool = False) -> pa.Column:
    return _column(None, "geometry('OGC:CRS84')", meaning, unit="degrees", nullable=nullable)


def _table(name: str, grain: str, key: tuple[str, ...], /, **columns: pa.Column) -> Table:
    schema = pa.DataFrameSchema(columns, strict=True, ordered=True, name=name)
    return Table(name, grain, key, schema)


def _rate_columns() -> dict[str, pa.Column]:
    """What every mart of counts and crude rates carries after its key."""
    per_100k = "per 100,000 person-years"
    return {
        "events": _number("what was recorded in the period", unit="the series' unit"),
        "population": _number(
            "residents, the mean over the days of the period; unknown where that of any month is",
            unit="persons",
            nullable=True,
        ),
        "person_years": _number(
            "residents times the published days of the period", unit="person-years", nullable=True
        ),
        "rate_per_100k": _number("crude rate", unit=per_100k, nullable=True),
        "rate_lower_per_100k": _number(
            "lower 95 % limit of the rate", unit=per_100k, nullable=True
        ),
        "rate_upper_per_100k": _number(
            "upper 95 % limit of the rate", unit=per_100k, nullable=True
        ),
        "is_provisional": _flag("some month of the period may still grow"),
        "is_population_carried": _flag("some month uses the population of the year before"),
        "crosses_edition": _flag("the period mixes two editions of the population figures"),
    }


def _class_columns() -> dict[str, pa.Column]:
    return {
        "count_class": _class("colour class of the count, fixed over time"),
        "rate_class": _class("colour class of the rate, fixed over time"),
    }


def _smoothed_columns(scope: str, towards: str) -> dict[str, pa.Column]:
    """A shrunken rate and its limits, which a map that tells nothing of its spread lacks."""
    per_100k = "per 100,000 person-years"
    rate = f"rate drawn towards those {towards}, more so the fewer events are expected"
    bound = "95 % credible limit of that rate; none where the map hides how its places differ"
    return {
        f"{scope}smoothed_per_100k": _number(rate, unit=per_100k, nullable=True),
        f"{scope}smoothed_lower_per_100k": _number(f"lower {bound}", unit=per_100k, nullable=True),
        f"{scope}smoothed_upper_per_100k": _number(f"upper {bound}", unit=per_100k, nullable=True),
    }


def _change_columns() -> dict[str, pa.Column]:
    """What is said of two windows side by side."""
    return {
        "period": _month("first day of the later window's last month"),
        "earlier_period": _month("first day of the earlier window's last month"),
        "is_newest": _flag("no newer pair is without a provisional month"),
        "earlier_events": _number("events of the earlier window", unit="the series' unit"),
        "events": _number("events of the later window", unit="the series' unit"),
        "ratio": _number(
            "later rate over earlier rate; empty without earlier events and where not comparable",
            unit="ratio",
            nullable=True,
        ),
        "ratio_lower": _number("lower 95 % limit of the ratio", unit="ratio", nullable=True),
        "ratio_upper": _number(
            "upper 95 % limit of the ratio; none without earlier events",
            unit="ratio",
            nullable=True,
        ),
        "percent": _number(
            "change of the rate; refused where fewer than ten events, over their dispersion, were "
            "expected in either window; empty without earlier events",
            unit="percent",
            least=-100,
            nullable=True,
        ),
        "p": _probability("two-sided, of no change"),
        "adjusted_p": _probability(
            "the same among all places with enough events (Benjamini-Hochberg)"
        ),
        "word": _one_of(
            "what may be said of it; empty where a rate or the dispersion is unknown",
            "rise",
            "fall",
            "no clear change",
            "too few events",
            "not comparable",
            nullable=True,
        ),
        "refusal": _one_of(
            "why no change may be named",
            "the definition changed",
            "two editions of the population",
            "residents unknown",
            "groups too uneven",
            "too few events",
            nullable=True,
        ),
    }


def _trend_columns() -> dict[str, pa.Column]:
    """What is said of the newest years of one meaning."""
    return {
        "first_year": _year(),
        "last_year": _year(),
        "years": _count("years between them with a rate, both included", unit="years"),
        "events": _number("events of these years", unit="the series' unit"),
        "percent": _signed(
            "change of the rate a year, log-linear; empty below twenty events over their "
            "dispersion",
            unit="percent a year",
        ),
        "percent_lower": _signed("lower 95 % limit of the change", unit="percent a year"),
        "percent_upper": _signed("upper 95 % limit of the change", unit="percent a year"),
        "p": _probability("two-sided, of no trend"),
        "adjusted_p": _probability("the same, adjusted for all places with a fitted trend"),
        "dispersion": _number("variance over mean around the trend", unit="ratio", nullable=True),
        "word": _one_of("what may be said of it", "rising", "falling", "stable", "not determined"),
        "mann_kendall_p": _probability(
            "two-sided, of no trend, by ranks; from ten years on, where a trend was fitted"
        ),
        "sen_slope_per_100k": _signed(
            "median of the slopes between all pairs of years", unit="per 100,000 person-years"
        ),
        "sen_lower_per_100k": _signed("its lower 95 % limit", unit="per 100,000 person-years"),
        "sen_upper_per_100k": _signed("its upper 95 % limit", unit="per 100,000 person-years"),
    }


def _direction(publisher: str) -> pa.Column:
    return _one_of(
        f"change of the rate since the year before, as the {publisher} publisher counts",
        "rise",
        "fall",
        "no clear change",
        "too few events",
        nullable=True,
    )


def _covered_columns() -> dict[str, pa.Column]:
    """What is known of a programme's work in a place, no finer than the quarter."""
    return {
        "component": _one_of("component, where known", "1", "2", "both", nullable=True),
        "start_earliest": _date(
            "first day on which work may have begun; of a list no finer than the quarter",
            nullable=True,
        ),
        "start_latest": _date(
            "last day by which it had begun; empty where the start is not known", nullable=True
        ),
        "end_date": _date("end, if known", nullable=True),
        "end_basis": _one_of(
            "what the end rests on", "planned", "actual", "unknown", nullable=True
        ),
    }


def _cited_columns() -> dict[str, pa.Column]:
    """Who names a place."""
    return {
        "source_title": _text("what says so", nullable=True),
        "source_url": _text("where", nullable=True),
        "source_date": _text("when it was written", nullable=True),
    }


def _time_window() -> pa.Column:
    return _one_of(
        "calendar year, US fiscal year (October to September), three calendar years, or twelve "
        "months: of these only the newest without a provisional month and those a year before",
        "year",
        "fiscal",
        "pooled",
        "rolling",
    )


def _group() -> pa.Column:
    return _one_of(
        "the documented municipalities of the programme, those of its first wave, the PDET "
        "municipalities of the other departments, and the peers of either, each once",
        "documented",
        "first_wave",
        "pdet_elsewhere",
        "documented_peers",
        "first_wave_peers",
    )


def _followed() -> pa.Column:
    return _one_of(
        "the documented municipalities, or those of the first wave", "documented", "first_wave"
    )


_PERIODS = ("month", "year")

_TABLES = (
    _table(
        "core.build",
        "one row: this build",
        ("build_id",),
        build_id=_text("names the build: its time in UTC"),
        built_at=_column("datetime64[s]", "timestamp", "when it was built", unit="UTC"),
        fingerprint=_text("of the inputs and the code it was built from"),
        layout_version=_text("of the declared tables; readers refuse another"),
        newest_cut=_date("newest cut date among the files shown"),
        is_snapshot_only=_flag("built from the bundled snapshot alone"),
    ),
    _table(
        "core.source",
        "one row per declared source",
        ("source_id",),
        source_id=_text("source as declared in the catalogue", pattern=IDENTIFIER),
        publisher=_text("who publishes it"),
        title=_text("the publisher's own title"),
        url_main=_text("page a reader can visit"),
        licence_es=_text("terms of use, in Spanish"),
        licence_en=_text("terms of use, in English"),
        citation=_text("how the publisher wants to be cited"),
        cadence=_text("how often it is published"),
    ),
    _table(
        "core.series",
        "one row per declared series",
        ("series_id",),
        series_id=_series(),
        label_es=_text("name in Spanish"),
        label_en=_text("name in English"),
        unit_es=_text("unit of the count in Spanish"),
        unit_en=_text("unit of the count in English"),
        kind=_one_of("violence or context", "violence", "context"),
        grain=_text("finest period and place published"),
        interval=_one_of("which interval its counts carry", "exact", "overdispersed"),
        has_rate=_flag("whether a rate per residents means something"),
        is_apart_from_coverage=_flag("never served or drawn together with programme coverage"),
        part_of=_text("series of which this one is a part", pattern=IDENTIFIER, nullable=True),
        phenomenon=_text(
            "what it counts, where several publishers do", pattern=IDENTIFIER, nullable=True
        ),
        expected_results=_text("expected results it speaks to, as context: numbers and commas"),
        caveats_es=_text("what a reader must know, one caveat per line, in Spanish"),
        caveats_en=_text("what a reader must know, one caveat per line, in English"),
        source_id=_text("source of the figures shown", pattern=IDENTIFIER),
        is_published=_flag("whether any figure is published here; if not, it is unknown, not zero"),
        display_order=_count("order in lists"),
    ),
    _table(
        "core.feed",
        "one row per series and dataset its figures come from",
        ("series_id", "source_id", "dataset"),
        series_id=_series(),
        source_id=_text("source as declared in the catalogue", pattern=IDENTIFIER),
        dataset=_text("dataset within the source"),
        grain=_text("finest period and place published"),
        role=_one_of("what its figures are for", "current", "revision", "control"),
        first_year=_count("first year taken from it; null: no bound", nullable=True),
        last_year=_count("last year taken from it; null: no bound", nullable=True),
    ),
    _table(
        "core.series_break",
        "one row per series and declared break",
        ("series_id", "start_month", "kind"),
        series_id=_series(),
        start_month=_month("first month of the break"),
        end_month=_month("month by which it is over"),
        kind=_one_of("what kind of break", "definition", "contested"),
        note_es=_text("what changed, in Spanish"),
        note_en=_text("what changed, in English"),
    ),
    _table(
        "core.department",
        "one row per department",
        ("department_code",),
        department_code=_department(),
        department_name=_text("official name"),
        area_km2=_number("equal-area size (EPSG:6933)", unit="km²"),
        is_programme_department=_flag("one of the seven departments of the programme"),
        web_geometry=_geometry("outline dissolved from the generalised municipalities"),
    ),
    _table(
        "core.municipality",
        "one row per municipality, island or non-municipalised area",
        ("municipality_code",),
        municipality_code=_municipality("DIVIPOLA code"),
        municipality_name=_text("official name, in title case"),
        department_code=_department(),
        kind=_text("municipality, island or non-municipalised area, as DIVIPOLA says"),
        area_km2=_number("equal-area size (EPSG:6933)", unit="km²"),
        published_area_km2=_number("planar size that DANE prints (EPSG:9377)", unit="km²"),
        pdet_subregion=_text("PDET subregion; empty outside the 170", nullable=True),
        geometry=_geometry("boundary for analysis; empty in the bundled snapshot", nullable=True),
        web_geometry=_geometry("boundary simplified together with its neighbours"),
    ),
    _table(
        "core.population_yearly",
        "one row per municipality and year",
        ("municipality_code", "year"),
        municipality_code=_municipality("DIVIPOLA code"),
        year=_year(),
        population=_count(
            "residents at 30 June; 0 before the municipality existed", unit="persons"
        ),
        edition=_text("projection the figure comes from; figures of two editions do not compare"),
    ),
    _table(
        "core.crime_monthly",
        "one row per series, municipality and month with at least one event",
        ("series_id", "municipality_code", "month"),
        series_id=_series(),
        municipality_code=_municipality(),
        month=_month(),
        events=_count("events of the month", unit="the series' unit"),
    ),
    _table(
        "core.crime_group_monthly",
        "one row per series, municipality and month with at least one event; series whose victims "
        "come in groups, in files that state days",
        ("series_id", "municipality_code", "month"),
        series_id=_series(),
        municipality_code=_municipality(),
        month=_month(),
        group_squares=_count(
            "sum of the squared group sizes behind the month's events; a group is what one day "
            "brought, however many rows tell of it",
            unit="the series' unit, squared",
        ),
    ),
    _table(
        "core.crime_yearly",
        "one row per series, municipality and year with at least one event; yearly-only series",
        ("series_id", "municipality_code", "year"),
        series_id=_series(),
        municipality_code=_municipality(),
        year=_year(),
        events=_count("events of the year", unit="the series' unit"),
    ),
    _table(
        "core.crime_department_yearly",
        "one row per series, department and year that is published by department only",
        ("series_id", "department_code", "year"),
        series_id=_series(),
        department_code=_department(),
        year=_year(),
        events=_count("events of the year", unit="the series' unit"),
    ),
    _table(
        "core.context_yearly",
        "one row per context series, municipality and year with a measured value",
        ("series_id", "municipality_code", "year"),
        series_id=_series(),
        municipality_code=_municipality("DIVIPOLA code"),
        year=_year(),
        value=_number("measured value; 0 was measured as 0", unit="the series' unit"),
    ),
    _table(
        "core.availability",
        "one row per series, month and place (a municipality, or all) that is published",
        ("series_id", "municipality_code", "month"),
        series_id=_series(),
        municipality_code=_text("DIVIPOLA code, or all", pattern=PLACE_CODE),
        month=_month(),
        status=_one_of("may the figure still grow", "complete", "provisional"),
    ),
    _table(
        "core.source_file",
        "one row per file read, current or history",
        ("path",),
        path=_text("where the file lies below the raw data"),
        source_id=_text("source it belongs to", pattern=IDENTIFIER),
        dataset=_text("dataset within the source"),
        part=_text("which part of the dataset it holds, say a year; files of one part replace"),
        role=_one_of(
            "what its figures are for", "current", "history", "revision", "control", "reference"
        ),
        cut_date=_date("up to when the publisher counted"),
        cut_basis=_one_of(
            "where the cut was read",
            "manifest",
            "path",
            "column",
            "publication",
            "footer",
            "last event",
            "retrieved",
        ),
        retrieved_date=_date("when the file was added to the raw data"),
        origin=_text("address it was published at"),
        licence=_text("terms of use"),
        bytes=_count("size", unit="bytes"),
        sha256=_text("checksum of the bytes", pattern=SHA256),
        rows_read=_count("data rows in the file"),
        rows_stored=_count("rows that entered the tables"),
        rows_dropped=_count("rows that did not; reasons in core.source_drop"),
        events_read=_number("sum of the quantity column", unit="the series' unit"),
        events_stored=_number("sum that entered the tables", unit="the series' unit"),
        events_dropped=_number("sum that did not", unit="the series' unit"),
        first_date=_date("first date of an event", nullable=True),
        last_date=_date("last date of an event", nullable=True),
        is_bundled=_flag("known through the bundled snapshot; the file itself is not here"),
    ),
    _table(
        "core.source_drop",
        "one row per file and reason for which rows did not enter the tables",
        ("path", "reason"),
        path=_text("file, as in core.source_file"),
        reason=_text("why"),
        rows=_count("how many rows"),
        events=_number("how many events", unit="the series' unit"),
        example=_text("one of them, without person-level columns"),
    ),
    _table(
        "core.revision",
        "one row per series, place, period and release, for series with several releases",
        ("series_id", "municipality_code", "period", "period_start", "path"),
        series_id=_series(),
        municipality_code=_municipality(),
        period=_one_of("length of the period", *_PERIODS),
        period_start=_date("first day of the period"),
        cut_date=_date("cut of the release"),
        path=_text("file of the release, as in core.source_file"),
        events=_number("what that release said", unit="the series' unit"),
    ),
    _table(
        "core.published_total",
        "one row per series, period and file in which a publisher states a national total",
        ("series_id", "period", "period_start", "path"),
        series_id=_series(),
        period=_one_of("length of the period", *_PERIODS),
        period_start=_date("first day of the period"),
        cut_date=_date("cut of the release"),
        path=_text("file, as in core.source_file"),
        events=_count("the total stated", unit="the series' unit"),
    ),
    _table(
        "core.point_disagreement",
        "one row per file, stated place and place whose polygon holds the points, where they "
        "differ",
        ("path", "stated_department", "stated_municipality", "municipality_code"),
        path=_text("file, as in core.source_file"),
        year=_year(),
        stated_department=_text("department written beside the point"),
        stated_municipality=_text("municipality written beside the point"),
        stated_code=_text(
            "its code, where the name joins", pattern=MUNICIPALITY_CODE, nullable=True
        ),
        municipality_code=_municipality(
            "where the points were counted; dd000 in no polygon", may_be_unlocated=True
        ),
        points=_count("how many points"),
        largest_distance_km=_number(
            "farthest point from the stated municipality", unit="km", nullable=True
        ),
    ),
    _table(
        "core.programme",
        "one row per programme",
        ("programme_id",),
        programme_id=_text("programme as declared in the catalogue", pattern=IDENTIFIER),
        label_es=_text("name in Spanish"),
        label_en=_text("name in English"),
        position=_count("order in lists; 1 is the programme that the atlas is about"),
        extent=_one_of(
            "what says where it works: a list of its own, or the decree on PDET", "list", "pdet"
        ),
        departments=_text("codes of the only departments it works in, with commas; empty: any"),
        start_date=_date("start"),
        last_seen_date=_date(
            "last activity that a public source tells of; empty: none is asked for", nullable=True
        ),
        end_date=_date("end"),
        end_basis=_one_of("what the end rests on", "planned", "actual", "unknown"),
        municipality_count=_count("municipalities the programme says it works in"),
    ),
    _table(
        "core.coverage",
        "one row per programme and municipality of the country",
        ("programme_id", "municipality_code"),
        programme_id=_text("programme as declared in the catalogue", pattern=IDENTIFIER),
        municipality_code=_municipality("DIVIPOLA code"),
        state=_one_of(
            "what is known; candidate and no_evidence never mean not covered",
            "documented",
            "candidate",
            "no_evidence",
            "outside",
            "covered",
            "not_covered",
        ),
        evidence=_one_of(
            "how well a documented place is", "official", "confirmed", "reported", nullable=True
        ),
        **_covered_columns(),
        is_named_region=_flag("a candidate in a region that a report names"),
        **_cited_columns(),
    ),
    _table(
        "core.coverage_list",
        "one row per programme and list of its places that was ever used here",
        ("programme_id", "sha256"),
        programme_id=_text("programme as declared in the catalogue", pattern=IDENTIFIER),
        sha256=_text("checksum of the file", pattern=SHA256),
        position=_count("1 for the first that was used, then in order"),
        cut_date=_date("up to when it was drawn; of what was compiled, its newest source"),
        retrieved_date=_date("when it was added to the raw data", nullable=True),
        municipalities=_count("municipalities it names", unit="municipalities"),
        is_official=_flag("every row is official: what it does not name is not covered"),
        is_compiled=_flag("compiled from public reports, and beside the code"),
        is_current=_flag("the list that core.coverage rests on"),
    ),
    _table(
        "core.coverage_history",
        "one row per list and municipality it names: what the list says of it",
        ("programme_id", "sha256", "municipality_code"),
        programme_id=_text("programme as declared in the catalogue", pattern=IDENTIFIER),
        sha256=_text("list, as in core.coverage_list", pattern=SHA256),
        municipality_code=_municipality("DIVIPOLA code"),
        state=_one_of("what the list says", "documented", "covered"),
        evidence=_one_of("how well the place is known", "official", "confirmed", "reported"),
        **_covered_columns(),
        **_cited_columns(),
    ),
    _table(
        "core.programme_indicator",
        "one row per programme, indicator, municipality and quarter that a holder of programme "
        "data marked public; none until somebody gives such data, which is unknown and not zero",
        ("programme_id", "indicator_id", "municipality_code", "quarter"),
        programme_id=_text("programme as declared in the catalogue", pattern=IDENTIFIER),
        indicator_id=_text("indicator as declared in the catalogue", pattern=IDENTIFIER),
        municipality_code=_municipality("DIVIPOLA code"),
        quarter=_month("first day of the quarter"),
        value=_number("count, or percent of the base", unit="the indicator's unit"),
        base=_count(
            "of a percent: persons or organisations that it is of; never fewer than allowed",
            nullable=True,
        ),
        source_title=_text("what says so"),
        source_date=_text("when it was written", nullable=True),
    ),
    _table(
        "mart.coverage_monthly",
        "one row per programme, municipality of the country and month from the programme's start "
        "to its end",
        ("programme_id", "municipality_code", "month"),
        programme_id=_text("programme as declared in the catalogue", pattern=IDENTIFIER),
        municipality_code=_municipality("DIVIPOLA code"),
        month=_month(),
        state=_one_of(
            "what is known of the place, as in core.coverage; the same in every month",
            "documented",
            "candidate",
            "no_evidence",
            "outside",
            "covered",
            "not_covered",
        ),
        presence=_one_of(
            "whether the programme was there in the month: begun for certain; may have begun, or "
            "the start is not known; begun, but only planned, since no source tells of activity so "
            "late; not begun; ended; not there; not known, which never means that it was not",
            "yes",
            "maybe",
            "planned",
            "not yet",
            "over",
            "no",
            "unknown",
        ),
    ),
    _table(
        "mart.population_yearly",
        "one row per municipality and year with known residents: the denominator of every rate",
        ("municipality_code", "year"),
        municipality_code=_municipality("DIVIPOLA code"),
        year=_year(),
        population=_count("residents at 30 June, above 0", unit="persons"),
        edition=_text("projection the figure comes from; figures of two editions do not compare"),
        is_population_carried=_flag("figure of the year before, since none is published yet"),
    ),
    _table(
        "mart.class_break",
        "one row per series, window, measure and colour class above zero",
        ("series_id", "time_window", "measure", "class"),
        **{
            "series_id": _series(),
            "time_window": _one_of("length of the period", "year", "rolling", "month"),
            "measure": _one_of("what is coloured", "count", "rate"),
            "class": _column("uint8", "utinyint", "colour class, 1 is the lowest above zero"),
            "lower": _number(
                "lowest value of the class, itself included unless 0", unit="the measure's unit"
            ),
            "upper": _number(
                "end of the class, itself excluded; open where empty",
                unit="the measure's unit",
                nullable=True,
            ),
        },
    ),
    _table(
        "mart.dispersion",
        "one row per series with grouped events",
        ("series_id",),
        series_id=_series(),
        dispersion=_number("variance over mean of a municipality's months in a year", unit="ratio"),
    ),
    _table(
        "mart.rate_yearly",
        "one row per series, municipality or unlocated remainder, and published year; whole "
        "country",
        ("series_id", "municipality_code", "year"),
        series_id=_series(),
        municipality_code=_municipality(),
        year=_year(),
        months_published=_count("months of the year that are published", unit="months"),
        **_rate_columns(),
        **_class_columns(),
    ),
    _table(
        "mart.rate_rolling",
        "one row per series, municipality or unlocated remainder of the seven departments, and "
        "month that ends twelve published months",
        ("series_id", "municipality_code", "month"),
        series_id=_series(),
        municipality_code=_municipality(),
        month=_month("first day of the last of the twelve months"),
        **_rate_columns(),
        **_class_columns(),
    ),
    _table(
        "mart.rate_monthly",
        "one row per series, municipality or unlocated remainder of the seven departments, and "
        "published month",
        ("series_id", "municipality_code", "month"),
        series_id=_series(),
        municipality_code=_municipality(),
        month=_month(),
        **_rate_columns(),
        **_class_columns(),
    ),
    _table(
        "mart.rate_department_yearly",
        "one row per series, department and published year: its municipalities and the unlocated",
        ("series_id", "department_code", "year"),
        series_id=_series(),
        department_code=_department(),
        year=_year(),
        months_published=_count("months of the year that are published", unit="months"),
        unlocated_events=_number("part of the events without a municipality", unit="the unit"),
        **_rate_columns(),
    ),
    _table(
        "mart.source_gap",
        "one row per pair of publishers of the same phenomenon, department of the seven or these "
        "together, and year that both publish",
        ("place_code", "series_id", "other_series_id", "year"),
        place_code=_text(
            "DIVIPOLA code of the department, or programme for the seven together",
            pattern=r"^(\d{2}|programme)$",
        ),
        series_id=_series(),
        other_series_id=_text("series of the other publisher", pattern=IDENTIFIER),
        year=_year(),
        events=_number("events of the first publisher", unit="the series' unit"),
        other_events=_number("events of the other publisher", unit="the series' unit"),
        months_published=_count("months the first publisher publishes", unit="months"),
        other_months_published=_count("months the other publisher publishes", unit="months"),
        is_provisional=_flag("some month of either may still grow"),
        gap=_signed(
            "events of the first less those of the other; empty where they publish other months",
            unit="the series' unit",
        ),
        gap_share=_signed("gap over the mean of both; 0 where neither has events", unit="share"),
        direction=_direction("first"),
        other_direction=_direction("other"),
        agreement=_one_of(
            "whether both say the same of the change",
            "same",
            "only one sees a change",
            "opposite",
            "not determined",
        ),
        refusal=_one_of(
            "why nothing is said of the change",
            "no year before",
            "a year is not complete",
            "two editions of the population",
            "the definition changed",
            nullable=True,
        ),
    ),
    _table(
        "mart.peer_covariate",
        "one row per municipality of the country: what its peers are picked by, from before the "
        "programme",
        ("municipality_code",),
        municipality_code=_municipality("DIVIPOLA code"),
        is_in_group=_flag("in one of the seven departments: peers are picked for it"),
        rate_before_per_100k=_number(
            "crude homicide rate of 2017 to 2019", unit="per 100,000 person-years", nullable=True
        ),
        population=_number(
            "residents, the mean over the same years; 2017 is of another edition than 2018 and "
            "2019",
            unit="persons",
            nullable=True,
        ),
        density_per_km2=_number("residents over area", unit="persons per km²", nullable=True),
    ),
    _table(
        "mart.peer",
        "one row per municipality of the seven departments and peer outside these departments",
        ("municipality_code", "position"),
        municipality_code=_municipality("DIVIPOLA code"),
        position=_count("1 for the nearest"),
        peer_code=_municipality("DIVIPOLA code of the peer"),
        distance=_number("Mahalanobis distance of the covariates", unit="standard deviations"),
    ),
    _table(
        "mart.peer_balance",
        "one row per group and covariate: how alike a group is to all eligible places and to its "
        "peers",
        ("compared_group", "covariate"),
        compared_group=_one_of(
            "all municipalities of the seven departments, or those of documented coverage",
            "departments",
            "documented",
        ),
        covariate=_text("column of mart.peer_covariate", pattern=IDENTIFIER),
        places=_count("municipalities of the group with peers", unit="municipalities"),
        peers=_count("municipalities that are the peer of any of them", unit="municipalities"),
        difference_before=_signed(
            "standardised mean difference from all eligible places", unit="standard deviations"
        ),
        difference_after=_signed(
            "the same from the peers, each as often as it was picked", unit="standard deviations"
        ),
        is_balanced=_flag("the latter is known and at most 0.25 either way"),
    ),
    _table(
        "mart.peer_rule",
        "one row: the rule that peers are picked by; none where there are no peers",
        ("series_id",),
        series_id=_series(),
        first_year=_year(),
        last_year=_year(),
        peers=_count("peers of each municipality", unit="municipalities"),
        rule_es=_text("the rule in words, in Spanish"),
        rule_en=_text("the rule in words, in English"),
    ),
    _table(
        "mart.window_month",
        "one row per window and month in it; windows within the months that some series publishes",
        ("time_window", "period", "month"),
        time_window=_time_window(),
        period=_month("first day of the window's last month, which names it"),
        month=_month("a month of the window"),
    ),
    _table(
        "mart.rate_window",
        "one row per series with a rate, municipality of the country and whole window; what the "
        "statistics are computed from",
        ("series_id", "municipality_code", "time_window", "period"),
        series_id=_series(),
        municipality_code=_municipality("DIVIPOLA code"),
        time_window=_time_window(),
        period=_month("first day of the window's last month"),
        **_rate_columns(),
        dispersion=_number(
            "variance over mean that the count is judged by: 1 for independent events, the "
            "series' ratio or that of the place's own groups for grouped victims",
            unit="ratio",
            nullable=True,
        ),
    ),
    _table(
        "mart.rate_department_window",
        "one row per series with a rate, department of the seven and whole window: its "
        "municipalities and the unlocated; what the statistics of departments are computed from",
        ("series_id", "department_code", "time_window", "period"),
        series_id=_series(),
        department_code=_department(),
        time_window=_time_window(),
        period=_month("first day of the window's last month"),
        events=_number("what was recorded in the period", unit="the series' unit"),
        unlocated_events=_number("part of the events without a municipality", unit="the unit"),
        person_years=_number(
            "residents times the published days of the period", unit="person-years", nullable=True
        ),
        is_provisional=_flag("some month of the period may still grow"),
        crosses_edition=_flag("the period mixes two editions of the population figures"),
        dispersion=_number(
            "variance over mean that the count is judged by: that of the municipalities, weighted "
            "by their events",
            unit="ratio",
            nullable=True,
        ),
    ),
    _table(
        "mart.rate_smoothed",
        "one row per series, municipality of the seven departments and whole window that has a "
        "rate and one edition of the population",
        ("series_id", "municipality_code", "time_window", "period"),
        series_id=_series(),
        municipality_code=_municipality("DIVIPOLA code"),
        time_window=_time_window(),
        period=_month("first day of the window's last month"),
        **_smoothed_columns("", "of the country"),
        **_smoothed_columns("department_", "of its department"),
        relative_standard_error=_number(
            "standard error of the crude rate over the rate; unknown without events",
            unit="share",
            nullable=True,
        ),
        reliability=_one_of(
            "class of the crude rate by its relative standard error: up to 23 %, up to 40 %, above",
            "reliable",
            "with care",
            "unstable",
            nullable=True,
        ),
        years_to_reliable=_number(
            "years to pool, at the pace of the window, until the crude rate is reliable",
            unit="years",
            nullable=True,
        ),
    ),
    _table(
        "mart.change",
        "one row per series, municipality of the seven departments, window and later of two "
        "periods side by side: the newest two without a provisional month, and where no place can "
        "compare these, the newest two that can be",
        ("series_id", "municipality_code", "time_window", "period"),
        series_id=_series(),
        municipality_code=_municipality("DIVIPOLA code"),
        time_window=_time_window(),
        **_change_columns(),
    ),
    _table(
        "mart.change_department",
        "one row per series, department of the seven, window and later of two periods side by "
        "side, chosen as in mart.change; departments are tested among themselves",
        ("series_id", "department_code", "time_window", "period"),
        series_id=_series(),
        department_code=_department(),
        time_window=_time_window(),
        **_change_columns(),
    ),
    _table(
        "mart.comparison_cut",
        "one row per series and date across which its figures are not set side by side",
        ("series_id", "start_month", "kind"),
        series_id=_series(),
        start_month=_month("first month that no longer means what was before"),
        end_month=_month("month from which on all means one thing again; the same for a step"),
        kind=_one_of(
            "another edition of the population figures, or another definition",
            "edition",
            "definition",
        ),
    ),
    _table(
        "mart.disagreement",
        "one row per named change or trend, and publisher of the same events whose rate of the "
        "same place moved the other way over the same months: such a claim is not told",
        ("series_id", "place_code", "claim", "time_window", "period", "other_series_id"),
        series_id=_series(),
        place_code=_text("municipality, or department of two digits", pattern=r"^\d{2}(\d{3})?$"),
        claim=_one_of("what is claimed", "change", "trend"),
        time_window=_time_window(),
        period=_month("first day of the last month that it is told of"),
        other_series_id=_series(),
    ),
    _table(
        "mart.rank",
        "one row per series, municipality of the seven departments, and newest year and three "
        "years that have no provisional month and one edition of the population",
        ("series_id", "municipality_code", "time_window"),
        series_id=_series(),
        municipality_code=_municipality("DIVIPOLA code"),
        time_window=_one_of("calendar year or three calendar years", "year", "pooled"),
        period=_month("first day of the window's last month"),
        rank_mean=_number("mean rank over posterior draws; 1 is the highest rate", unit="rank"),
        rank_median=_number("median rank", unit="rank"),
        rank_lower=_number("lower 95 % limit of the rank", unit="rank"),
        rank_upper=_number("upper 95 % limit of the rank", unit="rank"),
        ranked=_count("municipalities that were ranked", unit="municipalities"),
        alike=_count("others that it cannot be told apart from", unit="municipalities"),
        rate_lower_per_100k=_number(
            "lower 95 % credible limit of the rate", unit="per 100,000 person-years"
        ),
        position=_count("place in a list that starts with the highest lower limit"),
        seed=_count("seed of the random numbers"),
    ),
    _table(
        "mart.group_member",
        "one row per group that is told of together, and municipality in it",
        ("group_id", "municipality_code"),
        group_id=_group(),
        municipality_code=_municipality("DIVIPOLA code"),
    ),
    _table(
        "mart.group_rate",
        "one row per series that may stand beside coverage, group and year that any member "
        "publishes whole: of the calendar, or from October to September",
        ("series_id", "group_id", "time_window", "period"),
        series_id=_series(),
        group_id=_group(),
        time_window=_one_of("calendar year, or October to September", "year", "fiscal"),
        period=_month("first day of the year's last month"),
        event_year=_column(
            "Int64",
            "bigint",
            "years from October to September since the programme began: 0 begins in October 2020; "
            "no more exact for any place than may_have_begun",
            unit="years",
            nullable=True,
        ),
        may_have_begun=_flag(
            "the year holds a month, October 2020 to December 2021, in which places of the first "
            "wave may have begun"
        ),
        members=_count("municipalities of the group", unit="municipalities"),
        members_published=_count("of these, with the whole year", unit="municipalities"),
        members_with_residents=_count(
            "of these, with known residents; without all members there is no rate",
            unit="municipalities",
        ),
        **_rate_columns(),
        compares_with_before=_flag(
            "the year before is published, of the same definition and edition of the population"
        ),
    ),
    _table(
        "mart.group_leave_one_out",
        "one row per series, group of documented municipalities, calendar year with a rate and "
        "member that is left out: the rate of the others",
        ("series_id", "group_id", "time_window", "period", "municipality_code"),
        series_id=_series(),
        group_id=_followed(),
        time_window=_one_of("calendar year", "year"),
        period=_month("first day of the year's last month"),
        municipality_code=_municipality("DIVIPOLA code of the member that is left out"),
        events=_number("events of the others", unit="the series' unit"),
        rate_per_100k=_number("rate of the others", unit="per 100,000 person-years", nullable=True),
        rate_lower_per_100k=_number(
            "lower 95 % limit of that rate", unit="per 100,000 person-years", nullable=True
        ),
        rate_upper_per_100k=_number(
            "upper 95 % limit of that rate", unit="per 100,000 person-years", nullable=True
        ),
        group_rate_per_100k=_number("rate of all members", unit="per 100,000 person-years"),
        shift_per_100k=_signed("the former less the latter", unit="per 100,000 person-years"),
        is_largest=_flag("no other member shifts the rate as much"),
    ),
    _table(
        "mart.placebo_fan",
        "one row per series that may stand beside coverage, group of documented municipalities, "
        "measure and years that are followed: placebo groups chosen in the same way in windows "
        "before the programme, and the group among them; one with no years where there are none",
        ("series_id", "group_id", "measure", "years_after"),
        series_id=_series(),
        group_id=_followed(),
        time_window=_one_of(
            "years from October to September, or of the calendar where no months are published",
            "fiscal",
            "year",
        ),
        measure=_one_of(
            "events after over events before, or that divided by the same of all other "
            "municipalities of the country",
            "ratio",
            "relative",
        ),
        years_after=_count("years after the choice, pooled", unit="years"),
        last_month=_date("last month that is followed in the group", nullable=True),
        members=_count("municipalities of the group", unit="municipalities"),
        windows=_count("windows that placebo groups are chosen in", unit="windows"),
        first_window=_date("first month after the first of them", nullable=True),
        last_window=_date("first month after the last of them", nullable=True),
        draws=_count("placebo groups with an outcome", unit="groups"),
        lower_95=_number(
            "2.5 % of the placebo groups fell more than this", unit="ratio", nullable=True
        ),
        lower_80=_number("10 % did", unit="ratio", nullable=True),
        lower_50=_number("25 % did", unit="ratio", nullable=True),
        median=_number("half of them did", unit="ratio", nullable=True),
        upper_50=_number("75 % did", unit="ratio", nullable=True),
        upper_80=_number("90 % did", unit="ratio", nullable=True),
        upper_95=_number("97.5 % did", unit="ratio", nullable=True),
        level=_number(
            "rate before of the group over that of all other municipalities of the country",
            unit="ratio",
            nullable=True,
        ),
        placebo_level=_number("the same of the median placebo group", unit="ratio", nullable=True),
        own=_number("outcome of the group itself", unit="ratio", nullable=True),
        below=_number(
            "placebo groups that fell more, or rose less; ties count half",
            unit="groups",
            nullable=True,
        ),
        heaviest_code=_text(
            "member whose leaving out moves the outcome most",
            pattern=MUNICIPALITY_CODE,
            nullable=True,
        ),
        own_without=_number("outcome without that member", unit="ratio", nullable=True),
        below_without=_number(
            "placebo groups that fell more than that", unit="groups", nullable=True
        ),
        crosses_definition=_flag("the definition changed within the group's own years"),
        seed=_count("seed of the random numbers"),
        refusal=_one_of(
            "why the group's own outcome is not told",
            "a member publishes nothing",
            "too few events",
            "no window in the past",
            "the definition changed",
            "no groups as violent",
            nullable=True,
        ),
    ),
    _table(
        "mart.next_of_highest",
        "one row per series that may stand beside coverage, and scope: how the municipalities "
        "with the highest rates of two years moved in the next two, window by window",
        ("series_id", "scope"),
        series_id=_series(),
        scope=_one_of("the country or the seven departments", "country", "departments"),
        places=_count("municipalities with the highest rates", unit="municipalities"),
        years=_count("years of choice, and years after", unit="years"),
        windows=_count("windows that no edition or definition spoils", unit="windows"),
        windows_falling=_count("of these, in which the pooled rate fell", unit="windows"),
        first_window=_date("first month after the first of them"),
        last_window=_date("first month after the last of them"),
        percent_mean=_signed("mean change of the pooled rate, residents held", unit="percent"),
        percent_least=_signed("lowest change of any window", unit="percent"),
        percent_most=_signed("highest change of any window", unit="percent"),
        rest_percent_mean=_signed("mean change of all others together", unit="percent"),
    ),
    _table(
        "mart.computation",
        "one row per mart of statistics by series, and series it was computed for",
        ("mart", "series_id"),
        mart=_text("mart of statistics"),
        series_id=_series(),
        digest=_text("SHA-256 of the figures, constants and code behind its rows", pattern=SHA256),
        checksum=_text("of its rows as they were stored, for one version of the database"),
    ),
    _table(
        "mart.neighbour",
        "one row per pair of municipalities of the country that share a border or a corner, in "
        "both directions",
        ("municipality_code", "neighbour_code"),
        municipality_code=_municipality("DIVIPOLA code"),
        neighbour_code=_municipality("DIVIPOLA code of its neighbour"),
    ),
    _table(
        "mart.moran",
        "one row per series with a rate and map: calendar years, three calendar years, and the "
        "newest twelve months without a provisional one",
        ("series_id", "time_window", "period"),
        series_id=_series(),
        time_window=_time_window(),
        period=_month("first day of the window's last month"),
        moran_i=_signed("Moran's I of the standardised rates of the country"),
        expected_i=_signed("its value without clustering"),
        p=_probability("two-sided p-value of permuted maps"),
        places=_count("municipalities with a rate", unit="municipalities"),
        places_named=_count("of these, named by their own statistic", unit="municipalities"),
        is_sparse=_flag("the median place expects less than one event: none can be named low"),
        permutations=_count("random permutations, at least"),
        seed=_count("seed of the random numbers"),
        is_provisional=_flag("some month of the window may still grow"),
    ),
    _table(
        "mart.cluster",
        "one row per map of mart.moran and municipality: all of the seven departments, and those "
        "of the rest of the country that are named",
        ("series_id", "time_window", "period", "municipality_code"),
        series_id=_series(),
        time_window=_time_window(),
        period=_month("first day of the window's last month"),
        municipality_code=_municipality("DIVIPOLA code"),
        local_moran=_signed("local Moran's I: positive beside likes"),
        gi_star=_signed("Gi*: positive where place and neighbours are high"),
        p=_probability("two-sided p-value of conditional permutation, of both"),
        adjusted_p=_probability("p held to a false discovery rate over the map"),
        cluster=_one_of(
            "what the place and its neighbours are together",
            "high-high",
            "low-low",
            "high-low",
            "low-high",
            "not significant",
            "no neighbours",
            "undefined",
        ),
        spot=_column(
            "int64",
            "tinyint",
            "1 for a hot spot, -1 for a cold spot, 0 for neither",
            pa.Check.in_range(-1, 1),
        ),
    ),
    _table(
        "mart.trend",
        "one row per series and municipality of the seven departments with five years or more of "
        "one definition and one edition of the population: the newest such years",
        ("series_id", "municipality_code"),
        series_id=_series(),
        municipality_code=_municipality("DIVIPOLA code"),
        **_trend_columns(),
    ),
    _table(
        "mart.trend_department",
        "one row per series and department of the seven with five years or more of one definition "
        "and one edition of the population: the newest such years",
        ("series_id", "department_code"),
        series_id=_series(),
        department_code=_department(),
        **_trend_columns(),
    ),
    _table(
        "mart.anomaly",
        "one row per series, municipality of the seven departments and month of the newest three "
        "that is published",
        ("series_id", "municipality_code", "month"),
        series_id=_series(),
        municipality_code=_municipality("DIVIPOLA code"),
        month=_month(),
        events=_number("what was recorded in the month", unit="the series' unit"),
        expected=_number(
            "what the place's own five years lead to expect; unknown across a change of definition",
            unit="the series' unit",
            nullable=True,
        ),
        expected_lower=_number(
            "lower 95 % limit of the prediction", unit="the series' unit", nullable=True
        ),
        expected_upper=_number(
            "upper 95 % limit of the prediction", unit="the series' unit", nullable=True
        ),
        p=_probability("one-sided, of the tail in which the month lies"),
        adjusted_p=_probability("the same, held to a false discovery rate over the month"),
        anomaly=_one_of(
            "what the month is beside its expectation",
            "unusually high",
            "incomplete or low",
            "usual",
            "not determined",
        ),
        is_provisional=_flag("the month may still grow"),
    ),
    _table(
        "mart.emerging_hot_spot",
        "one row per series with a whole year of its present definition and municipality of the "
        "seven departments",
        ("series_id", "municipality_code"),
        series_id=_series(),
        municipality_code=_municipality("DIVIPOLA code"),
        first_year=_year(),
        last_year=_year(),
        years_known=_count("years with a Gi*", unit="years"),
        hot_years=_count("years as a hot spot", unit="years"),
        cold_years=_count("years as a cold spot", unit="years"),
        pattern=_one_of(
            "what hot and cold spots and the trend of Gi* over these years add up to",
            "new hot spot",
            "consecutive hot spot",
            "intensifying hot spot",
            "persistent hot spot",
            "diminishing hot spot",
            "sporadic hot spot",
            "oscillating hot spot",
            "historical hot spot",
            "new cold spot",
            "consecutive cold spot",
            "intensifying cold spot",
            "persistent cold spot",
            "diminishing cold spot",
            "sporadic cold spot",
            "oscillating cold spot",
            "historical cold spot",
            "no pattern",
            "not determined",
        ),
    ),
    _table(
        "mart.evaluation",
        "one row per outcome, evaluated group and estimator; a refused one has its reason and no "
        "figure; groups only, never a municipality",
        ("series_id", "evaluated", "estimator"),
        series_id=_series(),
        evaluated=_one_of(
            "the ten places of the first wave, all documented ones, or the 35 of which 21 are "
            "unknown",
            "first_wave",
            "documented",
            "all_covered",
        ),
        estimator=_one_of(
            "what was computed",
            "recommended",
            "randomisation",
            "randomisation_together",
            "score_bootstrap",
            "poisson_fixed_effects",
            "linear_wild_bootstrap",
            "start_dates",
            "leave_one_out",
            "trends_relative_0",
            "trends_relative_0.5",
            "trends_relative_1",
            "trends_straight",
            "coverage_sampled",
            "coverage_likelier",
            "coverage_extreme",
            "detectable",
            "staggered",
            "staggered_not_yet_treated",
            "staggered_interaction_weighted",
            "staggered_component_1",
            "staggered_component_2",
        ),
        limits=_one_of(
            "what the limits hold: 95 % of chance, the estimates of other choices, or both",
            "chance",
            "choices",
            "chance and choices",
            nullable=True,
        ),
        position=_count("place in a list, best evidence first"),
        places=_count("evaluated places", unit="municipalities"),
        compared=_count("places beside them", unit="municipalities"),
        before_first=_month("first month before"),
        before_last=_month("last month before"),
        after_first=_month("first month after"),
        after_last=_month("last month after"),
        ratio=_number(
            "change of the evaluated places over that of the places beside them: 1 is no "
            "difference",
            unit="ratio of rate ratios",
            nullable=True,
        ),
        ratio_lower=_number("lower limit", unit="ratio of rate ratios", nullable=True),
        ratio_upper=_number("upper limit", unit="ratio of rate ratios", nullable=True),
        difference=_signed(
            "staggered starts only: mean change of yearly rates against the places beside them, "
            "over places and years from the start on",
            unit="per 100,000 person-years",
        ),
        difference_lower=_signed("lower limit", unit="per 100,000 person-years"),
        difference_upper=_signed("upper limit", unit="per 100,000 person-years"),
        p=_probability("two-sided, of no difference"),
        detectable_fall=_number(
            "smallest fall that four of five such evaluations would show",
            unit="share",
            most=1,
            nullable=True,
        ),
        refusal=_one_of(
            "why it is refused",
            "months not published",
            "two editions of the population",
            "too few places",
            "too few places with events",
            "too few periods",
            "starts not dated",
            "component unknown",
            nullable=True,
        ),
        missing=_count("how many months, places or dates the refusal is about", nullable=True),
        draws=_count("random draws behind it", nullable=True),
        seed=_count("seed of the random numbers"),
        versions=_text("libraries and their versions"),
    ),
    _table(
        "mart.evaluation_verdict",
        "one row per outcome of the evaluation that has an estimate",
        ("series_id",),
        series_id=_series(),
        adjusted_p=_probability("p of the recommended test, adjusted over the outcomes (Holm)"),
        adjusted_randomisation_p=_probability(
            "the larger p of the two randomisation tests, adjusted likewise"
        ),
        verdict=_one_of(
            "what may be said, graded",
            "cannot tell",
            "no difference seen",
            "tests disagree",
            "leans",
            "stands",
        ),
    ),
)

TABLES: Mapping[str, Table] = {table.name: table for table in _TABLES}


def column_facts(table: Table) -> dict[str, dict[str, Any]]:
    """Meaning, SQL type, unit and sensitivity of each column, in order."""
    return {
        name: {"meaning": column.description, "nullable": column.nullable, **column.metadata}
        for name, column in table.schema.columns.items()
    }
