"""The selection and its URL."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.address import from_query, to_query
from dashboard.state import COMPONENTS, MAP_MEASURES, Bend, Offered, Period, Selection, nearest

EVERY_WINDOW = ("year", "rolling", "month")
OFFERS: dict[str, Offered] = {
    "ghosts": {},
    "sightings": {
        "rate": EVERY_WINDOW,
        "count": EVERY_WINDOW,
        "smoothed": ("year", "pooled"),
        "trend": ("year",),
    },
    "rainfall": {"count": ("year",)},
}
PERIODS = {
    "year": [
        Period(date(2021, 1, 1), is_provisional=False, is_partial=False),
        Period(date(2022, 1, 1), is_provisional=False, is_partial=True),
        Period(date(2023, 1, 1), is_provisional=True, is_partial=True),
    ],
    "pooled": [Period(date(2022, 12, 1), is_provisional=False, is_partial=False)],
    "rolling": [Period(date(2022, 3, 1), is_provisional=False, is_partial=False)],
    "month": [
        Period(date(2022, 3, 1), is_provisional=False, is_partial=False),
        Period(date(2023, 5, 1), is_provisional=True, is_partial=False),
    ],
}


def resolved(selection: Selection) -> tuple[Selection, list[Bend]]:
    return nearest(
        selection,
        {series: bool(offered) for series, offered in OFFERS.items()},
        OFFERS.__getitem__,
        lambda _series, _measure, window: PERIODS[window],
        {"05901"},
    )


def test_first_visit_shows_the_newest_year_that_stands() -> None:
    assert resolved(Selection()) == (Selection(series="sightings", period=date(2021, 1, 1)), [])


def test_without_a_standing_period_the_newest_is_shown() -> None:
    open_year = [Period(date(2023, 1, 1), is_provisional=True, is_partial=False)]
    selection, _ = nearest(
        Selection(),
        {"sightings": True},
        OFFERS.__getitem__,
        lambda _series, _measure, _window: open_year,
        set(),
    )
    assert selection.period == date(2023, 1, 1)


@pytest.mark.parametrize(
    ("wanted", "found", "bend"),
    [
        (Selection(series="dragons"), {"series": "sightings"}, Bend.SERIES),
        (Selection(series="rainfall", measure="rate"), {"measure": "count"}, Bend.MEASURE),
        (Selection("sightings", "cluster"), {"measure": "rate"}, Bend.MEASURE),
        (Selection("sightings", "smoothed", "month"), {"window": "year"}, Bend.WINDOW),
        (Selection("rainfall", "count", "month"), {"window": "year"}, Bend.WINDOW),
        (Selection(period=date(1999, 1, 1)), {"period": date(2021, 1, 1)}, Bend.PERIOD),
        (
            Selection(window="month", period=date(2024, 2, 1)),
            {"period": date(2023, 5, 1)},
            Bend.PERIOD,
        ),
        (Selection(place="98901"), {"place": None}, Bend.PLACE),
    ],
)  # fmt: skip
def test_a_stale_wish_becomes_the_nearest_view(
    wanted: Selection, found: dict[str, object], bend: Bend
) -> None:
    selection, bends = resolved(wanted)
    assert {name: getattr(selection, name) for name in found} == found
    assert bends == [bend]


def test_a_change_of_window_keeps_the_time() -> None:
    by_month = Selection(series="sightings", window="year", period=date(2023, 5, 1))
    selection, bends = resolved(by_month)
    assert (selection.period, bends) == (date(2023, 1, 1), [])


def test_a_series_without_data_keeps_no_period() -> None:
    selection, bends = resolved(Selection(series="ghosts", period=date(2021, 1, 1)))
    assert (selection.series, selection.period, bends) == ("ghosts", None, [])


def test_three_years_are_named_by_the_month_in_which_they_end() -> None:
    pooled = Selection("sightings", "smoothed", "pooled", period=date(2022, 3, 1))
    selection, bends = resolved(pooled)
    assert (selection.period, bends) == (date(2022, 12, 1), [])


def test_a_measure_of_one_time_leaves_the_wish_for_another() -> None:
    wish = Selection("sightings", "trend", period=date(2021, 1, 1))
    assert resolved(wish) == (wish, [])


def test_the_second_map_shows_the_same_but_for_what_is_said() -> None:
    both = Selection("sightings", "count", period=date(2021, 1, 1), two=True)
    assert (both.second.series, both.second.period) == ("sightings", date(2021, 1, 1))
    other = Selection("sightings", two=True, series2="rainfall", period2=date(2022, 1, 1))
    assert (other.second.series, other.second.period) == ("rainfall", date(2022, 1, 1))


def test_the_url_is_short_and_readable() -> None:
    assert to_query(
        Selection("sightings", "count", "month", date(2022, 3, 1), "05901", coverage=False)
    ) == {
        "series": "sightings",
        "measure": "count",
        "window": "month",
        "period": "2022-03",
        "place": "05901",
        "coverage": "0",
    }


@pytest.mark.parametrize(
    "query",
    [{"measure": "danger"}, {"window": "decade"}, {"period": "last year"}, {"period": "2021-13"}],
)
def test_what_a_url_says_wrongly_is_noted(query: dict[str, str]) -> None:
    assert from_query(Selection, query) == (Selection(), list(query))


def test_a_link_from_before_other_measures_is_still_understood() -> None:
    old = {"series": "sightings", "period": "2022", "coverage": "0", "table": "1"}
    selection, _ = from_query(Selection, old)
    expected = Selection("sightings", period=date(2022, 1, 1), coverage=False, table=True)
    assert selection == expected


@given(
    st.builds(
        Selection,
        series=st.sampled_from(["sightings", "rainfall"]),
        measure=st.sampled_from(MAP_MEASURES),
        window=st.sampled_from(["rolling", "month", "pooled"]),
        period=st.dates(date(1900, 1, 1), date(2100, 1, 1)).map(lambda day: day.replace(day=1)),
        place=st.none() | st.from_regex(r"\A[0-9]{5}\Z"),
        coverage=st.booleans(),
        component=st.sampled_from(COMPONENTS),
        table=st.booleans(),
        two=st.booleans(),
        view=st.sampled_from(["page", "map"]),
    )
)
def test_a_url_restores_what_it_was_written_from(selection: Selection) -> None:
    assert from_query(Selection, to_query(selection)) == (selection, [])


@given(
    st.dictionaries(st.sampled_from(["series", "measure", "window", "period", "place"]), st.text())
)
def test_any_url_leads_to_a_view(query: dict[str, str]) -> None:
    selection, _ = resolved(from_query(Selection, query)[0])
    assert selection.series in OFFERS
    assert selection.place in {None, "05901"}
