"""Readings to core tables: which release is shown, which months count, what may still grow."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline import core
from pipeline.catalog.series import (
    Break,
    BreakKind,
    Feed,
    Grain,
    Role,
    Series,
)
from pipeline.catalog.text import Text
from pipeline.errors import SourceError
from pipeline.ingest.events import Drop, Reading
from pipeline.ingest.raw import RawFile

NAME = Text("Prueba", "Test")
PLACE = ("05901", "2025-01")


def series(name: str, *feeds: Feed, **facts: Any) -> Series:
    return Series(name, NAME, NAME, feeds, **({"provisional_months": 0} | facts))


WORKBOOK = Feed("mindefensa_workbooks", "DATOS")
YEARLY = Feed("mindefensa_years", "datos", grain=Grain.MUNICIPALITY_YEAR)
HECTARES = Feed("coca", "coca", grain=Grain.MUNICIPALITY_YEAR)


def reading(
    feed: Feed,
    series_id: str,
    *cells: tuple[str, str, float],
    months: str = "",
    cut: str = "2025-12-31",
    **facts: Any,
) -> Reading:
    """One file of a feed: place, month and events of each cell; months as ``first last``."""
    frame = pd.DataFrame(cells, columns=["place_code", "month", "events"])
    frame["month"] = pd.to_datetime(frame["month"]).astype("datetime64[s]")
    frame.insert(0, "series_id", series_id)
    frame["role"], frame["grain"] = feed.role.name.lower(), feed.grain.name.lower()
    first, last = months.split() if months else ("2025-01", "2025-12")
    retrieved = facts.pop("retrieved", "2026-11-22")
    file = RawFile(
        path=f"{feed.source}/{feed.dataset}/{cut}.{retrieved}",
        source_id=feed.source,
        dataset=feed.dataset,
        sha256="0" * 64,
        bytes=1,
        retrieved_date=retrieved,
        part=facts.pop("part", "all"),
        cut_date=cut,
        cut_basis="path",
    )
    total = float(frame["events"].sum())
    span = np.arange(first, np.datetime64(last) + 1, dtype="datetime64[M]")
    counts = {"rows_read": len(frame), "events_read": total}
    return Reading(file, frame, span, **(counts | facts))


def status(frame: pd.DataFrame) -> dict[str, str]:
    """Status by month of one series everywhere."""
    months = frame["month"].dt.strftime("%Y-%m")
    return dict(zip(months, frame["status"], strict=True))


class TestReleases:
    def test_the_newest_cut_is_shown_whatever_the_order(self) -> None:
        old, new = (
            reading(WORKBOOK, "one", ("05901", "2025-01", 1), cut=cut)
            for cut in ("2025-06-30", "2025-12-31")
        )
        for given in ([old, new], [new, old]):
            found = core.releases(given)
            assert found.current == (new,)
            assert found.history == (old,)
            assert found.all == (new, old)

    def test_of_one_cut_the_file_fetched_later_is_shown(self) -> None:
        first = reading(WORKBOOK, "one", ("05901", "2025-01", 1), retrieved="2026-01-01")
        mended = reading(WORKBOOK, "one", ("05901", "2025-01", 2), retrieved="2026-02-01")
        assert core.releases([mended, first]).current == (mended,)

    def test_parts_stand_side_by_side_and_spellings_of_a_dataset_are_one(self) -> None:
        parts = [
            reading(
                WORKBOOK,
                "one",
                ("05901", f"{part}-01", 1),
                months=f"{part}-01 {part}-12",
                part=part,
            )
            for part in ("2024", "2025")
        ]
        accented = Feed("mindefensa_workbooks", "Dátos")
        newer = reading(accented, "one", ("05901", "2025-01", 1), part="2025", cut="2026-01-31")
        found = core.releases([*parts, newer])
        assert found.current == (parts[0], newer)
        assert found.history == (parts[1],)

    def test_a_newer_file_takes_the_place_of_the_snapshot_parts_it_holds(self) -> None:
        carried = reading(WORKBOOK, "one", months="2023-01 2023-12", part="2023")
        carried = replace(carried, file=replace(carried.file, path="snapshot/2023.xls"))
        merged = reading(
            WORKBOOK, "one", months="2020-01 2024-12", part="2020-2024", cut="2026-01-31"
        )
        found = core.releases([carried, merged])
        assert (found.current, found.history) == ((merged,), (carried,))

    def test_a_whole_dataset_from_its_publisher_takes_the_place_of_parts_that_did_not_come_so(
        self,
    ) -> None:
        part = reading(WORKBOOK, "one", months="2023-01 2023-12", part="2023", cut="2023-12-31")
        whole = reading(WORKBOOK, "one", months="2020-01 2023-12", cut="2023-09-30")
        with pytest.raises(SourceError, match="both hold 2023-01"):
            core.releases([part, whole])
        live = replace(whole, file=replace(whole.file, retrieved_at="2026-11-22T12:00:00+00:00"))
        found = core.releases([part, live])
        assert (found.current, found.history) == ((live,), (part,))
        beyond = replace(part, months=part.months + np.timedelta64(1, "M"))  # January 2024 too
        with pytest.raises(SourceError, match="both hold 2023-02"):
            core.releases([beyond, live])

    def test_two_parts_that_hold_one_month_are_refused(self) -> None:
        years = [
            reading(WORKBOOK, "one", months=months, part=part)
            for part, months in (("2003-2010", "2003-01 2010-12"), ("2005", "2005-01 2005-12"))
        ]
        with pytest.raises(SourceError, match="both hold 2005-01: 12 months"):
            core.releases(years)


class TestShown:
    """Two datasets state the same figures of a series: one is shown, never their sum."""

    ROWS = Feed("mindefensa_exports", "filas")
    BOTH = series("one", WORKBOOK, ROWS)

    def shown(
        self, one: Series, *readings: Reading
    ) -> tuple[dict[str, str], dict[tuple[str, str], int]]:
        """Role of each feed's dataset, and the monthly figures."""
        (settled,), found = core.as_shown([one], core.releases(readings))
        roles = {feed.dataset: feed.role.name.lower() for feed in settled.feeds}
        monthly = core.crime_monthly(found.current, frozenset())
        places = zip(monthly["municipality_code"], monthly["month"].dt.strftime("%Y-%m"),
                     strict=True)  # fmt: skip
        return roles, dict(zip(places, monthly["events"], strict=True))

    def test_the_dataset_that_publishes_most_months(self) -> None:
        short = reading(WORKBOOK, "one", (*PLACE, 5), cut="2026-01-31")
        long = reading(self.ROWS, "one", (*PLACE, 3), months="2024-01 2025-12")
        for given in ((short, long), (long, short)):
            roles, figures = self.shown(self.BOTH, *given)
            assert roles == {"DATOS": "revision", "filas": "current"}
            assert figures == {PLACE: 3}

    @pytest.mark.parametrize(
        ("workbook_cut", "rows_cut", "expected"),
        [
            ("2025-12-31", "2026-01-31", 3),
            ("2026-01-31", "2025-12-31", 5),
            ("2025-12-31", "2025-12-31", 5),
        ],
    )
    def test_of_the_same_months_the_newest_cut_then_the_first_declared(
        self, workbook_cut: str, rows_cut: str, expected: int
    ) -> None:
        book = reading(WORKBOOK, "one", (*PLACE, 5), cut=workbook_cut)
        rows = reading(self.ROWS, "one", (*PLACE, 3), cut=rows_cut)
        assert self.shown(self.BOTH, rows, book)[1] == {PLACE: expected}

    def test_parts_of_one_dataset_are_weighed_together(self) -> None:
        years = [
            reading(
                WORKBOOK, "one", ("05901", f"{year}-01", 1), part=year,
                months=f"{year}-01 {year}-12",
            )
            for year in ("2023", "2024")
        ]  # fmt: skip
        rows = reading(self.ROWS, "one", (*PLACE, 3), months="2024-01 2025-06")
        roles, figures = self.shown(self.BOTH, *years, rows)
        assert roles == {"DATOS": "current", "filas": "revision"}
        assert figures == {("05901", "2023-01"): 1, ("05901", "2024-01"): 1}

    def test_a_dataset_that_is_not_here_stands_aside(self) -> None:
        book = reading(WORKBOOK, "one", (*PLACE, 5))
        assert self.shown(self.BOTH, book) == (
            {"DATOS": "current", "filas": "revision"},
            {PLACE: 5},
        )

    def test_months_are_shown_before_years_however_many(self) -> None:
        one = series("one", YEARLY, WORKBOOK)
        years = reading(YEARLY, "one", ("05901", "2003-01", 9), months="2003-01 2025-12")
        months = reading(WORKBOOK, "one", (*PLACE, 5))
        roles, figures = self.shown(one, years, months)
        assert roles == {"datos": "revision", "DATOS": "current"}
        assert figures == {PLACE: 5}
        (settled,), found = core.as_shown([one], core.releases([years]))
        assert settled.grain is Grain.MUNICIPALITY_YEAR
        assert core.crime_yearly(found.current, frozenset())["events"].tolist() == [9]

    def test_datasets_of_different_years_stand_side_by_side(self) -> None:
        final = Feed("forensic_deaths", "final", last_year=2024)
        preliminary = Feed("forensic_deaths", "preliminar", first_year=2025)
        one = series("one", final, preliminary)
        closed = reading(final, "one", ("05901", "2024-12", 4), months="2023-01 2024-12")
        open_one = reading(preliminary, "one", (*PLACE, 2), months="2025-01 2025-03", is_open=True)
        roles, figures = self.shown(one, closed, open_one)
        assert set(roles.values()) == {"current"}
        assert figures == {("05901", "2024-12"): 4, PLACE: 2}
        found = status(core.availability([one], [closed, open_one]))
        assert [month for month, is_what in found.items() if is_what == "provisional"] == [
            "2025-01", "2025-02", "2025-03",
        ]  # fmt: skip

    def test_the_release_that_is_not_shown_is_kept(self) -> None:
        book = reading(WORKBOOK, "one", (*PLACE, 5), cut="2026-01-31")
        rows = reading(self.ROWS, "one", (*PLACE, 3))
        _, found = core.as_shown([self.BOTH], core.releases([book, rows]))
        assert sorted(core.revision(found)["events"]) == [3, 5]
        roles = {r.file.dataset: set(r.cells["role"]) for r in found.current}
        assert roles == {"DATOS": {"current"}, "filas": {"revision"}}

    def test_another_series_of_the_same_dataset_is_left_alone(self) -> None:
        book = reading(WORKBOOK, "one", (*PLACE, 5), cut="2026-01-31")
        rows = reading(self.ROWS, "one", (*PLACE, 3))
        other = reading(self.ROWS, "two", (*PLACE, 8))
        both = replace(rows, cells=pd.concat([rows.cells, other.cells], ignore_index=True))
        declared = [self.BOTH, series("two", self.ROWS)]
        _, found = core.as_shown(declared, core.releases([book, both]))
        monthly = core.crime_monthly(found.current, frozenset())
        assert dict(zip(monthly["series_id"], monthly["events"], strict=True)) == {
            "one": 5,
            "two": 8,
        }


