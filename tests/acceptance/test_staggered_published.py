"""Staggered estimators against published figures: minimum wages and teen employment, 2003 to 2007.

The data are `mpdta` of Callaway and Sant'Anna (2021), a copy that travels beside the project and
not within it. Figures without covariates are printed in the README of d2cml-ai/csdid (ATT, and
aggregations by event time, group and calendar time) and in the vignette "Getting Started with the
did Package"; those with log population in the article "Diff-in-Diff with Double/Debiased Machine
Learning" of the package ddml, which calls `did` first. Their standard errors are bootstrapped, so
that only estimates are held to the last digit.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from pipeline.analysis.evaluation.staggered import Staggered, staggered_effect

MPDTA = Path(__file__).resolve().parents[3] / "shared" / "samples" / "reference" / "mpdta.csv"
LAST_DIGIT = 5.1e-5

PLAIN = {
    (2004, 2004): (-0.0105, 0.0241),
    (2004, 2005): (-0.0704, 0.0324),
    (2004, 2006): (-0.1373, 0.0393),
    (2004, 2007): (-0.1008, 0.0360),
    (2006, 2004): (0.0065, 0.0238),
    (2006, 2005): (-0.0028, 0.0188),
    (2006, 2006): (-0.0046, 0.0172),
    (2006, 2007): (-0.0412, 0.0201),
    (2007, 2004): (0.0305, 0.0147),
    (2007, 2005): (-0.0027, 0.0160),
    (2007, 2006): (-0.0311, 0.0173),
    (2007, 2007): (-0.0261, 0.0171),
}
WITH_POPULATION = {
    (2004, 2004): -0.0145,
    (2004, 2005): -0.0764,
    (2004, 2006): -0.1404,
    (2004, 2007): -0.1069,
    (2006, 2004): -0.0005,
    (2006, 2005): -0.0062,
    (2006, 2006): 0.0010,
    (2006, 2007): -0.0413,
    (2007, 2004): 0.0267,
    (2007, 2005): -0.0046,
    (2007, 2006): -0.0284,
    (2007, 2007): -0.0288,
}
DYNAMIC = {-3: 0.0305, -2: -0.0006, -1: -0.0245, 0: -0.0199, 1: -0.0510, 2: -0.1373, 3: -0.1008}
DYNAMIC_WITH_POPULATION = {
    -3: 0.0267,
    -2: -0.0036,
    -1: -0.0232,
    0: -0.0211,
    1: -0.0530,
    2: -0.1404,
    3: -0.1069,
}
DYNAMIC_ERRORS = {0: 0.0117, 1: 0.0154, 2: 0.0366, 3: 0.0337}
GROUPS = {2004: -0.0797, 2006: -0.0229, 2007: -0.0261}
CALENDAR = {2004: -0.0105, 2005: -0.0704, 2006: -0.0488, 2007: -0.0371}


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    if not MPDTA.is_file():
        pytest.skip("../shared/samples/reference/mpdta.csv is absent: it may not be published here")
    names = {"countyreal": "unit", "year": "time", "lemp": "outcome", "first.treat": "first_time"}
    return pd.read_csv(MPDTA).rename(columns=names)


@pytest.fixture(scope="module")
def plain(panel: pd.DataFrame) -> Staggered:
    return staggered_effect(panel, "group-time")


@pytest.fixture(scope="module")
def sizes(panel: pd.DataFrame) -> "pd.Series[int]":
    return panel.groupby("unit")["first_time"].first().value_counts()


def test_the_data_are_the_published_ones(sizes: "pd.Series[int]") -> None:
    # As the vignette says: 500 counties, of which 20, 40 and 131 raised their minimum wage.
    assert sizes.to_dict() == {0: 309, 2007: 131, 2006: 40, 2004: 20}


def test_group_time_effects_have_the_published_digits(plain: Staggered) -> None:
    assert plain.group_time.keys() == PLAIN.keys()
    for cell, (effect, error) in PLAIN.items():
        found, found_error = plain.group_time[cell]
        assert found == pytest.approx(effect, abs=LAST_DIGIT), cell
        assert found_error == pytest.approx(error, rel=0.08), cell


def test_effects_with_population_have_the_published_digits(panel: pd.DataFrame) -> None:
    found = staggered_effect(panel, "group-time", covariates=("lpop",))
    effects = {cell: effect for cell, (effect, _) in found.group_time.items()}
    assert effects == pytest.approx(WITH_POPULATION, abs=LAST_DIGIT)
    by_exposure = dict(zip(found.event_time, found.effect, strict=True))
    assert by_exposure == pytest.approx(DYNAMIC_WITH_POPULATION, abs=LAST_DIGIT)


def test_effects_by_exposure_have_the_published_digits(plain: Staggered) -> None:
    effects = dict(zip(plain.event_time, plain.effect, strict=True))
    assert effects == pytest.approx(DYNAMIC, abs=LAST_DIGIT)
    errors = dict(zip(plain.event_time, plain.error, strict=True))
    for exposure, error in DYNAMIC_ERRORS.items():
        assert errors[exposure] == pytest.approx(error, rel=0.1), exposure
    overall = np.mean([effects[exposure] for exposure in range(4)])
    assert overall == pytest.approx(-0.0772, abs=LAST_DIGIT)


def test_effects_by_group_and_year_have_the_published_digits(
    plain: Staggered, sizes: "pd.Series[int]"
) -> None:
    after = {cell: one for cell, (one, _) in plain.group_time.items() if cell[1] >= cell[0]}
    by_group = {
        group: np.mean([one for (first, _), one in after.items() if first == group])
        for group in GROUPS
    }
    assert by_group == pytest.approx(GROUPS, abs=LAST_DIGIT)
    treated = sizes.loc[list(GROUPS)]
    overall = np.average(list(by_group.values()), weights=treated)
    assert overall == pytest.approx(-0.0310, abs=LAST_DIGIT)
    by_year = {
        year: np.average(
            [one for (_, time), one in after.items() if time == year],
            weights=[sizes[first] for first, time in after if time == year],
        )
        for year in CALENDAR
    }
    assert by_year == pytest.approx(CALENDAR, abs=LAST_DIGIT)
    assert np.mean(list(by_year.values())) == pytest.approx(-0.0417, abs=LAST_DIGIT)
    # Weighted by places over all cells: the simple aggregation.
    simple = np.average(list(after.values()), weights=[sizes[first] for first, _ in after])
    assert plain.overall == pytest.approx(simple, abs=1e-12)


def test_interaction_weighted_effects_equal_the_published_ones_after_the_start(
    panel: pd.DataFrame,
) -> None:
    # Without covariates and beside places never treated, both estimators compare the same means.
    found = staggered_effect(panel, "interaction-weighted")
    effects = dict(zip(found.event_time, found.effect, strict=True))
    after = {exposure: one for exposure, one in DYNAMIC.items() if exposure >= 0}
    assert {exposure: effects[exposure] for exposure in after} == pytest.approx(
        after, abs=LAST_DIGIT
    )


def test_interaction_weighted_effects_equal_a_saturated_regression(
    panel: pd.DataFrame, sizes: "pd.Series[int]"
) -> None:
    # Sun and Abraham (2021), section 4.1: cohorts by relative times, then weighted by cohort size.
    relative = panel["time"] - panel["first_time"]
    cells = [
        (group, one)
        for group in GROUPS
        for one in sorted(relative[panel["first_time"] == group].unique())
        if one != -1
    ]
    dummies = [
        ((panel["first_time"] == group) & (relative == one)).astype(float) for group, one in cells
    ]
    units = pd.get_dummies(panel["unit"], dtype=float)
    times = pd.get_dummies(panel["time"], dtype=float, drop_first=True)
    design = np.column_stack([*dummies, units, times])
    fitted = sm.OLS(panel["outcome"].to_numpy(), design).fit()
    by_cell = dict(zip(cells, fitted.params, strict=False))
    found = staggered_effect(panel, "interaction-weighted")
    for exposure, effect in zip(found.event_time, found.effect, strict=True):
        own = [group for group, one in cells if one == exposure]
        expected = np.average(
            [by_cell[group, exposure] for group in own], weights=[sizes[group] for group in own]
        )
        assert effect == pytest.approx(expected, abs=1e-9), exposure
