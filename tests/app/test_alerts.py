"""Clusters and alerts: what the page names, what it says of chance, and what it leaves unsaid."""

import re
from datetime import date
from html import unescape
from pathlib import Path

import pytest

from dashboard import alerts, facts
from dashboard.alerts import Anomaly, Check, Clustered, History, MapTest, fitting
from dashboard.cluster_map import SIGNS, cluster_map
from pipeline import Warehouse
from tests.app.country import MARKUP
from tests.app.reading import everything, opened_at

ROOT = Path(__file__).parents[2]
MAY = date(2023, 5, 1)
HIGH = Anomaly(
    "sightings", "05901", "Villa Prueba", "05", "Tierra Nuestra", MAY, 9, 2.1, 0, 6,
    "unusually high", True,
)  # fmt: skip
LOW = HIGH._replace(
    series_id="crowds", municipality_code="05902", municipality_name=MARKUP, events=0,
    expected=6.2, expected_lower=2, expected_upper=11, anomaly="incomplete or low",
    is_provisional=False,
)  # fmt: skip
TEST = MapTest("year", date(2021, 12, 1), 0.4, -0.01, 0.0002, 1122, 2, True, 9999, False, True)


def told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the country findings that its few years cannot have."""
    places = [("05901", "high-high"), ("05902", "low-high"), ("05903", "not significant")]
    for name, answer in {
        "newest_anomalies": (HIGH, LOW),
        "checks": (
            Check("sightings", MAY, True, 3, 1, 1, 0),
            Check("crowds", MAY, False, 2, 0, 0, 1),
        ),
        "map_tests": {"year": TEST},
        "clustered": tuple(
            Clustered(code, {"05902": MARKUP}.get(code, code), "Tierra Nuestra", kind)
            for code, kind in places
        ),
        "histories": (
            History("05901", "Villa Prueba", "Tierra Nuestra", 2003, 2021, 19, 4, 0,
                    "sporadic hot spot"),
            History("05902", MARKUP, "Tierra Nuestra", 2003, 2021, 19, 0, 0, "no pattern"),
        ),
    }.items():  # fmt: skip
        monkeypatch.setattr(alerts, name, lambda *_asked, _answer=answer: _answer)


def test_each_finding_stands_beside_its_meaning_and_its_chance(
    country: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(monkeypatch)
    text = unescape(everything(opened_at("alerts", country, monkeypatch)))
    assert "of 5 months of a municipality, in 2 series" in text
    assert "<b>unusually high</b> More than the place's own past leads to expect." in text
    assert "2.1, likely 0 to 6" in text
    assert "May 2023 <em class='badge'>provisional</em>" in text
    assert "The absence of an alert is no proof of calm." in text
    assert "neighbours are more alike than chance explains.</b> (Moran's I 0.4, p 0.0002)" in text
    assert "shuffled 9,999 times or more" in text
    assert "no place is named low" in text
    assert "1 municipality of the seven departments has no cluster or no rate." in text
    assert "4 of 19" in text
    assert "<b>sporadic hot spot</b>" in text


def test_the_list_is_filtered_and_the_link_says_how(
    country: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(monkeypatch)
    page = opened_at("alerts", country, monkeypatch, kind="incomplete or low", series="rainfall")
    text = everything(page)
    assert "2.1, likely" not in text
    assert "6.2, likely 2 to 11" in text
    assert page.query_params["kind"] == "incomplete or low"
    assert page.query_params["series"] == "rainfall"


def test_names_are_text_and_not_markup(country: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told(monkeypatch)
    text = everything(opened_at("alerts", country, monkeypatch))
    assert text.count("Peñón &lt;i&gt;Raro&lt;/i&gt;") >= 3  # in the list, on the map, beside it
    assert "<i>Raro" not in text


def test_a_country_without_findings_says_what_was_not_judged(
    country: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened_at("alerts", country, monkeypatch, lang="es")
    text = unescape(everything(page))
    assert "sin evaluar" in text
    assert "Meses fuera de lo habitual" not in text
    assert [one.label for one in page.selectbox] == ["Serie de los mapas"]
    assert re.search(r"<svg class='cluster-map'.*role='img' aria-label='Mapa de", text)


def test_a_stale_link_falls_back_and_says_so(
    country: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened_at(
        "alerts", country, monkeypatch, series="ghosts", listed="dragons", window="never"
    )
    text = unescape(everything(page))
    assert "The series of the link is not published here; this is the first one." in text
    assert "The link asks for a group that is not known here: all are shown." in text
    assert "Part of the link is not understood." in text
    assert dict(page.query_params) == {"series": "sightings", "window": "year", "lang": "en"}


def test_filters_meet() -> None:
    def shown(series: str = "all", department: str = "all", word: str = "all") -> list[Anomaly]:
        return fitting(
            [HIGH, LOW], series=series, department=department, word=word, everything="all"
        )

    assert shown() == [HIGH, LOW]
    assert shown(series="crowds") == [LOW]
    assert shown(department="98") == []
    assert shown(series="crowds", word="unusually high") == []


def test_the_map_is_readable_without_colours(warehouse: Warehouse) -> None:
    drawing = cluster_map(
        warehouse,
        {"05901": "high-high", "05902": "low-low"},
        {"05901": "<b>Villa</b>"},
        "A map",
    )
    kinds = re.findall(r"<path data-kind='([^']*)'", drawing)
    assert kinds == ["high-high", "low-low", "undefined"]
    assert re.findall(r"<text [^>]*>(.)</text>", drawing) == [SIGNS["high-high"], SIGNS["low-low"]]
    assert "<title>&lt;b&gt;Villa&lt;/b&gt;</title>" in drawing
    # Three squares of one degree in a row: twice as far across as the middle one.
    (left, middle, _right) = (
        float(x) for x in re.findall(r"data-kind='[^']*' d='M([\d.]+) ", drawing)
    )
    assert left < middle


def test_what_simulations_showed_is_what_is_written() -> None:
    written = (ROOT / "docs/validation.md").read_text("utf-8")
    few, thrice, many = alerts.MONTHS_SEEN
    for seen in (few, thrice, many):
        line = f"a month {seen.times} times the usual {seen.usual} events | {seen.share:.1%}"
        assert line.replace("%", " %") in written
    for seen in alerts.CLUSTERS_SEEN:
        head = f"risk times {seen.times} in a place and its neighbours: the place named hot | "
        assert head + f"{seen.share:.1%}".replace("%", " %") in written
    false = [float(one) for one in re.findall(r"any place high \| ([\d.]+) %", written)]
    assert max(false) / 100 == pytest.approx(alerts.FALSE_MONTHS)
    false = [float(one) for one in re.findall(r"any place named \| ([\d.]+) %", written)]
    assert max(false) / 100 == pytest.approx(alerts.FALSE_MAPS)


def test_the_country_answers_as_typed_rows(warehouse: Warehouse) -> None:
    assert facts.all_series(warehouse)["sightings"].is_published
    assert {one.series_id for one in alerts.checks(warehouse)} >= {"sightings", "crowds"}
    test = alerts.map_tests(warehouse, "sightings")["year"]
    assert test.period == date(2021, 12, 1)
    assert not test.is_beyond_chance
    kinds = alerts.clustered(warehouse, "sightings", "year", test.period)
    assert [one.municipality_code for one in kinds] == ["05901", "05902", "05903"]
    assert [one.pattern for one in alerts.histories(warehouse, "sightings")] == [
        "not determined"
    ] * 3