class TestCounts:
    ALL = (
        reading(
            WORKBOOK, "monthly", ("05901", "2025-01", 2), ("05000", "2025-02", 1),
            ("05902", "2025-03", 0),
        ),
        reading(YEARLY, "yearly", ("05901", "2024-01", 3), ("05902", "2025-01", 4)),
        reading(HECTARES, "hectares", ("05901", "2016-01", 12.5), ("05902", "2016-01", 0)),
        reading(
            Feed("ruv_departments", "d", grain=Grain.DEPARTMENT_YEAR), "displaced",
            ("05", "2020-01", 40), ("98", "2020-01", 0),
        ),
        reading(
            Feed("mindefensa_totals", "t", grain=Grain.NATION_YEAR, role=Role.CONTROL), "yearly",
            ("", "2024-01", 3),
        ),
    )  # fmt: skip
    CONTEXT = frozenset({"hectares"})

    def rows(self, frame: pd.DataFrame) -> list[tuple[Any, ...]]:
        return list(frame.itertuples(index=False, name=None))

    def test_each_grain_has_its_table(self) -> None:
        assert self.rows(core.crime_monthly(self.ALL, self.CONTEXT)) == [
            ("monthly", "05901", pd.Timestamp("2025-01-01"), 2),
            ("monthly", "05000", pd.Timestamp("2025-02-01"), 1),
        ]
        assert self.rows(core.crime_yearly(self.ALL, self.CONTEXT)) == [
            ("yearly", "05901", 2024, 3),
            ("yearly", "05902", 2025, 4),
        ]

    def test_measured_zeros_stay_where_zeros_are_measured(self) -> None:
        assert self.rows(core.context_yearly(self.ALL, self.CONTEXT)) == [
            ("hectares", "05901", 2016, 12.5),
            ("hectares", "05902", 2016, 0.0),
        ]
        assert self.rows(core.crime_department_yearly(self.ALL)) == [
            ("displaced", "05", 2020, 40),
            ("displaced", "98", 2020, 0),
        ]

    def test_totals_that_publishers_state_are_kept_apart(self) -> None:
        (row,) = core.published_total(self.ALL).to_dict("records")
        assert (row["series_id"], row["period"], row["events"]) == ("yearly", "year", 3)

    def test_nothing_published_is_an_empty_table(self) -> None:
        for frame in (
            core.crime_monthly((), frozenset()),
            core.crime_yearly((), frozenset()),
            core.context_yearly((), frozenset()),
            core.published_total(()),
            core.point_disagreement(()),
        ):
            assert frame.empty


