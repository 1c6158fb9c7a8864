"""Every study and how many maps it simulates, apart so that other processes can import it."""

from collections.abc import Callable
from functools import partial
from time import process_time

from tests.validation.alarms import anomaly_study
from tests.validation.country import Country
from tests.validation.courses import change_study, trend_study
from tests.validation.figures import Study
from tests.validation.intervals import exact_study, grouped_study
from tests.validation.ranking import rank_study, reliability_study
from tests.validation.shrinkage import shrinkage_study
from tests.validation.spatial import spatial_study


def studies(country: Country, effort: float = 1.0) -> list[Callable[[], Study]]:
    """Every study, with the number of simulated maps that the effort allows."""

    def maps(full: int) -> int:
        return max(round(full * effort), 8)

    return [
        exact_study,
        partial(grouped_study, maps(400)),
        partial(shrinkage_study, country, maps(100)),
        partial(spatial_study, country, maps(800)),
        partial(change_study, country, maps(1_000)),
        partial(trend_study, country, maps(600)),
        partial(anomaly_study, country, maps(600)),
        partial(rank_study, country, maps(100)),
        partial(reliability_study, country, maps(200)),
    ]


def timed(study: Callable[[], Study]) -> tuple[Study, float]:
    """A study's findings and the processor time they took, in seconds."""
    started = process_time()
    return study(), process_time() - started
