"""What the map fetches, from the invented country reckoned by hand."""

import gzip
import itertools
import json
import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Match

from dashboard import cached, facts, routes
from dashboard.brief.document import Printed
from dashboard.facts import ColourClass, Coverage
from dashboard.language import words
from dashboard.legend import class_labels
from dashboard.paint import change
from dashboard.scenes import coverage_legend, scene
from dashboard.state import Selection
from dashboard.view import View
from pipeline import SOMOS_COMUNIDAD, Warehouse, colours
from pipeline.catalog.series import SERIES
from tests.app.country import MARKUP


@pytest.fixture(autouse=True)
def _published(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cached, "warehouse", lambda: warehouse)


def answer(address: str) -> Any:
    """What the server says at an address; JSON is read."""
    scope = {"type": "http", "method": "GET", "path": f"/{address}", "headers": []}
    for route in routes.ROUTES:
        match, child = route.matches(scope)
        if match is Match.FULL:
            response = route.endpoint(Request({**scope, **child}))
            assert "immutable" in response.headers["cache-control"]
            return response
    message = f"no route for {address}"
    raise AssertionError(message)


def view(warehouse: Warehouse, code: str = "en", **fields: Any) -> View:
    series = facts.all_series(warehouse)[fields.setdefault("series", "sightings")]
    window = fields.setdefault("window", "year")
    periods = facts.periods(warehouse, series.series_id, window) if series.is_published else []
    fields.setdefault("period", periods[0].start if periods else None)
    return View(warehouse, words(code), Selection(**fields), series, periods)


def test_shapes_travel_compressed_and_named_by_their_content(warehouse: Warehouse) -> None:
    response = answer(routes.shapes_url(warehouse))
    assert response.headers["content-encoding"] == "gzip"
    topology = json.loads(gzip.decompress(response.body))
    places = topology["objects"]["municipalities"]["geometries"]
    assert [place["properties"]["code"] for place in places] == ["05901", "05902", "05903"]
    assert places[1]["properties"]["name"] == MARKUP
    departments = topology["objects"]["departments"]["geometries"]
    assert [one["properties"]["is_shown"] for one in departments] == [True, False]
    # Three squares in a row share two borders; the department's outline is theirs.
    assert len(topology["arcs"]) - _arcs_of(topology, "neighbours") == 2 + 4 + 1


def _arcs_of(topology: dict[str, Any], layer: str) -> int:
    text = json.dumps([one["arcs"] for one in topology["objects"][layer]["geometries"]])
    return len({int(n) if int(n) >= 0 else ~int(n) for n in re.findall(r"-?\d+", text)})


def test_classes_come_by_period_and_place_and_missing_is_not_zero(warehouse: Warehouse) -> None:
    # 2021: five, none, two; 2022: five, none, one; 2023: six, none, none. Breaks at 2 and 5.
    counts = answer(routes.classes_url(warehouse, "sightings", "year", "count")).body
    assert list(counts) == [3, 0, 2, 3, 0, 1, 3, 0, 0]
    # Only Villa Prueba publishes migrations.
    alone = answer(routes.classes_url(warehouse, "migrations", "year", "count")).body
    assert list(alone) == [1, 255, 255]
    assert routes.levels(warehouse, "migrations", "year", "count", 0) == "1--"
    assert routes.levels(warehouse, "sightings", "year", "count", 1) == "301"


def test_figures_are_written_for_the_reader(warehouse: Warehouse) -> None:
    english = json.loads(
        answer(
            routes.figures_url(warehouse, "sightings", "year", "rate", "en") + "2023-01-01.json"
        ).body
    )
    # 73,050 people for 151 days are 30,200 person-years: six are 19.9 per 100,000.
    assert english["05901"] == {
        "word": "",
        "rows": [
            ["Cases", "6", ""],
            ["Per 100,000 residents a year", "20", "likely between 7.3 and 43"],
        ],
        "notes": [
            "Provisional: the figure may still grow.",
            "The rate uses the population of the year before.",
        ],
    }
    spanish = json.loads(
        answer(
            routes.figures_url(warehouse, "sightings", "year", "rate", "es") + "2023-01-01.json"
        ).body
    )
    assert spanish["05901"]["rows"][1][2] == "probablemente entre 7,3 y 43"
    crowds = json.loads(
        answer(
            routes.figures_url(warehouse, "crowds", "year", "rate", "en") + "2021-01-01.json"
        ).body
    )
    assert [label for label, _, _ in crowds["05903"]["rows"]] == ["Cases"]
    assert crowds["05903"]["notes"] == ["No rate: the population is not known."]