class TestAvailability:
    def statuses(self, one: Series, *readings: Reading) -> dict[str, str]:
        return status(core.availability([one], readings))

    def test_a_published_month_without_an_event_is_there(self) -> None:
        file = reading(WORKBOOK, "one", ("05901", "2025-01", 1), months="2025-01 2025-03")
        assert self.statuses(series("one", WORKBOOK), file) == {
            "2025-01": "complete",
            "2025-02": "complete",
            "2025-03": "complete",
        }

    def test_a_series_that_shares_its_file_spans_its_own_events_only(self) -> None:
        """Before its first event the file did not hold it; after its last one, nobody can tell."""
        shared = replace(WORKBOOK, where=("CONDUCTA", ("UNA",)))
        file = reading(
            shared,
            "one",
            ("05901", "2025-02", 1),
            ("05901", "2025-04", 1),
            months="2025-01 2025-05",
        )
        assert self.statuses(series("one", shared), file) == {
            "2025-02": "complete",
            "2025-03": "complete",
            "2025-04": "complete",
            "2025-05": "provisional",
        }

    def test_an_unpublished_month_is_absent(self) -> None:
        files = [
            reading(WORKBOOK, "one", (*PLACE, 1), part=year, months=f"{year}-01 {year}-02")
            for year in ("2023", "2025")
        ]
        assert list(self.statuses(series("one", WORKBOOK), *files)) == [
            "2023-01", "2023-02", "2025-01", "2025-02",
        ]  # fmt: skip

    def test_the_newest_months_that_the_declaration_calls_open(self) -> None:
        file = reading(WORKBOOK, "one", ("05901", "2025-01", 1), months="2025-01 2025-04")
        found = self.statuses(series("one", WORKBOOK, provisional_months=2), file)
        assert [month for month, is_what in found.items() if is_what == "provisional"] == [
            "2025-03", "2025-04",
        ]  # fmt: skip

    def test_an_open_file_is_provisional_whole_and_others_are_not(self) -> None:
        closed = reading(
            WORKBOOK, "one", ("05901", "2024-01", 1), part="2024", months="2024-11 2024-12"
        )
        running = reading(
            WORKBOOK, "one", (*PLACE, 1), part="2025", months="2025-01 2025-02", is_open=True
        )
        assert self.statuses(series("one", WORKBOOK), closed, running) == {
            "2024-11": "complete",
            "2024-12": "complete",
            "2025-01": "provisional",
            "2025-02": "provisional",
        }

    def test_the_year_of_the_cut_stays_open_where_it_is_declared(self) -> None:
        file = reading(
            YEARLY, "one", ("05901", "2024-01", 1), months="2024-12 2025-02", cut="2025-02-28"
        )
        found = self.statuses(series("one", YEARLY, is_running_year_provisional=True), file)
        assert found == {"2024-12": "complete", "2025-01": "provisional", "2025-02": "provisional"}

    def test_a_steep_fall_at_the_end_is_provisional(self) -> None:
        months = [f"{year}-{month:02d}" for year in (2023, 2024) for month in range(1, 13)]
        cells = [("05901", month, 100) for month in months] + [("05901", "2025-01", 9)]
        file = reading(WORKBOOK, "one", *cells, months="2023-01 2025-01")
        found = self.statuses(series("one", WORKBOOK), file)
        assert [month for month, is_what in found.items() if is_what == "provisional"] == [
            "2025-01"
        ]

    def test_places_of_an_unbalanced_panel_have_their_own_months(self) -> None:
        own = pd.DataFrame(
            {
                "place_code": ["05901", "05901"],
                "month": pd.to_datetime(["2005-01-01", "2005-02-01"]).astype("datetime64[s]"),
                "is_measured": [True, False],
            }
        )
        file = reading(WORKBOOK, "one", ("05901", "2005-01", 1), own_months=own)
        frame = core.availability([series("one", WORKBOOK)], [file])
        assert frame["municipality_code"].tolist() == ["05901", "05901"]
        assert status(frame) == {"2005-01": "complete", "2005-02": "provisional"}


