"""All that is told of one place as tables for programs, beside its years and its chart."""

from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import NamedTuple

from dashboard import facts
from dashboard.exports import Column
from dashboard.facts import (
    Coverage,
    ProgrammeDatum,
    PublisherCount,
    Revised,
    Series,
    Statistics,
)
from dashboard.language import Words
from dashboard.pieces import rate_labels
from dashboard.profile import Profile, peer_caveat
from dashboard.programme_files import data_part
from dashboard.twin import Part
from dashboard.twin_tables import Covered, coverage_part, fields
from pipeline import PROGRAMMES, SOMOS_COMUNIDAD, claims


class State(NamedTuple):
    """How many municipalities of a department are in one state of coverage."""

    programme_id: str
    state: str
    municipalities: int


def statistics_part(profile: Profile) -> Part:
    """What the page says in words of every series: a row each, as `views.place_statistics` says it.

    Parameters
    ----------
    profile
        The place.
    """
    words, _ = profile.words, profile.words.text
    labels = {
        **_of_window("year", _("Year: {label}"), words),
        **_of_window("rolling", _("12 months: {label}"), words),
        "rolling_crosses_edition": _("12 months: {label}").format(
            label=_("Mixes population editions")
        ),
        "trend": _("Trend"),
        "trend_first_year": _("Trend, first year"),
        "trend_last_year": _("Trend, last year"),
        "trend_percent": _("Trend: change a year"),
        "trend_percent_lower": _("Trend: likely from"),
        "trend_percent_upper": _("Trend: likely to"),
        "rank_period": _("Rank: last month of the year"),
        "rank_lower": _("Rank, likely from"),
        "rank_upper": _("Rank, likely to"),
        "ranked": _("Municipalities ranked"),
        "alike": _("Others it cannot be told apart from"),
        "cluster_window": _("Cluster: length of the period"),
        "cluster_period": _("Cluster: last month of the period"),
        "cluster": _("Cluster"),
        "pattern": _("Hot and cold spots over the years"),
        "pattern_first_year": _("Hot and cold spots: first year"),
        "pattern_last_year": _("Hot and cold spots: last year"),
        "anomaly_month": _("Newest months: month"),
        "anomaly_events": _("Newest months: recorded"),
        "anomaly_expected_lower": _("Newest months: expected, likely from"),
        "anomaly_expected_upper": _("Newest months: expected, likely to"),
        "anomaly": _("Newest months: what it means"),
        "anomaly_is_provisional": _("Newest months: provisional"),
    }
    columns: list[Column[Statistics]] = [
        Column("series_id", _("Series"), attrgetter("series_id")),
        Column(
            "newest_window",
            _("Told on the page"),
            lambda row: row.newest.window if row.newest else None,
        ),
        *fields(labels),
    ]
    rows = list(profile.statistics.values())
    return Part(
        _("Key figures and what is told of them"),
        columns,
        rows,
        [profile.series[one.series_id] for one in rows],
        key=["series_id"],
    )


def _of_window(window: str, form: str, words: Words) -> dict[str, str]:
    """Heads of the columns of one length of period."""
    _ = words.text
    labels = {
        "period": _("Last month of the period"),
        "events": _("Recorded"),
        **rate_labels(words),
        "is_population_carried": _("Population of the year before"),
        "reliability": _("Reliability"),
        "earlier_events": _("Recorded in the period before"),
        "change": _("Change"),
        "change_percent": _("Change in percent"),
        "refusal": _("Why no change is named"),
    }
    return {f"{window}_{name}": form.format(label=label) for name, label in labels.items()}


def place_parts(profile: Profile) -> Mapping[str, Part]:
    """Tables of a place by name, those that hold anything; coverage in tables of its own.

    Parameters
    ----------
    profile
        The place.
    """
    tables = {"statistics": statistics_part(profile), "publishers": _publishers(profile)}
    if profile.is_department:
        tables |= {"states": _states(profile), "coverage": _named(profile)}
    else:
        tables |= {
            "peers": _peers(profile),
            "revisions": _revisions(profile),
            "coverage": _coverage(profile),
            "programme_data": data_part(profile.words, _data(profile)),
        }
    return {name: one for name, one in tables.items() if one.rows}


