"""The newest months against a place's own seasons."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.stats import nbinom, norm, t

from pipeline.analysis.anomalies import Anomaly, anomaly_table
from pipeline.errors import ContractError

MONTHS = pd.date_range("2019-01-01", "2025-06-01", freq="MS", unit="s")
JUDGED = len(MONTHS) - 1
# June 2025. Reference: May 2020 to November 2024; its own season: May, June and July.
REFERENCE = np.arange(JUDGED - 61, JUDGED - 6)
YEARS = (REFERENCE - JUDGED) / 12
MONTH = MONTHS[REFERENCE].month
QUARTER = np.select(
    [MONTH.isin(three) for three in ([5, 6, 7], [8, 9, 10], [11, 12, 1])], [0, 1, 2], 3
)
SEASON = REFERENCE[QUARTER == 0]
FREEDOM = 55 - 5


def student_p(p: float) -> float:
    return t.sf(norm.isf(p), FREEDOM)


def world(columns: dict[str, npt.ArrayLike]) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """Events of invented places, each with 1,000 person-years a month, nothing provisional."""
    events = pd.DataFrame(columns, index=MONTHS, dtype=float)
    exposure = pd.DataFrame(1_000.0, events.index, events.columns)
    return events, exposure, pd.Series(data=False, index=MONTHS)


def newest(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["month"] == MONTHS[-1]].set_index("municipality_code")


def with_season(reference: npt.ArrayLike, now: float, otherwise: float = 90.0) -> npt.NDArray:
    """A history whose other months would mislead if they counted."""
    history = np.full(len(MONTHS), otherwise)
    history[SEASON] = reference
    history[JUDGED] = now
    return history


def test_a_flat_season_by_hand() -> None:
    # Fifteen reference months of 8: mean 8, no more spread than chance, so dispersion 1 and
    # variance of the logarithm 1 / 120. The prediction has size 120 and mean 8.
    row = newest(anomaly_table(*world({"90001": with_season(8, 8)}))).loc["90001"]
    assert row["expected"] == pytest.approx(8)
    low, high = nbinom.ppf(norm.cdf(t.ppf([0.025, 0.975], FREEDOM)), 120, 120 / 128)
    assert (row["expected_lower"], row["expected_upper"]) == (low, high)
    assert row["anomaly"] == Anomaly.USUAL
    p = student_p(nbinom.sf(7, 120, 120 / 128))
    assert [row["p"], row["adjusted_p"]] == pytest.approx([p, p])  # one place is its own family


def test_a_season_without_events_expects_half_an_event_in_all() -> None:
    row = newest(anomaly_table(*world({"90001": with_season(0, 5)}))).loc["90001"]
    assert row["expected"] == pytest.approx(0.5 / 15)
    assert row["adjusted_p"] == pytest.approx(student_p(nbinom.sf(4, 0.5, 15 / 16)), rel=1e-6)
    assert row["anomaly"] == Anomaly.HIGH


def test_a_season_without_events_expects_half_an_incident_of_the_others() -> None:
    # The other place had one incident of 4 in 15 months: mean 4/15, squared deviations over it
    # (56/15)² / (4/15) + 14 x 4/15 = 56, over 14 months: a ratio of 4, and half of it is 2.
    other = with_season([4] + [0] * 14, 0, 0)
    table = newest(anomaly_table(*world({"90001": with_season(0, 5, 0), "90002": other})))
    assert table.loc["90001", "expected"] == pytest.approx(2 / 15)


@pytest.mark.parametrize("slope", [0.0, 0.25])
def test_statsmodels_agrees(slope: float) -> None:
    random = np.random.default_rng(8)
    mean = np.array([40, 20, 60, 30])[QUARTER] * np.exp(slope * YEARS)
    counts = random.negative_binomial(15, 15 / (15 + mean))
    counts[7] += 150
    history = np.zeros(len(MONTHS))
    history[REFERENCE] = counts
    row = newest(anomaly_table(*world({"90001": history}))).loc["90001"]

    design = np.eye(4)[QUARTER]
    now = np.eye(1, 4)
    if slope:
        design, now = np.column_stack([design, YEARS]), np.eye(1, 5)
    family = sm.families.Poisson()
    first = sm.GLM(counts, design, family).fit(scale="X2", tol=1e-12)
    # Anscombe residuals as in surveillance: leverage from the hat matrix of the weighted design.
    root = np.sqrt(first.mu)[:, None] * design
    leverage = np.diag(root @ np.linalg.inv(root.T @ root) @ root.T)
    residual = 1.5 * (counts ** (2 / 3) * first.mu ** (-1 / 6) - np.sqrt(first.mu))
    residual /= np.sqrt(first.scale * (1 - leverage))
    weight = np.where(residual > 2.58, residual**-2.0, 1)
    weight *= 55 / weight.sum()
    assert weight.argmin() == 7
    again = sm.GLM(counts, design, family, var_weights=weight).fit(scale="X2", tol=1e-12)
    assert again.scale > 1
    expected = float(again.predict(now)[0])
    variance = float((now @ again.cov_params() @ now.T)[0, 0])
    size = 1 / ((again.scale - 1) / expected + variance)
    assert row["expected"] == pytest.approx(expected, rel=1e-8)
    limits = nbinom.ppf(norm.cdf(t.ppf([0.025, 0.975], FREEDOM)), size, size / (size + expected))
    assert [row["expected_lower"], row["expected_upper"]] == limits.tolist()


def test_a_trend_is_not_followed_beyond_what_was_seen() -> None:
    # A fifth more every year to 20, it would be 24; without a trend the mean is 14.6.
    rising = np.repeat([10.0, 12, 14, 17, 20], 3)
    row = newest(anomaly_table(*world({"90001": with_season(rising, 20, 0)}))).loc["90001"]
    assert row["expected"] == pytest.approx(14.6)


def test_words_need_enough_events_and_rarity_among_all_places() -> None:
    random = np.random.default_rng(5)
    usual = {f"{90_100 + place}": with_season(random.poisson(6, 15), 6) for place in range(60)}
    table = newest(
        anomaly_table(
            *world(
                usual
                | {
                    "90001": with_season(6, 30),  # far above
                    "90002": with_season(0.0, 4),  # rare, but four events
                    "90003": with_season(30, 4),  # far below
                    "90004": with_season(2, 0),  # none where two are usual
                    "90005": with_season(6, 13),  # one in a hundred: not among sixty
                }
            )
        )
    )
    assert table["anomaly"].drop(["90001", "90003"]).eq(Anomaly.USUAL).all()
    assert table.loc["90001", "anomaly"] == Anomaly.HIGH
    assert table.loc["90003", "anomaly"] == Anomaly.LOW


def test_what_is_unknown_short_or_broken_is_not_determined() -> None:
    events, exposure, provisional = world(
        {name: with_season(6, 6) for name in ("90001", "90002", "90003", "90004", "90005")}
    )
    events.loc[MONTHS[REFERENCE[0]], "90001"] = np.nan
    events.loc[MONTHS[-1], "90002"] = np.nan
    exposure.loc[MONTHS[-1], "90003"] = 0
    exposure.loc[MONTHS[SEASON[4]], "90004"] = np.nan
    table = newest(anomaly_table(events, exposure, provisional))
    assert (table["anomaly"] == Anomaly.NOT_DETERMINED).tolist() == [True] * 4 + [False]
    assert table["expected"].isna().tolist() == [True] * 4 + [False]

    first = MONTHS[REFERENCE[0]]
    kept = anomaly_table(events, exposure, provisional, comparable_from=first)
    cut = anomaly_table(
        events, exposure, provisional, comparable_from=first + pd.DateOffset(months=1)
    )
    assert newest(kept).loc["90005", "anomaly"] == Anomaly.USUAL
    assert newest(cut).loc["90005", "anomaly"] == Anomaly.NOT_DETERMINED

    short = anomaly_table(*(frame.iloc[-60:] for frame in (events, exposure, provisional)))
    assert set(short["anomaly"]) == {Anomaly.NOT_DETERMINED}


def test_exposure_counts() -> None:
    # Twice the residents, twice the events expected.
    events, exposure, provisional = world({"90001": with_season(8, 16)})
    exposure.iloc[JUDGED] *= 2
    row = newest(anomaly_table(events, exposure, provisional)).loc["90001"]
    assert row["expected"] == pytest.approx(16)


def test_three_months_and_their_provisional_flag() -> None:
    events, exposure, provisional = world({"90001": np.full(len(MONTHS), 6.0)})
    provisional.iloc[-1] = True
    table = anomaly_table(events, exposure, provisional)
    assert table["month"].tolist() == list(MONTHS[-3:])
    assert table["is_provisional"].tolist() == [False, False, True]


def test_order_of_places_is_irrelevant() -> None:
    random = np.random.default_rng(9)
    events, exposure, provisional = world(
        {f"{90_001 + place}": random.poisson(place, len(MONTHS)) for place in range(9)}
    )
    key = ["month", "municipality_code"]
    table = anomaly_table(events, exposure, provisional).set_index(key)
    turned = anomaly_table(events.iloc[:, ::-1], exposure.iloc[:, ::-1], provisional)
    pd.testing.assert_frame_equal(turned.set_index(key).loc[table.index], table)
    assert table["expected"].notna().all()


def test_refuses_a_gap() -> None:
    events, exposure, provisional = world({"90001": np.zeros(len(MONTHS))})
    gap = MONTHS.delete(3)
    with pytest.raises(ContractError, match="1 gaps, for example after 2019-03"):
        anomaly_table(events.loc[gap], exposure.loc[gap], provisional[gap])


def test_error_rate_and_power() -> None:
    # 100 samples of 60 places that mean 0.2 to 30 events a month, over-dispersed; then one place
    # with four times its mean of 10.
    random = np.random.default_rng(6)
    mean = np.geomspace(0.2, 30, 60)
    false, seen = 0, 0
    for _ in range(100):
        rows = {
            f"{90_001 + place}": random.negative_binomial(one, 0.5, len(MONTHS))
            for place, one in enumerate(mean)
        }
        rows["91000"] = random.negative_binomial(10, 0.5, len(MONTHS))
        rows["91000"][-1] = random.negative_binomial(40, 0.5)
        table = newest(anomaly_table(*world(rows)))
        seen += table.loc["91000", "anomaly"] == Anomaly.HIGH
        false += (table["anomaly"].drop("91000") == Anomaly.HIGH).any()
    assert false <= 5 + 2 * np.sqrt(100 * 0.05 * 0.95)
    assert seen >= 80


def test_few_maps_of_rare_groups_of_victims_show_anything() -> None:
    # 60 samples of 100 places that mean a tenth to two victims a month, in groups: variance four
    # times the mean. Each place's own scatter is seen far too small.
    random = np.random.default_rng(6)
    mean = np.tile(np.geomspace(0.1, 2, 100), (len(MONTHS), 1))
    false = 0
    for _ in range(60):
        rows = dict(enumerate(random.negative_binomial(mean / 3, 1 / 4).T))
        false += anomaly_table(*world(rows), newest=1)["anomaly"].eq(Anomaly.HIGH).any()
    assert false <= 60 * 0.05 + 2 * np.sqrt(60 * 0.05 * 0.95)