class TestFiles:
    def test_what_was_read_is_stored_or_dropped(self) -> None:
        drops = (Drop("a reason", 2, 5.0, "05901, 2025-01"), Drop("another", 1, 0.0, "x"))
        file = reading(
            WORKBOOK, "one", ("05901", "2025-01", 7), rows_read=9, events_read=12.0, drops=drops
        )
        row = core.file_row(file, role="current", is_bundled=False)
        counts = {name: row[name] for name in row if name.startswith(("rows", "events"))}
        assert counts == {
            "rows_read": 9,
            "rows_stored": 6,
            "rows_dropped": 3,
            "events_read": 12.0,
            "events_stored": 7.0,
            "events_dropped": 5.0,
        }
        listed = core.source_drop([file])[["reason", "rows", "events"]]
        assert list(listed.itertuples(index=False, name=None)) == [
            ("a reason", 2, 5.0),
            ("another", 1, 0.0),
        ]

    @pytest.mark.parametrize(
        ("feed", "role"),
        [
            (WORKBOOK, "current"),
            (Feed("s", "d", role=Role.REVISION), "revision"),
            (Feed("s", "d", grain=Grain.NATION_YEAR, role=Role.CONTROL), "control"),
        ],
    )
    def test_a_file_has_the_role_of_its_figures_until_it_is_history(
        self, feed: Feed, role: str
    ) -> None:
        file = reading(feed, "one", (*PLACE, 1))
        none = pd.DataFrame(columns=list(core.file_row(file, role="", is_bundled=False)))
        for found, expected in (
            (core.Releases((file,), ()), role),
            (core.Releases((), (file,)), "history"),
        ):
            assert core.source_file(found, none)["role"].tolist() == [expected]


