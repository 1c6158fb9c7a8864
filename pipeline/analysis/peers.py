"""Places to stand beside a group: alike before the programme, and never in the group itself.

Peers make a description fairer. They are no estimate of an effect: places were chosen for reasons
that no covariate here holds.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
from scipy.spatial.distance import cdist

from pipeline.catalog import methods
from pipeline.catalog.text import Locale, Text
from pipeline.errors import ContractError


class Scale(StrEnum):
    """How a covariate is read before places are compared."""

    LOG = "logarithm"
    ROOT = "square root"


_YEARS = f"{methods.PEER_FIRST_YEAR}–{methods.PEER_LAST_YEAR}"
_SCALES = {
    Scale.LOG: Text("logaritmo", "logarithm"),
    Scale.ROOT: Text("raíz cuadrada", "square root"),
}
_COVARIATES = {
    "rate_before_per_100k": Text(
        f"la tasa de homicidio de {_YEARS}", f"the homicide rate of {_YEARS}"
    ),
    "population": Text(f"los habitantes de {_YEARS}", f"the residents of {_YEARS}"),
    "density_per_km2": Text("los habitantes por km²", "the residents per km²"),
}


@dataclass(frozen=True, slots=True)
class PeerRule:
    """Which places are alike: change the rule here, and the sentence about it follows.

    Rurality has no official class in the data. Residents per km² stand for it, beside residents: a
    small town of a dense district and a large one spread over a rainforest differ in one of them.

    Attributes
    ----------
    covariates
        Column of the table of places, and the scale it is read on. Rates may be 0 and are read as
        square roots, which evens out their chance.
    peers
        Peers of each place of the group.
    """

    covariates: tuple[tuple[str, Scale], ...] = (
        ("rate_before_per_100k", Scale.ROOT),
        ("population", Scale.LOG),
        ("density_per_km2", Scale.LOG),
    )
    peers: int = methods.PEERS

    @property
    def sentence(self) -> Text:
        """The rule in words."""
        es, en = (
            f" {joined} ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)
            for joined, words in (("y", self._words("es")), ("and", self._words("en")))
        )
        return Text(
            f"Los {self.peers} municipios más cercanos fuera del grupo, por distancia de "
            f"Mahalanobis sobre {es}.",
            f"The nearest {self.peers} municipalities outside the group, by Mahalanobis distance "
            f"over {en}.",
        )

    def _words(self, locale: Locale) -> list[str]:
        return [
            f"{_COVARIATES[column][locale]} ({_SCALES[scale][locale]})"
            for column, scale in self.covariates
        ]


def nearest_peers(
    places: pd.DataFrame,
    is_in_group: "pd.Series[bool]",
    is_eligible: "pd.Series[bool]",
    rule: PeerRule | None = None,
) -> pd.DataFrame:
    """Find the nearest peers of every place of a group.

    Distances are Mahalanobis', from the covariance of the group and the eligible together, so that
    covariates that say the same do not count twice. A place may be the peer of several.

    Parameters
    ----------
    places
        The covariates of `rule`, all from before the programme. One row per place; NaN where
        unknown.
    is_in_group
        Places that peers are wanted for. Same index.
    is_eligible
        Places that may be peers, those of the group aside: leave out whatever may be covered, or
        lies next to it. Same index.
    rule
        What makes places alike; `PeerRule()` if none is given.

    Returns
    -------
    pairs
        `municipality_code`, `peer_code`, `order` from 1 for the nearest, and `distance`, by code
        and order. Equal distances go by code. A place with an unknown covariate has no peers and is
        nobody's.

    Raises
    ------
    ContractError
        If a covariate is absent, negative, infinite, or not positive where its logarithm is read,
        the indexes differ, or fewer places are eligible than peers are wanted.

    References
    ----------
    Rubin (1980), *Biometrics* 36(2), 293-298; Stuart (2010), *Statistical Science* 25(1), 1-21.
    """
    rule = rule or PeerRule()
    scaled = _scaled(places, rule)
    group, pool = _group_and_pool(scaled, is_in_group, is_eligible)
    if len(pool) < rule.peers:
        message = (
            f"peers: {len(pool):,} places are eligible and {rule.peers:,} peers are wanted for "
            "each; widen what is eligible or ask for fewer"
        )
        raise ContractError(message)
    covariance = np.atleast_2d(np.cov(pd.concat([group, pool]).to_numpy().T))
    distance = cdist(group, pool, "mahalanobis", VI=np.linalg.pinv(covariance))
    nearest = np.argsort(distance, axis=1, kind="stable")[:, : rule.peers]
    return pd.DataFrame(
        {
            "municipality_code": group.index.repeat(rule.peers),
            "peer_code": pool.index[nearest.ravel()],
            "order": np.tile(np.arange(1, rule.peers + 1), len(group)),
            "distance": np.take_along_axis(distance, nearest, axis=1).ravel(),
        }
    )


def balance_table(
    places: pd.DataFrame,
    is_in_group: "pd.Series[bool]",
    is_eligible: "pd.Series[bool]",
    rule: PeerRule | None = None,
    pairs: pd.DataFrame | None = None,
) -> pd.DataFrame:
    r"""How alike the group is to all eligible places, and to its peers.

    Standardised mean differences, on the scale of the rule, of the group :math:`g` from the places
    :math:`c` it is compared with, both over the deviation before peers were picked:

    .. math:: d = \frac{\bar x_g - \bar x_c}{\sqrt{(s_g^2 + s_{pool}^2) / 2}}

    A peer counts as often as it was picked.

    Parameters
    ----------
    places, is_in_group, is_eligible, rule
        As for `nearest_peers`.
    pairs
        Peers as from `nearest_peers`, of the group or of more places; found for the group if None.

    Returns
    -------
    balance
        One row per covariate: `difference_before`, `difference_after`, and `is_balanced` where the
        latter is at most `methods.BALANCE_LIMIT` either way. NaN where nothing varies.

    References
    ----------
    Austin (2009), *Statistics in Medicine* 28(25), 3083-3107; Stuart (2010), *Statistical Science*
    25(1), 1-21.
    """
    rule = rule or PeerRule()
    if pairs is None:
        pairs = nearest_peers(places, is_in_group, is_eligible, rule)
    scaled = _scaled(places, rule)
    group, pool = _group_and_pool(scaled, is_in_group, is_eligible)
    deviation = np.sqrt((group.var() + pool.var()) / 2).replace(0, np.nan)
    peers = pairs.loc[pairs["municipality_code"].isin(group.index), "peer_code"]
    after = (group.mean() - scaled.loc[peers].mean()) / deviation
    return pd.DataFrame(
        {
            "difference_before": (group.mean() - pool.mean()) / deviation,
            "difference_after": after,
            "is_balanced": after.abs() <= methods.BALANCE_LIMIT,
        }
    ).rename_axis("covariate")


def _scaled(places: pd.DataFrame, rule: PeerRule) -> pd.DataFrame:
    """The covariates on the scale of the rule, by code."""
    absent = [column for column, _ in rule.covariates if column not in places]
    if absent or places.index.has_duplicates:
        message = (
            f"peers: {len(absent)} covariates are absent"
            f"{f', for example {absent[0]}' if absent else ''}, and "
            f"{places.index.duplicated().sum():,} places occur twice; the rule needs every one of "
            f"{', '.join(column for column, _ in rule.covariates)}, once for each place"
        )
        raise ContractError(message)
    scaled = {}
    for column, scale in rule.covariates:
        values = places[column].astype(float)
        wrong = (values < 0) | np.isinf(values) | ((values == 0) & (scale is Scale.LOG))
        if wrong.any():
            message = (
                f"peers: {wrong.sum():,} of {len(values):,} values of {column} have no {scale}, "
                f"for example {values[wrong].iloc[0]} of {values.index[wrong][0]}; "
                "give NaN where it is unknown"
            )
            raise ContractError(message)
        scaled[column] = np.log(values) if scale is Scale.LOG else np.sqrt(values)
    return pd.DataFrame(scaled).sort_index()


def _group_and_pool(
    scaled: pd.DataFrame, is_in_group: "pd.Series[bool]", is_eligible: "pd.Series[bool]"
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Those of the group and those that may be peers, where every covariate is known."""
    for flags in (is_in_group, is_eligible):
        unmatched = scaled.index.symmetric_difference(flags.index)
        if len(unmatched):
            message = (
                f"peers: {len(unmatched):,} places are in one table only, for example "
                f"{unmatched[0]!r}; give covariates and flags for the same places"
            )
            raise ContractError(message)
    known = scaled.dropna()
    inside = is_in_group.loc[known.index].to_numpy(bool)
    eligible = is_eligible.loc[known.index].to_numpy(bool)
    return known[inside], known[eligible & ~inside]
