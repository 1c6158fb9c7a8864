"""The stored evaluation: groups only, refusals with their reason, and the verdict over outcomes."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pandas as pd
import pytest

from pipeline import views
from pipeline.analysis.rates import person_years
from pipeline.catalog import methods
from pipeline.catalog.series import SERIES
from pipeline.catalog.tables import TABLES
from pipeline.errors import ContractError
from pipeline.marts import evaluation
from pipeline.marts.evaluation import evaluated_span, evaluation_rows, verdict_rows
from pipeline.store.warehouse import Draft
from tests import world

_REGIONS = 10
_IN_REGION = 9
_DRAWS = 60


def invented_frames(fall: float = 0.0, seed: int = 3) -> tuple[pd.DataFrame, ...]:
    """Places, neighbours, events, population and months of an invented rural-development plan.

    Five regions lie in departments of the programme, with the first wave in four of them; five lie
    outside. Events of the first wave fall from 2022 on by the share that is told.
    """
    random = np.random.default_rng(seed)
    rows = []
    for region in range(_REGIONS):
        inside = region < _REGIONS // 2
        for place in range(_IN_REGION):
            first = inside and region < 4 and place < (3, 3, 2, 2)[region]
            state = "documented" if first else "candidate" if inside else "outside"
            code = f"{(5 if inside else 18):02}{region}{place:02}"
            rows.append((code, state, "confirmed" if first else None, inside, f"region {region}"))
    columns = ["municipality_code", "state", "evidence", "is_programme_department", "region"]
    places = pd.DataFrame(rows, columns=columns).assign(
        is_named_region=lambda frame: frame["state"] == "candidate",
        is_pdet=True,
        component=None,
        start_earliest=pd.Timestamp("2020-10-01"),
        start_latest=pd.NaT,
    )
    borders = pd.DataFrame({"municipality_code": ["05101"], "neighbour_code": ["18501"]})
    months = pd.DataFrame({"month": pd.date_range("2011-01-01", "2024-12-01", freq="MS")})
    residents = random.lognormal(11, 0.5, len(places)).round()
    level = residents * 3e-5 * random.lognormal(0, 0.4, len(places))
    own = (places["evidence"] == "confirmed").to_numpy()
    parts = []
    for month in months["month"]:
        late = own & (month >= pd.Timestamp("2022-01-01"))
        events = random.poisson(level * np.where(late, 1 - fall, 1.0))
        parts.append(
            pd.DataFrame(
                {"municipality_code": places["municipality_code"], "month": month, "events": events}
            )
        )
    years = range(2011, 2025)
    population = pd.DataFrame(
        [
            (code, year, int(number), "old" if year < 2018 else "new")
            for year in years
            for code, number in zip(places["municipality_code"], residents, strict=True)
        ],
        columns=["municipality_code", "year", "population", "edition"],
    )
    return places, borders, pd.concat(parts, ignore_index=True), population, months


def rows_of(frames: tuple[pd.DataFrame, ...], series_id: str = "sightings") -> pd.DataFrame:
    return evaluation_rows(series_id, *frames, "a library 1.0", _DRAWS)


@pytest.fixture(scope="module")
def halved() -> pd.DataFrame:
    return rows_of(invented_frames(fall=0.5))


@pytest.fixture(scope="module")
def by_estimator(halved: pd.DataFrame) -> pd.DataFrame:
    return halved[halved["evaluated"] == "first_wave"].set_index("estimator")


def test_a_halving_is_found_by_every_estimator(by_estimator: pd.DataFrame) -> None:
    for name in ("recommended", "randomisation", "poisson_fixed_effects", "trends_relative_0"):
        one = by_estimator.loc[name]
        assert one["ratio"] == pytest.approx(0.5, abs=0.08), name
        assert one["ratio_lower"] < 0.5 < one["ratio_upper"] < 0.8, name
    assert by_estimator.loc["recommended", "p"] < 0.001
    # No placebo of sixty goes as far.
    assert by_estimator.loc["randomisation", "p"] == pytest.approx(1 / 61, rel=1e-4)
    for name in ("start_dates", "leave_one_out"):
        assert by_estimator.loc[name, "limits"] == "choices"
        assert by_estimator.loc[name, "ratio_upper"] < 0.85


def test_who_is_compared(by_estimator: pd.DataFrame) -> None:
    # 45 places outside, of which one borders a candidate.
    assert by_estimator.loc["recommended", ["places", "compared"]].tolist() == [10, 44]
    span = evaluated_span()
    assert by_estimator.loc["recommended", "after_first"] == pd.Timestamp(span.after_first)


def test_no_row_names_a_place(halved: pd.DataFrame) -> None:
    assert not {name for name in halved.columns if "municipality" in name or "place_code" in name}
    assert not halved.astype("str").apply(lambda one: one.str.fullmatch(r"\d{5}")).any(axis=None)


def test_starts_without_dates_are_refused_with_their_number(halved: pd.DataFrame) -> None:
    staggered = halved.set_index("estimator").loc[list(STAGGERED)]
    # Ten documented without a date, and 35 candidates.
    assert staggered["refusal"].eq("starts not dated").all()
    assert staggered["missing"].eq(45).all()
    assert staggered[["ratio", "difference", "p"]].isna().all(axis=None)


# Of an invented official list: year of the start, places, those of them where component 1 works,
# and the planted change of the yearly rate from then on.
COHORTS = ((2021, 14, 7, -30), (2022, 11, 3, -20), (2023, 10, 6, -10))
STAGGERED = (
    "staggered",
    "staggered_not_yet_treated",
    "staggered_interaction_weighted",
    "staggered_component_1",
    "staggered_component_2",
)


def official_frames() -> tuple[pd.DataFrame, ...]:
    """An official list that dates 35 starts, and rates that change from each start on.

    Every place and year has its own level, and a random part with a standard deviation of 1.
    """
    places, borders, _, population, months = invented_frames()
    inside = places.index[places["is_programme_department"]]
    places["state"] = np.where(places["is_programme_department"], "not_covered", "outside")
    places[["evidence", "is_named_region", "start_earliest"]] = None, False, pd.NaT
    change = pd.DataFrame(0.0, index=places.index, columns=range(2011, 2025))
    begun = 0
    for year, size, first_component, planted in COHORTS:
        own = inside[begun : begun + size]
        begun += size
        places.loc[own, ["state", "evidence", "component"]] = "covered", "official", "2"
        places.loc[own[:first_component], "component"] = "1"
        places.loc[own, "start_earliest"] = pd.Timestamp(year, 4, 1)
        places.loc[own, "start_latest"] = pd.Timestamp(year, 6, 30)
        change.loc[own, year:] = planted
    random = np.random.default_rng(11)
    levels = 200 + 3 * np.arange(len(places))[:, None] + 10 * np.sin(np.arange(change.shape[1]))
    rates = levels + change + random.normal(size=change.shape)
    residents = population.set_index(["municipality_code", "year"])["population"]
    rates["municipality_code"] = places["municipality_code"]
    events = rates.melt("municipality_code", var_name="year", value_name="rate")
    events = events.merge(residents.reset_index()).merge(
        months.assign(year=months["month"].dt.year), on="year"
    )
    days = events["month"].dt.days_in_month.to_numpy()
    at_risk = person_years(events["population"].to_numpy(float), days)
    events["events"] = events["rate"] * at_risk / 100_000
    return places, borders, events[["municipality_code", "month", "events"]], population, months


@pytest.fixture(scope="module")
def dated() -> pd.DataFrame:
    return rows_of(official_frames()).set_index("estimator")


def planted_difference(sizes: dict[int, int]) -> float:
    """Mean of the planted changes over places and years from the start to 2024."""
    years = {year: 2025 - year for year in sizes}
    planted = {year: change for year, _, _, change in COHORTS}
    exposed = sum(sizes[year] * years[year] for year in sizes)
    return sum(sizes[year] * years[year] * planted[year] for year in sizes) / exposed


@pytest.mark.parametrize("estimator", STAGGERED)
def test_an_official_list_with_dates_is_evaluated(dated: pd.DataFrame, estimator: str) -> None:
    sizes = {year: size for year, size, _, _ in COHORTS}
    if estimator.endswith(("1", "2")):
        first = {year: own for year, _, own, _ in COHORTS}
        rest = {year: sizes[year] - first[year] for year in sizes}
        sizes = first if estimator.endswith("1") else rest
    one = dated.loc[estimator]
    expected = planted_difference(sizes)
    # The smallest cohort, of 3, moves by the sqrt(2 / 3) of two yearly means; the overall mean of
    # three cohorts and nine of their years moves by less: 2 is more than twice that.
    assert one["difference"] == pytest.approx(expected, abs=2)
    assert one["difference_lower"] < one["difference"] < one["difference_upper"] < 0
    assert one["p"] < 0.001
    assert one["places"] == sum(sizes.values())
    assert one["limits"] == "chance"
    assert pd.isna(one["refusal"])
    assert np.isnan(one["ratio"])
    # 45 places outside, of which 18501 borders 05101, which started in 2021.
    assert one["compared"] == 44


def test_a_list_that_confirms_no_first_wave_says_so(dated: pd.DataFrame) -> None:
    first = dated.loc["recommended"]
    assert (first["places"], first["refusal"]) == (0, "too few places")


def test_one_start_without_a_date_refuses_every_staggered_design() -> None:
    places, *others = official_frames()
    covered = places.index[places["state"] == "covered"]
    places.loc[covered[:1], "start_latest"] = pd.NaT
    rows = rows_of((places, *others)).set_index("estimator").loc[list(STAGGERED)]
    assert rows["refusal"].eq("starts not dated").all()
    assert rows["missing"].eq(1).all()
    assert rows["difference"].isna().all()


def test_an_unknown_component_refuses_the_dose_alone() -> None:
    places, *others = official_frames()
    covered = places.index[places["state"] == "covered"]
    places.loc[covered[:2], "component"] = None
    rows = rows_of((places, *others)).set_index("estimator").loc[list(STAGGERED)]
    assert rows["refusal"].tolist()[3:] == ["component unknown"] * 2
    assert rows["missing"].tolist()[3:] == [2, 2]
    assert rows["difference"].notna().tolist() == [True, True, True, False, False]


def test_bounds_over_coverage_hold_the_dilution(halved: pd.DataFrame) -> None:
    # Ten of 35 were halved: somewhere between no change and a half.
    bounds = halved.set_index("estimator").loc["coverage_extreme"]
    assert 0.5 < bounds["ratio_lower"] < bounds["ratio_upper"] < 1.2
    sampled = halved.set_index("estimator").loc["coverage_sampled"]
    assert sampled["places"] == 35
    assert sampled["ratio_lower"] < sampled["ratio"] < sampled["ratio_upper"]


def test_more_places_show_smaller_falls(halved: pd.DataFrame) -> None:
    found = halved[halved["estimator"] == "detectable"].set_index("places")["detectable_fall"]
    assert found[10] > found[14] > found[35] > 0


def test_an_outcome_that_few_places_had_is_refused() -> None:
    places, borders, events, population, months = invented_frames()
    own = places.loc[places["evidence"] == "confirmed", "municipality_code"]
    rare = events[~events["municipality_code"].isin(own[:3])]
    rows = rows_of((places, borders, rare, population, months)).set_index("estimator")
    # Seven of ten had an event, eight are needed.
    assert rows.loc["recommended", ["refusal", "missing"]].tolist() == [
        "too few places with events",
        1,
    ]
    assert np.isnan(rows.loc["recommended", "ratio"])


def test_a_span_that_is_not_published_is_refused() -> None:
    places, borders, events, population, months = invented_frames()
    rows = rows_of((places, borders, events, population, months[:-2])).set_index("estimator")
    assert rows.loc["recommended", ["refusal", "missing"]].tolist() == ["months not published", 2]


def test_every_estimator_has_its_place_in_the_list(halved: pd.DataFrame) -> None:
    declared = TABLES["mart.evaluation"].schema.columns["estimator"].checks[0]
    assert set(halved["estimator"]) == set(declared.statistics["allowed_values"])
    assert halved.groupby("estimator")["position"].nunique().eq(1).all()


def estimates(**p: tuple[float, float, float]) -> pd.DataFrame:
    rows = []
    for series_id, (own, matched, together) in p.items():
        for estimator, value in (
            ("recommended", own),
            ("randomisation", matched),
            ("randomisation_together", together),
            ("trends_relative_0.5", np.nan),
        ):
            rows.append((series_id, "first_wave", estimator, 0.4, 0.9, value, 0.4))
    columns = ["series_id", "evaluated", "estimator", "ratio_lower", "ratio_upper", "p"]
    return pd.DataFrame(rows, columns=[*columns, "detectable_fall"])


def test_verdicts_are_adjusted_over_the_outcomes() -> None:
    # Holm: 0.01 twice becomes 0.02 each of two... of three outcomes 0.03, then 0.08, then 0.5.
    rows = verdict_rows(
        estimates(a=(0.01, 0.01, 0.016), b=(0.04, 0.001, 0.001), c=(0.5, 0.6, 0.2))
    ).set_index("series_id")
    assert rows["adjusted_p"].tolist() == pytest.approx([0.03, 0.08, 0.5])
    # The larger of the two randomisation tests counts: 0.016, 0.001, 0.6.
    assert rows["adjusted_randomisation_p"].tolist() == pytest.approx([0.032, 0.003, 0.6])
    assert rows["verdict"].tolist() == ["stands", "tests disagree", "cannot tell"]


def test_without_an_estimate_there_is_no_verdict() -> None:
    assert verdict_rows(estimates(a=(np.nan,) * 3)).empty


def test_an_invented_country_without_the_outcomes_has_no_evaluation(tmp_path: Path) -> None:
    opened = world.published(tmp_path)
    assert views.evaluation(opened).empty
    opened.close()


def test_an_outcome_kept_apart_from_coverage_is_never_evaluated() -> None:
    declared = pd.DataFrame(
        {"series_id": ["leaders"], "is_apart_from_coverage": [True], "is_published": [True]}
    )
    draft = cast("Draft", SimpleNamespace(frame=lambda *_, **__: declared))
    with pytest.raises(ContractError, match=r"1 outcomes are kept apart from coverage, .* leaders"):
        evaluation.store(draft, ["leaders"])


def test_the_outcomes_speak_to_the_third_result_and_may_stand_beside_coverage() -> None:
    chosen = {one.id: one for one in SERIES if one.id in methods.EVALUATION_SERIES}
    assert chosen.keys() == set(methods.EVALUATION_SERIES)
    assert all(3 in one.expected_results for one in chosen.values())
    assert not any(one.is_apart_from_coverage for one in chosen.values())
