"""Every notebook runs offline on the bundled snapshot; its answer holds figures known elsewhere.

What is expected was published, counted in the files with other tools, or is reckoned here another
way: row by row from the core tables.
"""

import math
import statistics
from collections import Counter
from collections.abc import Callable
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from esda import Moran_Rate
from libpysal.weights import W
from scipy import stats
from statsmodels.api import GLM, add_constant
from statsmodels.genmod.families import Binomial, Poisson
from statsmodels.stats.multitest import multipletests

import pipeline as atlas
from pipeline import views
from pipeline.catalog.places import PROGRAMME_DEPARTMENTS
from pipeline.catalog.series import SERIES
from tests.published_figures import DEPARTMENTS, HOMICIDES_POLICE, RELEASES
from tools import notebooks

Figures = dict[str, Any]
PATHS = {path.stem[:2]: path for path in notebooks.paths()}


class Asked(HTMLParser):
    """What a page makes a browser ask for."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.tags: Counter[str] = Counter()
        self.bare_pictures = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        told = dict(attrs)
        self.addresses += [told[name] or "" for name in ("src", "srcset", "data") if name in told]
        if tag == "img":
            self.bare_pictures += not told.get("alt")


@pytest.fixture(scope="module")
def executed(bundled_data_dir: Path) -> Callable[[str], Any]:
    """An executed notebook by its number; each runs once."""
    return cache(lambda number: notebooks.executed(PATHS[number], DATA_DIR=str(bundled_data_dir)))


@pytest.fixture(scope="module")
def answered(executed: Callable[[str], Any]) -> Callable[[str], Figures]:
    """The figures of a notebook's answer, by its number."""

    def figures(number: str) -> Figures:
        (told,) = (
            output.metadata["figures"]
            for cell in executed(number).cells[:2]
            for output in cell.get("outputs", ())
            if "figures" in output.metadata
        )
        return dict(told)

    return figures


@pytest.fixture(scope="module")
def warehouse(bundled_data_dir: Path) -> atlas.Warehouse:
    return atlas.open(bundled_data_dir)


@pytest.mark.parametrize("number", PATHS)
def test_it_runs_and_its_page_asks_for_nothing_else(executed, tmp_path, number) -> None:
    page, *figures = notebooks.rendered(executed(number), number, tmp_path)
    text = page.read_text("utf-8")
    asked = Asked(text)
    assert figures
    assert asked.tags["img"] == len(figures)
    assert not asked.bare_pictures
    assert not asked.tags.keys() & {"script", "link", "iframe", "object", "embed"}
    assert not [address for address in asked.addresses if not address.startswith("data:")]
    assert "@import" not in text
    assert "url(" not in text
    for figure in figures:
        assert "<svg" in figure.read_text("utf-8")


@pytest.fixture(scope="module")
def homicides(warehouse: atlas.Warehouse) -> pd.DataFrame:
    """Homicides and person-years of every municipality and year with known residents."""
    monthly = warehouse.table("core.crime_monthly").query("series_id == 'homicide_police'")
    counted = monthly.groupby(["municipality_code", monthly["month"].dt.year])["events"].sum()
    people = warehouse.table("core.population_yearly").query("population > 0 and year < 2025")
    people = people.assign(days=365 + people["year"].mod(4).eq(0))
    people["person_years"] = people["population"] * people["days"] / 365.25
    exposed = people.set_index(["municipality_code", "year"])[["person_years"]]
    return exposed.assign(events=counted.rename_axis(exposed.index.names)).fillna(0)


def test_the_tour_tells_published_totals(answered, warehouse) -> None:
    told = answered("01")
    assert told["homicides"] == sum(HOMICIDES_POLICE.values())
    assert told["newest_police"] == max(HOMICIDES_POLICE)
    assert told["declared"] == len(SERIES)
    assert (told["met"], told["stated"]) == (24, 24)  # 2003-2026
    assert told["before"] == RELEASES["kidnapping", "2025-12-31"][2025]
    assert told["after"] == RELEASES["kidnapping", "2026-01-31"][2025]
    open_months = {
        listed.label_en.lower(): 12 * (listed.last_month.year - listed.last_complete_month.year)
        + listed.last_month.month
        - listed.last_complete_month.month
        for listed in atlas.series(warehouse=warehouse).query("is_published").itertuples()
        if "month" in listed.windows
    }
    assert (told["open_least"], told["open_most"]) == ("none", max(open_months.values()))
    assert min(open_months.values()) == 0
    assert open_months[told["open_longest"]] == told["open_most"]
    assert told["municipalities"] == 373
    assert told["spoken_of"] == 139  # counted in the register's file
    people = warehouse.table("core.population_yearly")
    known = {
        (code, year): residents
        for code, year, residents in zip(
            people["municipality_code"], people["year"], people["population"], strict=True
        )
        if code[:2] in PROGRAMME_DEPARTMENTS and residents
    }
    for seam, moved in ((2018, "first_moved"), (2025, "last_moved")):
        before = {code: n for (code, year), n in known.items() if year == seam - 1}
        steps = [abs(known[code, seam] - n) / n for code, n in before.items()]
        assert told[moved] == sum(step > 0.1 for step in steps)