def test_periods_say_whether_their_figures_stand(warehouse: Warehouse) -> None:
    periods = json.loads(
        answer(routes.periods_url(warehouse, "sightings", "year", "rate", "en")).body
    )
    assert [(one["label"], one["badge"]) for one in periods] == [
        ("2021", ""),
        ("2022", "incomplete"),
        ("2023", "incomplete"),
    ]


def test_coverage_travels_alone(warehouse: Warehouse) -> None:
    coverage = json.loads(answer(routes.coverage_url(warehouse, "somos_comunidad", "all")).body)
    assert {code: one["state"] for code, one in coverage.items()} == {
        "05901": "documented",
        "05902": "candidate",
    }
    # Drawn from the first day on which it may have begun, and firmly from the last one; a
    # candidate, of which no start is known, from that of the programme.
    assert coverage["05901"] == {
        "state": "documented",
        "from": "2020-10",
        "certain": "2020-12",
        "to": "2025-09",
    }
    assert (coverage["05902"]["from"], coverage["05902"]["certain"]) == ("2020-10", None)


def test_the_coverage_of_another_programme_is_its_own(warehouse: Warehouse) -> None:
    coverage = json.loads(answer(routes.coverage_url(warehouse, "pdet", "all")).body)
    assert {code: (one["state"], one["certain"]) for code, one in coverage.items()} == {
        "05901": ("covered", "2021-05"),
        "05902": ("covered", "2021-05"),
    }
    shown = scene(view(warehouse, programme="pdet", component="1"), heard=0)
    assert shown.coverage == routes.coverage_url(warehouse, "pdet", "all")
    (entry,) = shown.coverage_legend
    assert entry["text"] == "PDET: 2 municipalities here"
    assert shown.span == ("2017-05", "2027-05")


def test_no_component_is_known_of_anywhere(warehouse: Warehouse) -> None:
    of_one = routes.coverage_url(warehouse, "somos_comunidad", "1")
    assert json.loads(answer(of_one).body) == {}
    (note,) = scene(view(warehouse, component="1"), heard=0).coverage_legend
    assert "component is not known" in note["text"]


def test_no_answer_holds_both_coverage_and_figures(warehouse: Warehouse) -> None:
    states = {"documented", "candidate", "no_evidence", "outside", "covered", "not_covered"}
    for address in (
        routes.figures_url(warehouse, "sightings", "year", "rate", "en") + "2021-01-01.json",
        routes.periods_url(warehouse, "sightings", "year", "rate", "en"),
    ):
        assert not states & set(re.findall(r"\w+", answer(address).body.decode()))


@pytest.mark.parametrize(
    "address",
    [
        "atlas/shapes/0000.json",
        "atlas/another-build/classes/sightings/year/count",
        "atlas/{build}/classes/ghosts/year/count",
        "atlas/{build}/classes/dragons/year/count",
        "atlas/{build}/classes/sightings/decade/count",
        "atlas/{build}/classes/sightings/year/danger",
        "atlas/{build}/classes/rainfall/year/rate",
        "atlas/{build}/classes/sightings/month/smoothed",
        "atlas/{build}/figures/sightings/year/rate/fr/2021-01-01.json",
        "atlas/{build}/figures/sightings/year/rate/en/1999-01-01.json",
        "atlas/{build}/figures/sightings/year/rate/en/2021-01-01.exe",
        "atlas/{build}/coverage/another/all",
        "atlas/{build}/coverage/somos_comunidad/3",
    ],
)
def test_what_is_not_served_is_not_found(warehouse: Warehouse, address: str) -> None:
    with pytest.raises(HTTPException) as caught:
        answer(address.format(build=warehouse.build_id))
    assert caught.value.status_code == 404


def test_a_scene_holds_the_shown_period_in_words(warehouse: Warehouse) -> None:
    shown = scene(view(warehouse, measure="count"), heard=7)
    assert (shown.levels, shown.at, shown.heard) == ("302", 0, 7)
    assert shown.now == {
        "start": "2021-01-01",
        "label": "2021",
        "short": "2021",
        "first": "2021-01",
        "last": "2021-12",
        "badge": "",
        "edition": "",
        "is_open": False,
    }
    assert shown.title == "Series sightings: cases"
    assert [one["label"] for one in shown.legend] == ["0", "< 2", "2–5", "≥ 5"]
    assert [one["short"] for one in shown.legend] == ["0", "2", "5", ""]
    legend = {one["state"]: one["text"] for one in shown.coverage_legend}
    assert legend["documented"] == "Resilient Communities, documented: 1 of 35"
    assert legend["maybe"] == "dashed: may not have begun yet"
    assert "not covered" not in " ".join(legend.values()).lower()