def _peers(profile: Profile) -> Part:
    """Municipalities that were alike, with what both were compared by."""
    words, _ = profile.words, profile.words.text
    rule = facts.peer_rule(profile.warehouse)
    labels = {
        "peer_code": _("Code"),
        "municipality_name": _("Municipality"),
        "department_name": _("Department"),
        "rate_before_per_100k": _("Homicide rate before"),
        "population": _("Residents"),
        "density_per_km2": _("Residents per km²"),
        "own_rate_before_per_100k": _("Homicide rate before, of this municipality"),
        "own_population": _("Residents of this municipality"),
        "own_density_per_km2": _("Residents per km² of this municipality"),
    }
    notes = []
    if rule:
        years = f"{rule.first_year}–{rule.last_year}"
        notes = [
            (_("Years of the homicide rate"), years),
            (_("The rule by which they were picked"), rule.text(words.code)),
            (_("Keep in mind"), peer_caveat(profile)),
        ]
    rows = facts.peers(profile.warehouse, profile.code)
    title = _("Similar municipalities elsewhere")
    return Part(title, fields(labels), rows, notes=notes, key=["peer_code"])


def _publishers(profile: Profile) -> Part:
    """What several publishers of the same events count."""
    _ = profile.words.text
    labels = {
        "year": _("Year"),
        "series_id": _("Series"),
        "events": _("Recorded"),
        "gap": _("Difference from the first publisher"),
        "is_provisional": _("Provisional"),
        "is_partial": _("Incomplete"),
    }
    rows = facts.publisher_counts(profile.warehouse, profile.code)
    series = _series_in(profile, rows)
    return Part(_("Sources side by side"), fields(labels), rows, series, key=["year", "series_id"])


def _revisions(profile: Profile) -> Part:
    """What each release said of the newest year that several hold."""
    _ = profile.words.text
    labels = {
        "series_id": _("Series"),
        "year": _("Year"),
        "cut_date": _("Cut"),
        "events": _("Recorded"),
        "is_shown": _("Shown here"),
    }
    rows = facts.revised(profile.warehouse, profile.code)
    return Part(_("What has been revised"), fields(labels), rows, _series_in(profile, rows))


def _series_in(profile: Profile, rows: Iterable[PublisherCount | Revised]) -> list[Series]:
    """Series that rows tell of, in the order of lists."""
    named = {one.series_id for one in rows}
    return [one for name, one in profile.series.items() if name in named]


def _coverage(profile: Profile) -> Part:
    """What is known of each programme in a municipality; never beside a figure."""
    rows = [
        Covered(one.id, facts.coverage(profile.warehouse, one.id)[profile.code])
        for one in PROGRAMMES
    ]
    return coverage_part(profile.words, profile.words.text("Programme coverage"), rows)


def _named(profile: Profile) -> Part:
    """The municipalities of a department that the programme's sources name."""
    _ = profile.words.text
    rows = [Covered(SOMOS_COMUNIDAD.id, one) for one in _known(profile) if _is_in(one)]
    return coverage_part(profile.words, _("Programme coverage: municipalities named"), rows)


def _states(profile: Profile) -> Part:
    """How many municipalities of a department are in each state: candidates are not named."""
    _ = profile.words.text
    rows = []
    for programme in PROGRAMMES:
        known = facts.coverage(profile.warehouse, programme.id)
        states = [known[code].state for code in profile.municipalities]
        rows += [State(programme.id, state, states.count(state)) for state in dict.fromkeys(states)]
    labels = {
        "programme_id": _("Programme"),
        "state": _("What is known"),
        "municipalities": _("Municipalities"),
    }
    title = _("Programme coverage: municipalities in each state")
    return Part(title, fields(labels), rows, key=["programme_id", "state"])


def _known(profile: Profile) -> list[Coverage]:
    known = facts.coverage(profile.warehouse, SOMOS_COMUNIDAD.id)
    return [known[code] for code in profile.municipalities]


def _is_in(coverage: Coverage) -> bool:
    return claims.is_in_programme(coverage.state)


def _data(profile: Profile) -> list[ProgrammeDatum]:
    """The newest of each indicator, which is what the page tells."""
    return [
        one
        for one in facts.programme_data(profile.warehouse, SOMOS_COMUNIDAD.id)
        if one.municipality_code == profile.code and one.is_newest
    ]