def test_small_numbers_are_told_as_a_count_by_hand_finds_them(answered, homicides) -> None:
    told = answered("03")
    ours = homicides[homicides.index.get_level_values(0).str[:2].isin(PROGRAMME_DEPARTMENTS)]
    newest = ours.xs(2024, level="year")["events"]
    assert (told["few"], told["none"], told["places"]) == (
        (newest < 10).sum(),
        (newest == 0).sum(),
        373,
    )

    def chance(count: int, expected: float) -> float:
        return math.exp(count * math.log(expected) - expected - math.lgamma(count + 1))

    moved = sum(
        chance(first, 2.5) * chance(second, 2.5)
        for first in range(1, 60)
        for second in range(120)
        if abs(second - first) >= first / 2
    )
    assert told["moves"] == pytest.approx(100 * moved / (1 - chance(0, 2.5)))
    # a relative standard error above 40 % is that of six events or fewer
    assert told["unstable"] == (newest <= 6).sum()
    three_years = ours.loc[pd.IndexSlice[:, 2022:2024], "events"].groupby(level=0).sum()
    assert told["unstable_pooled"] == (three_years <= 6).sum()


@pytest.mark.parametrize("group", ["nation", "region"])
def test_the_most_violent_places_fall_by_themselves(answered, homicides, group) -> None:
    changes = {"top": [], "rest": []}
    # windows of one edition of the population, none across the change of definition of 2022
    for start in (*range(2003, 2015), 2018):
        earlier, later = (
            homicides.loc[pd.IndexSlice[:, list(years)], :].groupby(level=0).agg(["sum", "size"])
            for years in ((start, start + 1), (start + 2, start + 3))
        )
        whole = earlier["events", "size"].eq(2) & later["events", "size"].reindex(earlier.index).eq(
            2
        )
        codes = whole.index[whole]
        if group == "region":
            codes = codes[codes.str[:2].isin(PROGRAMME_DEPARTMENTS)]
        rate = {
            code: earlier.loc[code, ("events", "sum")] / earlier.loc[code, ("person_years", "sum")]
            for code in codes
        }
        top = sorted(codes, key=rate.__getitem__)[-35:]
        for name, chosen in (("top", top), ("rest", sorted(set(codes) - set(top)))):
            before, after = (
                span.loc[chosen, ("events", "sum")].sum()
                / span.loc[chosen, ("person_years", "sum")].sum()
                for span in (earlier, later)
            )
            changes[name].append(100 * (after / before - 1))
    told = answered("03")
    assert told[f"{group}_windows"] == len(changes["top"])
    assert told[f"{group}_fell"] == sum(change < 0 for change in changes["top"])
    assert told[f"{group}_top"] == pytest.approx(statistics.fmean(changes["top"]))
    fell_more = [top < rest for top, rest in zip(changes["top"], changes["rest"], strict=True)]
    assert told[f"{group}_more"] == sum(fell_more)
    assert told[f"{group}_rest"] == pytest.approx(statistics.fmean(changes["rest"]))


def falling(moves: list[float], chances: list[float]) -> set[str]:
    """Departments that moved down beyond chance, at a false discovery rate over the seven."""
    is_named = multipletests(chances, method="fdr_bh")[0] & (np.array(moves) < 0)
    return {code for code, named in zip(PROGRAMME_DEPARTMENTS, is_named, strict=True) if named}


