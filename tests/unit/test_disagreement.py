"""Two publishers side by side."""

import numpy as np
import pandas as pd
import pytest

from pipeline.analysis.change import Direction
from pipeline.analysis.disagreement import Agreement, publisher_gaps
from pipeline.errors import ContractError

DEPARTMENTS = pd.Index(["90", "91", "92", "93", "94", "95"], name="department_code")


def table(earlier: list[float], later: list[float]) -> pd.DataFrame:
    return pd.DataFrame({2023: earlier, 2024: later}, DEPARTMENTS, dtype=float)


POLICE = table([2_000, 500, 400, 3, 400, 0], [2_600, 500, 600, 2, np.nan, 0])
MINISTRY = table([2_020, 505, 600, 3, 400, 0], [2_600, 700, 400, 3, 500, 0])
PERSON_YEARS = POLICE * 0 + 1e6


def latest(**tables: pd.DataFrame) -> pd.DataFrame:
    given = {"one": POLICE, "other": MINISTRY, "person_years": PERSON_YEARS.fillna(1e6)} | tables
    return publisher_gaps(**given).xs(2024, level="year")


def test_gaps_by_hand() -> None:
    gaps = publisher_gaps(POLICE, MINISTRY, PERSON_YEARS.fillna(1e6))
    assert gaps.loc[("90", 2023), "gap"] == -20
    assert gaps.loc[("90", 2023), "gap_share"] == pytest.approx(-20 / 2_010)
    assert gaps.loc[("93", 2024), "gap_share"] == pytest.approx(-1 / 2.5)
    assert gaps.loc[("95", 2024), "gap_share"] == 0
    assert np.isnan(gaps.loc[("94", 2024), "gap"])
    assert gaps.index.names == ["department_code", "year"]


def test_directions_and_whether_they_agree() -> None:
    gaps = latest()
    assert gaps.loc["90", "agreement"] == Agreement.SAME
    assert gaps.loc["91", ["direction", "other_direction"]].tolist() == [
        Direction.NO_CLEAR_CHANGE,
        Direction.RISE,
    ]
    assert gaps.loc["91", "agreement"] == Agreement.ONE_ONLY
    assert gaps.loc["92", "agreement"] == Agreement.OPPOSITE
    assert gaps.loc["93", "direction"] == Direction.TOO_FEW
    assert (gaps.loc[["93", "94", "95"], "agreement"] == Agreement.NOT_DETERMINED).all()
    assert pd.isna(gaps.loc["94", "direction"])


def test_the_first_year_has_no_direction() -> None:
    first = publisher_gaps(POLICE, MINISTRY, PERSON_YEARS.fillna(1e6)).xs(2023, level="year")
    assert first[["direction", "other_direction"]].isna().all(axis=None)
    assert set(first["agreement"]) == {Agreement.NOT_DETERMINED}


def test_years_that_do_not_compare_have_no_direction_and_are_no_test() -> None:
    told = PERSON_YEARS.notna() | True
    told.loc["90", 2024] = False
    gaps = latest(is_comparable=told)
    assert gaps.loc["90", ["direction", "other_direction"]].isna().all()
    assert gaps.loc["90", "agreement"] == Agreement.NOT_DETERMINED
    assert gaps.loc["90", "gap"] == 0
    assert gaps.loc["92", "agreement"] == Agreement.OPPOSITE


def test_residents_count() -> None:
    # A third more events among a third more residents is no rise.
    grown = PERSON_YEARS.fillna(1e6)
    grown[2024] *= 1.3
    assert latest(person_years=grown).loc["90", "direction"] == Direction.NO_CLEAR_CHANGE


def test_exchanged_publishers_exchange_the_sign() -> None:
    forth = latest()
    back = latest(one=MINISTRY, other=POLICE)
    pd.testing.assert_series_equal(back["gap"], -forth["gap"])
    pd.testing.assert_series_equal(back["agreement"], forth["agreement"])
    pd.testing.assert_series_equal(back["direction"], forth["other_direction"], check_names=False)


def test_refuses_other_places_and_gaps_between_years() -> None:
    at_risk = PERSON_YEARS.fillna(1e6)
    with pytest.raises(ContractError, match="same places"):
        publisher_gaps(POLICE, MINISTRY.iloc[1:], at_risk)
    apart = [frame.rename(columns={2023: 2022}) for frame in (POLICE, MINISTRY, at_risk)]
    with pytest.raises(ContractError, match="consecutive years"):
        publisher_gaps(*apart)
