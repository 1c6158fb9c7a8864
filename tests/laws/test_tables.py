"""Every law of ``sql/check`` holds in the invented country and notices a breach of it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.catalog.sensitivity import Sensitivity
from pipeline.catalog.tables import TABLES, column_facts
from pipeline.errors import ContractError
from pipeline.store.warehouse import Draft
from tests import world

SQL = Path(__file__).parents[2] / "pipeline" / "store" / "sql"

_CHANGE = """
    insert into mart.change by name
    select
        series_id, municipality_code, time_window, period, period as earlier_period,
        true as is_newest, 2 as earlier_events, events, {facts}
    from mart.rate_window
    where series_id = 'sightings' and municipality_code = '05901' and time_window = 'year'
"""
"""No two whole years of the invented country can be set side by side."""
_ROSE = "3 as ratio, 2 as ratio_lower, 4 as ratio_upper, 0.01 as adjusted_p, 'rise' as word"
_TREND = """
    insert into mart.trend by name
    select
        series_id, municipality_code, 2021 as first_year, 2021 as last_year, 1 as years, {facts}
    from mart.rate_window
    where series_id = 'sightings' and municipality_code = '05901' and time_window = 'year'
"""
"""No series of the invented country has five years."""
_OF_DEPARTMENT = {
    "municipality_code = '05901'": "department_code = '05'",
    "municipality_code": "department_code",
    "mart.change ": "mart.change_department ",
    "mart.trend ": "mart.trend_department ",
    "mart.rate_window": "mart.rate_department_window",
}
_FELL = (
    "events, -3 as percent, -4 as percent_lower, -2 as percent_upper, 0.01 as adjusted_p, "
    "'falling' as word"
)


def _of_department(statement: str) -> str:
    """The same breach in the marts of departments."""
    for municipal, departmental in _OF_DEPARTMENT.items():
        statement = statement.replace(municipal, departmental)
    return statement


_PEERS = """
    insert into mart.peer_rule values ('sightings', 2017, 2019, 2, '', '');
    insert into mart.peer_covariate values
        ('05901', true, 1, 1, 1), ('05902', true, 1, 1, 1),
        ('05903', true, 1, 1, null), ('98901', false, 1, 1, 1);
    insert into mart.peer values ('05901', 1, '98901', 0.5), ('05902', 1, '98901', 0.1)
"""
"""The invented country publishes nothing from before the programme."""


def _after(*statements: str) -> str:
    """Statements one after the other."""
    return " ".join(statements)


_GROUP = """
    insert into mart.group_member values ('documented', '05901');
    insert into mart.group_rate by name
    select
        * exclude (municipality_code, dispersion), 'documented' as group_id, null as event_year,
        false as may_have_begun, 1 as members, 1 as members_published,
        1 as members_with_residents, false as compares_with_before
    from mart.rate_window
    where series_id = 'sightings' and municipality_code = '05901' and time_window = 'year';
"""
_LEFT_OUT = """
    insert into mart.group_leave_one_out by name
    select
        series_id, group_id, time_window, period, '05901' as municipality_code, 0 as events,
        0 as rate_per_100k, rate_per_100k as group_rate_per_100k,
        -rate_per_100k as shift_per_100k, true as is_largest
    from mart.group_rate;
"""
_FAN = """
    insert into mart.placebo_fan by name
    select
        'sightings' as series_id, 'documented' as group_id, 'year' as time_window,
        'ratio' as measure, 1 as years_after, 1 as members, 1 as windows, 1000 as draws,
        0.4 as lower_95, 0.5 as lower_80, 0.6 as lower_50, 0.8 as median, 1.0 as upper_50,
        1.2 as upper_80, 1.4 as upper_95, 0.7 as own, 400 as below,
        false as crosses_definition, 1 as seed;