class TestRevisions:
    def values(self, found: core.Releases) -> list[tuple[Any, ...]]:
        frame = core.revision(found)
        dated = frame["cut_date"].dt.strftime("%Y-%m-%d")
        keys = ["series_id", "municipality_code", "period", "events"]
        return sorted(zip(dated, *(frame[key] for key in keys), strict=True))

    def test_a_series_of_one_release_has_no_history(self) -> None:
        file = reading(WORKBOOK, "one", ("05901", "2025-01", 1))
        assert self.values(core.Releases((file,), ())) == []

    def test_every_release_of_a_revised_series_is_kept(self) -> None:
        old = reading(WORKBOOK, "one", ("05901", "2025-01", 14), cut="2025-06-30")
        new = reading(WORKBOOK, "one", ("05901", "2025-01", 17), ("05902", "2025-01", 0))
        other = reading(Feed("mindefensa_workbooks", "OTROS"), "two", ("05901", "2025-01", 1))
        assert self.values(core.Releases((new, other), (old,))) == [
            ("2025-06-30", "one", "05901", "month", 14),
            ("2025-12-31", "one", "05901", "month", 17),
        ]

    def test_yearly_sums_of_a_monthly_series_go_here_only(self) -> None:
        monthly = reading(WORKBOOK, "one", ("05901", "2025-01", 5))
        sums = Feed("mindefensa_years", "datos", grain=Grain.MUNICIPALITY_YEAR, role=Role.REVISION)
        yearly = reading(sums, "one", ("05901", "2025-01", 6), cut="2026-06-30")
        current = (monthly, yearly)
        assert self.values(core.Releases(current, ())) == [
            ("2025-12-31", "one", "05901", "month", 5),
            ("2026-06-30", "one", "05901", "year", 6),
        ]
        assert core.crime_yearly(current, frozenset()).empty


class TestCatalogueFrames:
    DECLARED: Sequence[Series] = (
        series("one", WORKBOOK, expected_results=(1, 3)),
        series(
            "two",
            YEARLY,
            part_of="one",
            breaks=(
                Break(
                    pd.Timestamp("2021-01-01").date(),
                    pd.Timestamp("2022-01-01").date(),
                    BreakKind.DEFINITION,
                    NAME,
                ),
            ),
        ),
    )

    def test_a_series_without_figures_is_not_published_here(self) -> None:
        file = reading(WORKBOOK, "one", ("05901", "2025-01", 1))
        frame = core.series_frame(self.DECLARED, [file]).set_index("series_id")
        assert frame["is_published"].to_dict() == {"one": True, "two": False}
        assert frame.loc["one", "expected_results"] == "1,3"
        assert frame.loc["two", "part_of"] == "one"
        assert frame.loc["two", "grain"] == "municipality and year"

    def test_breaks_are_rows(self) -> None:
        (row,) = core.break_frame(self.DECLARED).to_dict("records")
        assert (row["series_id"], row["kind"]) == ("two", "definition")
        assert (row["start_month"], row["end_month"]) == (
            pd.Timestamp("2021-01-01"),
            pd.Timestamp("2022-01-01"),
        )

    def test_context_is_what_is_measured(self) -> None:
        declared = (*self.DECLARED, series("hectares", HECTARES))
        assert core.context_series(declared) == {"hectares"}