def test_seven_departments_move_as_another_library_finds(answered, warehouse, homicides) -> None:
    told = answered("02")
    departments = warehouse.table("core.department")
    names = departments.set_index("department_code")["department_name"]
    ours = homicides[homicides.index.get_level_values(0).str[:2].isin(PROGRAMME_DEPARTMENTS)]
    department = ours.index.get_level_values(0).str[:2]
    summed = ours.groupby([department, ours.index.get_level_values(1)]).sum()
    newest = summed.xs(2024, level=1).sum()
    assert (told["newest_year"], told["homicides"]) == (2024, newest["events"])
    assert told["rate"] == pytest.approx(100_000 * newest["events"] / newest["person_years"])
    for code, published in DEPARTMENTS["homicide_police"].items():
        assert summed.loc[code, "events"].loc[2019:2024].tolist() == list(published)

    yearly = warehouse.table("core.crime_yearly").query("series_id == 'homicide_mindefensa'")
    yearly = yearly.assign(department=yearly["municipality_code"].str[:2])
    ministry = yearly.groupby(["department", "year"])["events"].sum()
    both_falling, both_fell = set(PROGRAMME_DEPARTMENTS), set(PROGRAMME_DEPARTMENTS)
    words_differ: set[str] = set()
    for counted in (summed["events"], ministry):
        slopes, doubts, moves, chances = [], [], [], []
        for code in PROGRAMME_DEPARTMENTS:
            at_risk = summed.loc[code, "person_years"]
            own, exposed = counted.loc[code].loc[2003:2017], at_risk.loc[2003:2017]
            model = GLM(
                own, add_constant(own.index - 2010), family=Poisson(), offset=np.log(exposed)
            ).fit(scale="X2")
            slope, error = model.params.iloc[1], model.bse.iloc[1]
            slopes.append(slope)
            doubts.append(2 * stats.t.sf(abs(slope / error), len(own) - 2))
            before, after = counted.loc[code].loc[2023:2024].astype(int)
            share = at_risk.loc[2024] / at_risk.loc[2023:2024].sum()
            moves.append(after / (before + after) - share)
            chances.append(stats.binomtest(after, before + after, share).pvalue)
        both_falling &= falling(slopes, doubts)
        fell = falling(moves, chances)
        words_differ ^= fell
        both_fell &= fell
    assert told["falling"] == len(both_falling)
    assert told["fell_names"] == " and ".join(sorted(names[code] for code in both_fell))
    assert words_differ
    assert all(names[code] in told["apart"] for code in words_differ)
    assert (told["first_year"], told["last_year"]) == (2003, 2017)

    filed = warehouse.table("core.crime_department_yearly").query("year == 2022")
    filed = filed[filed["department_code"].isin(PROGRAMME_DEPARTMENTS)]
    assert (told["displaced_year"], told["displaced"]) == (2022, filed["events"].sum())


def test_two_publishers_differ_as_counted_in_their_files(answered, warehouse) -> None:
    told = answered("06")
    counted: dict[int, dict[str, list[int]]] = {year: {} for year in HOMICIDES_POLICE}
    police = warehouse.table("core.crime_monthly").query("series_id == 'homicide_police'")
    yearly = warehouse.table("core.crime_yearly").query("series_id == 'homicide_mindefensa'")
    for publisher, (filed, years) in enumerate(
        ((police, police["month"].dt.year), (yearly, yearly["year"]))
    ):
        for year, code, events in zip(
            years, filed["municipality_code"], filed["events"], strict=True
        ):
            if year in counted:
                counted[year].setdefault(code, [0, 0])[publisher] += events
    differ = {
        year: (sum(ours != theirs for ours, theirs in places.values()), len(places))
        for year, places in counted.items()
    }
    # counted in the publishers' files with other tools
    assert differ[2003][0] == 31
    assert (told["least_year"], told["differ_least"], told["places_least"]) == (2023, 0, 806)
    worst = max(differ, key=lambda year: differ[year][0] / differ[year][1])
    assert told["worst_year"] == worst
    assert (told["differ_worst"], told["places_worst"]) == differ[worst]
    assert (told["differ_newest"], told["places_newest"]) == differ[2024]
    assert (told["break_year"], told["break_gap"]) == (2021, 189)
    stated = warehouse.table("core.published_total").query(
        "series_id == 'homicide_mindefensa' and period == 'year'"
    )
    ministry = dict(zip(stated["period_start"].dt.year, stated["events"], strict=True))
    gaps = {year: police - ministry[year] for year, police in HOMICIDES_POLICE.items()}
    assert (told["newest"], told["newest_gap"]) == (2024, gaps[2024])
    assert told["widest_gap"] == max(gaps.values(), key=abs)
    assert told["widest_percent"] == pytest.approx(
        max(100 * abs(gap) / HOMICIDES_POLICE[year] for year, gap in gaps.items())
    )


def test_the_gap_of_a_department_is_that_of_published_counts(executed) -> None:
    (drawn,) = (cell for cell in executed("06").cells if cell.id == "departments")
    police, ministry = (DEPARTMENTS[f"homicide_{name}"] for name in ("police", "mindefensa"))
    texts = drawn.outputs[0].data["image/svg+xml"]
    for code, counts in police.items():
        for ours, theirs in zip(counts, ministry[code], strict=False):
            if ours != theirs:
                assert f"<!-- {ours - theirs:+} -->" in texts