def test_a_series_without_data_has_nothing_to_fetch(warehouse: Warehouse) -> None:
    shown = scene(view(warehouse, series="ghosts"), heard=0)
    assert (shown.classes, shown.periods, shown.figures, shown.now) == (None, None, None, None)
    assert (shown.levels, shown.legend) == ("", [])


def test_coverage_is_never_drawn_over_people_at_risk(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    apart_ids = {one.id for one in SERIES if one.is_apart_from_coverage}
    assert apart_ids == {"threats", "leader_killings"}
    assert scene(view(warehouse), heard=0).coverage
    monkeypatch.setattr("dashboard.view.View.may_show_coverage", False)
    apart = scene(view(warehouse), heard=0)
    assert (apart.coverage, apart.coverage_legend) == (None, [])


def test_an_official_list_replaces_what_was_found() -> None:
    codes = ("05901", "05902", "05903")
    official = [
        Coverage(
            code, state, None, date(2022, 1, 1), date(2022, 1, 31), None, None, None,
            is_named_region=False,
        )
        for code, state in zip(codes, ("covered", "covered", "not_covered"), strict=True)
    ]  # fmt: skip
    (entry,) = coverage_legend(words("en"), SOMOS_COMUNIDAD, official)
    assert entry["text"] == "Resilient Communities: 2 municipalities here"


def relative_luminance(colour: str) -> float:
    """As WCAG 2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(
    ("palette", "is_dark"),
    [
        (colours.VIOLENCE, False),
        (colours.CONTEXT, False),
        (colours.VIOLENCE_DARK, True),
        (colours.CONTEXT_DARK, True),
    ],
)
def test_more_is_darker_whoever_looks(palette: tuple[str, ...], *, is_dark: bool) -> None:
    # Lightness (CIE L*) falls by at least ten, a step seen without any sense of hue; it rises on a
    # dark ground.
    drawn = (colours.ZERO[is_dark], *palette)
    lightness = [116 * relative_luminance(c) ** (1 / 3) - 16 for c in drawn]
    if is_dark:
        lightness.reverse()
        lightness = [-one for one in reversed(lightness)]
    steps = [lighter - darker for lighter, darker in itertools.pairwise(lightness)]
    assert min(steps[1:]) >= 10
    assert steps[0] >= 5


def test_class_labels_are_open_at_both_ends() -> None:
    classes = [ColourClass(0, 7.5), ColourClass(7.5, 1500), ColourClass(1500, None)]
    assert class_labels(words("es"), classes) == ["0", "< 7,5", "7,5–1.500", "≥ 1.500"]
    assert class_labels(words("en"), [ColourClass(0, None)]) == ["0", "> 0"]


def test_few_classes_still_use_the_whole_palette() -> None:
    palette = ["a", "b", "c", "d", "e", "f"]
    assert colours.shades(palette, 6) == palette
    assert colours.shades(palette, 3) == ["a", "c", "f"]
    assert colours.shades(palette, 1) == ["c"]
    assert colours.shades(palette, 0) == []


def test_nothing_from_the_data_can_leave_the_script(warehouse: Warehouse) -> None:
    plain = view(warehouse)
    hostile = replace(plain, series=plain.series._replace(label_en="</script><b>'\";"))
    shown = scene(hostile, heard=0)
    (child,) = change(shown)._children.values()
    script = child._template.module.script(child)
    assert "</script>" not in script
    assert "<b>" not in script


def test_a_brief_is_served_as_a_file(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = Printed(b"%PDF", "brief-05901-es.pdf", "application/pdf")
    asked = []
    monkeypatch.setattr(routes, "brief", lambda *what: asked.append(what) or printed)
    response = answer(routes.brief_url(warehouse, "05901", "es"))
    assert response.body == b"%PDF"
    assert response.media_type == "application/pdf"
    assert response.headers["content-disposition"] == 'attachment; filename="brief-05901-es.pdf"'
    assert asked == [(warehouse, "05901", words("es"))]
    with pytest.raises(HTTPException):
        answer(routes.brief_url(warehouse, "98901", "es"))
