"""The false discovery rate over places."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pipeline.analysis.multiplicity import false_discovery_adjusted
from pipeline.errors import ContractError

# Benjamini and Hochberg (1995), section 4.1: fifteen comparisons of two treatments after a heart
# attack. At 5 % their procedure rejects the four smallest, Bonferroni's three.
HEART_ATTACK = """
    0.0001 0.0004 0.0019 0.0095 0.0201 0.0278 0.0298 0.0344 0.0459 0.3240 0.4262 0.5719 0.6528
    0.7590 1.0000
"""

p_values = hnp.arrays(
    np.float64,
    hnp.array_shapes(min_dims=1, max_dims=2, min_side=0, max_side=30),
    elements=st.one_of(st.just(np.nan), st.floats(0, 1)),
)


def test_the_paper_of_1995_rejects_four_of_fifteen() -> None:
    p = np.array(HEART_ATTACK.split(), dtype=float)
    adjusted = false_discovery_adjusted(p)
    np.testing.assert_array_equal(adjusted <= 0.05, np.arange(15) < 4)
    # The fourth: 0.0095 x 15 / 4.
    assert adjusted[3] == pytest.approx(0.035625)


def test_columns_are_families_and_what_was_not_tested_is_none() -> None:
    one = [0.01, 0.04, np.nan]
    two = [0.5, 0.5, 0.001]
    # By hand: 0.01 x 2 / 1 and 0.04 x 2 / 2; then 0.001 x 3 / 1 and 0.5 x 3 / 3 twice.
    np.testing.assert_allclose(
        false_discovery_adjusted(np.column_stack([one, two])),
        np.column_stack([[0.02, 0.04, np.nan], [0.5, 0.5, 0.003]]),
    )


@given(p_values)
def test_never_smaller_and_known_where_tested(p: npt.NDArray[np.float64]) -> None:
    adjusted = false_discovery_adjusted(p)
    assert adjusted.shape == p.shape
    np.testing.assert_array_equal(np.isnan(adjusted), np.isnan(p))
    tested = ~np.isnan(p)
    assert (adjusted[tested] >= p[tested] * (1 - 1e-12)).all()
    assert (adjusted[tested] <= 1).all()


def test_refuses_what_is_no_probability() -> None:
    with pytest.raises(ContractError, match="1 of 2 p-values lie outside"):
        false_discovery_adjusted([0.2, 1.5])
