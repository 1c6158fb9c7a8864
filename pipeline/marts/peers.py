"""Places outside the programme's departments that were alike before it began.

Peers are picked by homicide alone, before the programme, from departments where it does not work:
nothing here depends on which municipalities are covered. Of coverage only the balance of the
documented places as a group is kept, never a row of one of them.
"""

import pandas as pd

from pipeline.analysis.peers import PeerRule, balance_table, nearest_peers
from pipeline.catalog.methods import PEER_FIRST_YEAR, PEER_LAST_YEAR, PEER_SERIES
from pipeline.marts.rows import store_rows
from pipeline.store.warehouse import Draft


def store(draft: Draft, series_id: str = PEER_SERIES) -> None:
    """Fill the marts of peers; they stay empty where the rates before are not published.

    Parameters
    ----------
    draft
        Warehouse being built, with the mart of whole windows.
    series_id
        Series whose rate before the programme makes places alike.
    """
    period = pd.Timestamp(PEER_LAST_YEAR, 12, 1).date()
    places = draft.frame("mart/peer_covariate", series_id=series_id, period=period)
    rule = PeerRule()
    known = places[[column for column, _ in rule.covariates]].notna().all(axis=1)
    if not (known & places["is_in_group"]).any() or (known & ~places["is_in_group"]).sum() < (
        rule.peers
    ):
        return
    pairs, balance = peer_tables(places, rule)
    store_rows(draft, "mart.peer_covariate", places)
    store_rows(draft, "mart.peer", pairs)
    store_rows(draft, "mart.peer_balance", balance)
    words = pd.DataFrame(
        {
            "series_id": [series_id],
            "first_year": [PEER_FIRST_YEAR],
            "last_year": [PEER_LAST_YEAR],
            "peers": [rule.peers],
            "rule_es": [rule.sentence.es],
            "rule_en": [rule.sentence.en],
        }
    )
    store_rows(draft, "mart.peer_rule", words)


def peer_tables(places: pd.DataFrame, rule: PeerRule) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Peers of every place of the group, and how alike they make it.

    Parameters
    ----------
    places
        One row per `municipality_code`: the covariates of `rule`, `is_in_group` (all others are
        eligible) and `is_documented`.
    rule
        What makes places alike.

    Returns
    -------
    pairs
        Rows of ``mart.peer``.
    balance
        Rows of ``mart.peer_balance``; the documented places are judged by the peers of the whole
        group, and have no rows if there are none.
    """
    keyed = places.set_index("municipality_code")
    eligible = ~keyed["is_in_group"]
    pairs = nearest_peers(keyed, keyed["is_in_group"], eligible, rule)
    groups = {
        "departments": keyed["is_in_group"],
        "documented": keyed["is_in_group"] & keyed["is_documented"],
    }
    tables = []
    for name, members in groups.items():
        own = pairs[pairs["municipality_code"].isin(keyed.index[members])]
        if own.empty:
            continue
        table = balance_table(keyed, members, eligible, rule, own).reset_index()
        tables.append(
            table.assign(
                compared_group=name,
                places=own["municipality_code"].nunique(),
                peers=own["peer_code"].nunique(),
            )
        )
    balance = pd.concat(tables, ignore_index=True)
    text = dict.fromkeys(("compared_group", "covariate"), "str")
    return pairs.rename(columns={"order": "position"}), balance.astype(text)