"""

BREACHES = {
    "anomalies": [
        "update mart.anomaly set events = events + 1",
        "update mart.anomaly set anomaly = 'usual' where expected is null",
        "update mart.anomaly set expected = 1",
        "update mart.anomaly set p = 0.5",
        "update mart.anomaly set expected = 1, anomaly = 'usual', p = 0.5, adjusted_p = 0.4",
    ],
    "changes": [
        _CHANGE.format(facts=_ROSE.replace("2 as ratio_lower", "1 as ratio_lower")),
        _CHANGE.format(facts=_ROSE.replace("0.01", "0.06")),
        _CHANGE.format(facts=_ROSE.replace("rise", "fall")),
        _CHANGE.format(facts=_ROSE.replace("3 as ratio", "5 as ratio")),
        _CHANGE.format(facts=_ROSE.replace("rise", "too few events")),
        _CHANGE.format(facts="2 as ratio, 'not comparable' as word, 'too few events' as refusal"),
        _CHANGE.format(facts=_ROSE).replace("events, 3", "events + 1 as events, 3"),
        _of_department(_CHANGE.format(facts=_ROSE.replace("rise", "fall"))),
        _of_department(_CHANGE.format(facts=_ROSE).replace("events, 3", "events + 1 as events, 3")),
    ],
    "clusters": [
        "update mart.moran set places_named = 1 where series_id = 'sightings'",
        "update mart.cluster set spot = 1 where municipality_code = '05901'",
        "update mart.cluster set cluster = 'high-high' where municipality_code = '05901'",
        "update mart.cluster set cluster = 'undefined' where municipality_code = '05901'",
        "update mart.cluster set municipality_code = '05999' where municipality_code = '05901'",
        "update mart.cluster set adjusted_p = p / 2 where p is not null",
        "delete from mart.moran where series_id = 'sightings'",
    ],
    "coverage_count": [
        "update core.programme set municipality_count = 0",
        "update core.programme set municipality_count = 1",
        "update core.coverage set state = 'not_covered' where state = 'no_evidence'",
    ],
    "coverage_lists": [
        "update core.coverage_list set is_current = true",
        "update core.coverage_list set is_current = false",
        "update core.coverage_list set municipalities = 2 where position = 2",
        "update core.coverage_history set municipality_code = '05903' where evidence = 'confirmed'",
        "delete from core.coverage_history where evidence = 'confirmed'",
        "update core.coverage set state = 'documented' where state = 'candidate'",
    ],
    "coverage_months": [
        "delete from mart.coverage_monthly where month = '2021-01-01'",
        "update mart.coverage_monthly set presence = 'no' where presence = 'unknown'",
        "update mart.coverage_monthly set presence = 'unknown' where presence = 'no'",
        "update mart.coverage_monthly set presence = 'yes' where presence = 'maybe'",
        "update mart.coverage_monthly set presence = 'over' where presence = 'planned'",
        "update mart.coverage_monthly set state = 'not_covered' where state = 'outside'",
        "update core.coverage set start_latest = null",
        "update core.coverage set start_latest = '2019-12-31' where state = 'documented'",
        "update core.coverage set start_earliest = null where state = 'documented'",
    ],
    "coverage_places": [
        "delete from core.coverage where municipality_code = '98901'",
        "update core.coverage set state = 'candidate' where state = 'outside'",
        "update core.coverage set state = 'outside' where state = 'no_evidence'",
        "update core.coverage set state = 'candidate' where state = 'no_evidence'",
        "update core.coverage set state = 'no_evidence' where state = 'candidate'",
        "update core.coverage set evidence = null where state = 'documented'",
        "update core.coverage set evidence = 'reported' where state = 'candidate'",
        "update core.coverage set source_title = null where state = 'documented'",
        "update core.coverage set is_named_region = true where state = 'no_evidence'",
        "update core.coverage set state = 'not_covered' where programme_id = 'decreto'",
        "update core.programme set departments = '' where programme_id = 'prueba'",
    ],
    "coverage_population": [
        "delete from mart.population_yearly where municipality_code = '05902' and year = 2022"
    ],
    "department_windows": [
        "update mart.rate_department_window set events = events + 1",
        "update mart.rate_department_window set person_years = person_years + 1",
        "update mart.rate_department_window set person_years = null",
        "delete from mart.rate_department_yearly where series_id = 'sightings'",
    ],
    "events_of_departments": [
        "update mart.rate_department_yearly set events = events + 1 where series_id = 'sightings'",
        "update mart.rate_department_yearly set unlocated_events = 0 where unlocated_events = 2",
    ],
    "events_of_files": [
        "update core.source_file set events_stored = 31 where dataset = 'sightings'",
        "update core.crime_department_yearly set events = 41 where year = 2020",
        "update core.context_yearly set value = 0.5 where value = 0",
        "delete from core.source_file where dataset = 'crowds'",
    ],
    "events_of_months": [
        "update mart.rate_monthly set events = 4 where series_id = 'sightings' and events = 3",
        "delete from mart.rate_monthly where municipality_code = '05000'",
    ],
    "events_of_twelve_months": [
        "update mart.rate_rolling set events = events + 1 where series_id = 'crowds'"
    ],
    "events_of_years": [
        "update mart.rate_yearly set events = 12 where events = 12.5",
        "delete from mart.rate_yearly where municipality_code = '00000'",
        "insert into core.crime_yearly values ('meteors', '05902', 2020, 1)",
    ],
    "events_of_windows": [
        "update mart.rate_window set events = events + 1 where series_id = 'crowds'",
        "delete from mart.rate_yearly where series_id = 'crowds' and municipality_code = '05902'",
    ],
    "group_sizes": [
        "update core.crime_group_monthly set group_squares = 5",  # six events, at least six
        "update core.crime_group_monthly set group_squares = 37",  # at most one group of six
        "insert into core.crime_monthly values ('crowds', '05901', '2021-04-01', 1)",
        "insert into core.crime_group_monthly values ('crowds', '05901', '2021-04-01', 1)",
    ],
    "groups": [
        _after(_GROUP, "update mart.group_rate set events = events + 1"),
        _after(_GROUP, "update mart.group_rate set members_published = 0"),
        _after(_GROUP, "update mart.group_rate set members = 2 where rate_per_100k is not null"),
        _after(_GROUP, "update core.series set is_apart_from_coverage = true"),
        _after(_GROUP, "delete from mart.group_member"),
    ],
    "groups_left_out": [
        _after(_GROUP, _LEFT_OUT, "update mart.group_leave_one_out set events = 1"),
        _after(_GROUP, _LEFT_OUT, "update mart.group_leave_one_out set shift_per_100k = 1"),
        _after(
            _GROUP, _LEFT_OUT, "update mart.group_leave_one_out set municipality_code = '05902'"
        ),
    ],
    "placebo_fans": [
        _after(_FAN, "update mart.placebo_fan set lower_80 = 0.9"),
        _after(_FAN, "update mart.placebo_fan set below = 1001"),
        _after(_FAN, "update mart.placebo_fan set own = null"),
        _after(_FAN, "update mart.placebo_fan set refusal = 'too few events'"),
        _after(_FAN, "update mart.placebo_fan set crosses_definition = true"),
        _after(_FAN, "update core.series set is_apart_from_coverage = true"),
    ],
    "known_municipalities": [
        "update core.context_yearly set municipality_code = '05999'",
        "update core.population_yearly set municipality_code = '05999' where population = 0",
        "update core.coverage set municipality_code = '98000' where state = 'outside'",
        "update core.availability set municipality_code = '05999' where series_id = 'crowds'",
        "update core.crime_department_yearly set department_code = '97'",
        "update core.municipality set department_code = '98' where municipality_code = '05903'",
        "delete from core.department where department_code = '98'",
    ],
    "known_places": [
        "update core.crime_monthly set municipality_code = '05999' where series_id = 'crowds'",
        "update core.crime_yearly set municipality_code = '97000'",
        "update core.revision set municipality_code = '97000'",
        "insert into core.point_disagreement values ('a', 2021, 'b', 'c', null, '05999', 1, 1)",
    ],
    "known_series": [
        "update core.series set is_published = true where series_id = 'ghosts'",
        "update core.crime_monthly set series_id = 'ghosts' where series_id = 'crowds'",
        "update core.crime_yearly set series_id = 'undeclared'",
    ],
    "known_sources": ["delete from core.source where source_id = 'gauges'"],
    "leader_killings": [
        "update core.crime_monthly set series_id = 'leader_killings' where series_id = 'crowds'",
        "update core.revision set series_id = 'leader_killings'",
        "update mart.rate_monthly set series_id = 'leader_killings' where series_id = 'crowds'",
        "update mart.rate_rolling set series_id = 'leader_killings' where series_id = 'crowds'",
    ],
    "neighbours": [
        "delete from mart.neighbour where municipality_code = '05901'",
        "update mart.neighbour set neighbour_code = municipality_code",
        "update mart.neighbour set municipality_code = '05999' where municipality_code = '05901'",
    ],
    "outlines": [
        # latitude before longitude
        "update core.municipality set web_geometry = 'POLYGON ((6 -75, 7 -75, 7 -74, 6 -75))'",
        "update core.department set web_geometry = 'POLYGON ((6 -75, 7 -75, 7 -74, 6 -75))'",
    ],
    "parts_of_series": [
        "update core.crime_monthly set events = 8 where series_id = 'sightings' and events = 7",
        "delete from core.crime_monthly where series_id = 'sightings_by_day' and events = 6",
    ],
    "peers": [
        _PEERS.replace("0.1)", "0.1), ('05901', 2, '98901', 0.4)"),  # nearer than the first
        _PEERS.replace("0.1)", "0.1), ('05901', 3, '98901', 0.6)"),
        _PEERS.replace("'sightings', 2017, 2019, 2", "'sightings', 2017, 2019, 0")
        + ", ('05901', 3, '98901', 0.6)",
        _PEERS.replace("('05902', 1, '98901'", "('05902', 1, '05901'"),
        _PEERS.replace("('05902', 1,", "('05903', 1,"),
        _PEERS.replace("('98901', false, 1", "('98901', false, null"),
        _PEERS.replace("('05902', 1,", "('98901', 1,"),
    ],
    "published_months": [
        "insert into core.crime_monthly values ('sightings', '05901', '2022-04-01', 1)",
        "insert into core.crime_monthly values ('sightings', '05901', '2020-12-01', 1)",
        "insert into core.crime_monthly values ('migrations', '05902', '2021-02-01', 1)",
        "insert into core.crime_yearly values ('meteors', '05901', 2022, 1)",
    ],
    "published_once": [
        "insert into core.availability values ('crowds', '05901', '2021-01-01', 'complete')"
    ],
    "published_places": [
        "delete from mart.rate_monthly where municipality_code = '05902' and month = '2021-02-01'"
    ],
    "published_totals": [
        "update core.published_total set events = 3 where period_start = '2020-01-01'",
        # an older release is held to the totals of its own cut
        "update core.revision set events = 10 where cut_date = '2022-01-31' and events = 9",
        # a year of which the municipal file has nothing
        "update core.published_total set period_start = '2019-01-01' where series_id = 'meteors'",
    ],
    "ranks": [
        "update mart.rank set position = position + 1",
        "update mart.rank set ranked = ranked + 1",
        "update mart.rank set alike = ranked",
        "update mart.rank set rank_median = rank_upper + 1",
        "update mart.rank set rank_lower = 0",
    ],
    "rates": [
        "update mart.rate_yearly set rate_upper_per_100k = 1 where rate_per_100k > 1",
        "update mart.rate_rolling set rate_lower_per_100k = 99 where rate_per_100k < 99",
        "update mart.rate_monthly set person_years = null where series_id = 'crowds'",
        "update mart.rate_department_yearly set rate_lower_per_100k = null",
    ],
    "rows_of_files": [
        "update core.source_file set rows_read = 11 where dataset = 'crowds'",
        "update core.source_file set events_read = 7 where dataset = 'crowds'",
        "delete from core.source_drop",
        "update core.source_drop set events = 2",
    ],
    "smoothed_rates": [
        "update mart.rate_smoothed set period = '2022-12-01' where time_window = 'year'",
        "update mart.rate_window set crosses_edition = true where series_id = 'sightings'",
        "update mart.rate_smoothed set smoothed_lower_per_100k = null",
        "update mart.rate_smoothed set department_smoothed_upper_per_100k = 0",
    ],
    "source_gaps": [
        "update mart.source_gap set events = events + 1",
        "update mart.source_gap set other_events = other_events + 1",
        "update mart.source_gap set gap = gap + 1",
        "update mart.source_gap set other_months_published = 6",
        "update mart.source_gap set direction = 'rise'",
        "update mart.source_gap set agreement = 'same', direction = 'rise', refusal = null",
        "update mart.source_gap set agreement = 'opposite'",
    ],
    "trends": [
        _TREND.format(facts=_FELL.replace("-2 as", "0 as")),
        _TREND.format(facts=_FELL.replace("0.01", "0.06")),
        _TREND.format(facts=_FELL.replace("falling", "rising")),
        _TREND.format(facts=_FELL.replace("falling", "stable").replace("-4 as", "-6 as")),
        _TREND.format(facts=_FELL.replace("-3 as", "-5 as")),
        _TREND.format(facts=_FELL.replace("events", "events + 1 as events")),
        _of_department(_TREND.format(facts=_FELL.replace("falling", "rising"))),
        _of_department(_TREND.format(facts=_FELL.replace("events", "events + 1 as events"))),
    ],
}
"""Of each law, changes to the stored tables that it must notice."""


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Draft]:
    with world.stored(tmp_path_factory.mktemp("data")) as draft:
        yield draft


@pytest.fixture
def draft(stored: Draft) -> Iterator[Draft]:
    stored._connection.execute("begin")
    yield stored
    stored._connection.execute("rollback")


def test_the_invented_country_breaks_no_law(draft: Draft) -> None:
    draft.check()


def test_a_broken_law_is_named_in_words(draft: Draft) -> None:
    draft._connection.execute("delete from core.source where source_id = 'gauges'")
    with pytest.raises(ContractError) as error:
        draft.check()
    assert "every feed and file belongs to a declared source: 3 rows" in str(error.value)
    assert "for example table_name core." in str(error.value)


def test_every_law_has_a_breach() -> None:
    assert {path.stem for path in SQL.glob("check/*.sql")} == set(BREACHES)


def test_a_change_whose_limits_exclude_none_may_be_named(draft: Draft) -> None:
    draft._connection.execute(_CHANGE.format(facts=_ROSE))
    draft._connection.execute(_TREND.format(facts=_FELL))
    draft._connection.execute(_of_department(_CHANGE.format(facts=_ROSE)))
    draft._connection.execute(_of_department(_TREND.format(facts=_FELL)))
    assert draft.frame("check/changes").empty
    assert draft.frame("check/trends").empty


def test_peers_of_whom_all_is_known_break_no_law(draft: Draft) -> None:
    draft._connection.execute(_PEERS)
    assert draft.frame("check/peers").empty


def test_a_trend_leaves_out_a_year_that_may_grow(draft: Draft) -> None:
    draft._connection.execute(_TREND.format(facts=_FELL))
    draft._connection.execute(
        "insert into mart.rate_window by name select * replace ("
        "true as is_provisional, cast('2021-11-01' as date) as period) from mart.rate_window "
        "where series_id = 'sightings' and municipality_code = '05901' and time_window = 'year'"
    )
    assert draft.frame("check/trends").empty


def test_a_departments_pool_with_a_year_of_unknown_residents_has_no_person_years(
    draft: Draft,
) -> None:
    copied = "insert into {mart} by name select * replace ({facts}) from {mart} where {row}"
    of_crowds = "series_id = 'crowds' and department_code = '05'"
    for mart, row, facts in (
        (
            "mart.rate_department_yearly",
            f"{of_crowds} and year = 2021",
            "2020 as year, null as person_years",
        ),
        (
            "mart.rate_department_window",
            f"{of_crowds} and time_window = 'year'",
            "'pooled' as time_window, 2 * events as events, null as person_years",
        ),
    ):
        draft._connection.execute(copied.format(mart=mart, facts=facts, row=row))
    assert draft.frame("check/department_windows").empty
    draft._connection.execute(
        "update mart.rate_department_window set person_years = 1 where time_window = 'pooled'"
    )
    assert len(draft.frame("check/department_windows")) == 1


@pytest.mark.parametrize(
    ("law", "breach"),
    [
        pytest.param(law, breach, id=f"{law}-{number}")
        for law, breaches in BREACHES.items()
        for number, breach in enumerate(breaches)
    ],
)
def test_a_breach_is_noticed(draft: Draft, law: str, breach: str) -> None:
    (changed,) = draft._connection.execute(breach).fetchone() or (0,)
    assert changed
    assert len(draft.frame(f"check/{law}"))


def test_every_column_says_what_it_means_and_is_public() -> None:
    for table in TABLES.values():
        assert set(table.key) <= set(table.schema.columns), table.name
        assert not [name for name in table.key if table.schema.columns[name].nullable], table.name
        for name, facts in column_facts(table).items():
            assert facts["meaning"], f"{table.name}.{name}"
            assert facts["sensitivity"] is Sensitivity.PUBLIC, f"{table.name}.{name}"


def test_no_answer_joins_coverage_to_figures() -> None:
    for path in SQL.glob("view/*.sql"):
        text = path.read_text()
        marts = set(re.findall(r"mart\.\w+", text)) - {"mart.coverage_monthly"}
        is_coverage = "core.coverage" in text or "mart.coverage" in text
        assert not (is_coverage and (marts or "crime_" in text)), path.name