def test_clusters_are_beyond_chance_as_another_library_finds(answered, warehouse) -> None:
    told = answered("04")
    window = warehouse.table("mart.rate_window").query(
        "series_id == 'homicide_police' and time_window == 'pooled' and person_years > 0"
    )
    window = window[window["period"].eq(pd.Timestamp(2024, 12, 1))]
    located = window[~window["municipality_code"].str.endswith("000")]
    exposed = located.set_index("municipality_code")[["events", "person_years"]]
    links = warehouse.table("mart.neighbour")
    beside = {code: [] for code in exposed.index}
    for code, other in zip(links["municipality_code"], links["neighbour_code"], strict=True):
        if code in beside and other in beside:
            beside[code].append(other)
    weights = W(beside, id_order=list(exposed.index), silence_warnings=True)
    found = Moran_Rate(exposed["events"], exposed["person_years"], weights, permutations=0)
    assert told["moran"] == pytest.approx(found.I)
    assert told["places"] == len(exposed)
    # of maps without pattern at most one in twenty names a place, within Monte-Carlo error
    assert stats.binom.sf(told["any_flag"] - 1, told["maps"], 0.05) > 0.001
    # uncorrected, one place in twenty is flagged by the meaning of p
    assert told["naive"] == pytest.approx(0.05 * len(exposed), rel=0.1)


def test_own_data_join_where_they_belong(answered) -> None:
    told = answered("07")
    # one of thirty of 373 municipalities, and four points spoiled on purpose
    assert told["known"] == told["right"] == told["inside"] == 13
    assert (told["points"], told["nearest"], told["unlocated"]) == (17, 1, 3)
    assert told["distance"] == pytest.approx(2.2, abs=0.1)  # 0.02 degrees at the equator
    assert (told["broken"], told["mended"]) == ("5001", "05001")
    # one a month, and four more in December
    assert (told["events"], told["wells_year"]) == (16, 2024)
    assert told["windows"] == "year, rolling, month"


def test_the_programme_is_told_by_its_limits(answered, warehouse) -> None:
    told = answered("05")
    coverage = warehouse.table("core.coverage").query("programme_id == 'somos_comunidad'")
    state = coverage.set_index("municipality_code")["state"]
    possible = set(state.index[state.isin(["documented", "candidate"])])
    borders = warehouse.table("mart.neighbour")
    beside = set(borders.loc[borders["municipality_code"].isin(possible), "neighbour_code"])
    places = warehouse.table("core.municipality").dropna(subset="pdet_subregion")
    compared = sorted(
        code
        for code in places["municipality_code"]
        if code[:2] not in PROGRAMME_DEPARTMENTS and code not in beside
    )
    own = sorted(coverage.loc[coverage["evidence"].eq("confirmed"), "municipality_code"])
    assert (told["places"], told["compared"]) == (len(own), len(compared)) == (10, 67)

    counted = warehouse.table("core.crime_monthly").query("series_id == 'homicide_police'")
    people = warehouse.table("core.population_yearly").set_index(["municipality_code", "year"])
    sums = {}
    for name, first, last in (("before", "2018-01", "2020-09"), ("after", "2022-01", "2024-12")):
        span = pd.period_range(first, last, freq="M")
        inside = counted[counted["month"].dt.to_period("M").isin(span)]
        sums[name] = inside.groupby("municipality_code")["events"].sum()
        sums[f"{name}_years"] = {
            code: sum(
                people.loc[(code, month.year), "population"] * month.days_in_month for month in span
            )
            for code in (*own, *compared)
        }
    frame = pd.DataFrame(sums).reindex([*own, *compared]).fillna(0)
    frame = frame[frame[["before", "after"]].sum(axis=1) > 0]
    is_own = frame.index.isin(own).astype(float)
    fitted = GLM(
        frame[["after", "before"]],
        add_constant(is_own),
        family=Binomial(),
        offset=np.log(frame["after_years"] / frame["before_years"]),
    ).fit()
    assert told["usual_percent"] == pytest.approx(100 * np.expm1(fitted.params.iloc[1]), abs=0.01)
    ours = frame.loc[frame.index.isin(own), ["before", "after"]].sum(axis=1)
    assert told["top_share"] == pytest.approx(100 * ours.nlargest(2).sum() / ours.sum())
    assert told["lower_percent"] < 0 < told["upper_percent"]
    assert told["verdict"] == atlas.EVALUATION_VERDICTS["cannot tell"]["en"]
    # no outcome is left out, whichever way it goes; 95 % limits hold no zero where p is below 5 %
    stored = views.evaluation(warehouse).query("estimator == 'recommended'")
    others = stored[stored["series_id"].ne("homicide_police")]
    assert len(others) == 3
    for outcome in others.itertuples():
        assert f"*{outcome.label_en}*" in told["others"]
        assert (outcome.label_en.lower() in told["one_sided"]) == (outcome.p < 0.05)
    for words, found in (
        (atlas.EVALUATION_VERDICTS, others["verdict"]),
        (atlas.EVALUATION_REFUSALS, others["refusal"]),
    ):
        for word in found.dropna():
            assert words[word]["en"] in told["others"]
