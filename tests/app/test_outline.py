"""Shapes on paper: where they lie, what is left out, and how long a kilometre is."""

import re

import pytest
import shapely

from dashboard.outline import Frame, Label, Shape, labels, shapes


def test_north_is_up_and_the_middle_is_in_the_middle() -> None:
    frame = Frame((-76, -1, -74, 1), 100, 100)
    assert frame.at(-75, 0) == pytest.approx((50, 50))
    assert frame.at(-75, 1) == pytest.approx((50, 0))
    assert frame.at(-76, -1) == pytest.approx((0, 100), abs=0.02)


def test_what_must_be_seen_fits_with_its_margin() -> None:
    frame = Frame((-76, 6, -75, 10), 300, 100, 0.1)
    assert frame.at(-75.5, 10)[1] == pytest.approx(10)
    assert frame.at(-75.5, 6)[1] == pytest.approx(90)
    west, south, east, north = frame.box
    assert (south, north) == pytest.approx((5.5, 10.5))
    assert west < -76 < -75 < east


def test_a_degree_at_the_equator_is_111_km() -> None:
    frame = Frame((0, -0.5, 1, 0.5), 111.2, 111.2)
    assert frame.kilometres(60) == pytest.approx((50, 50))
    assert frame.kilometres(0.1) == pytest.approx((1, 1))


def test_only_what_is_seen_is_drawn_and_holes_stay_open() -> None:
    frame = Frame((0, 0, 10, 10), 100, 100)
    ring = shapely.Polygon(shapely.box(2, 2, 8, 8).exterior, [shapely.box(4, 4, 6, 6).exterior])
    drawn = shapes(frame, [Shape(ring, "land"), Shape(shapely.box(50, 50, 60, 60), "far")])
    assert drawn.count("<path") == 1
    assert drawn.count("M") == 2
    wide = frame.path(shapely.box(-100, -100, 100, 100))
    assert max(float(number) for number in re.findall(r"-?[\d.]+", wide)) <= 103


def test_names_hide_none_written_before_them_and_stay_inside() -> None:
    frame = Frame((0, -5, 10, 5), 100, 100)
    wanted = [
        Label("First <b>", 5, 0, "near"),
        Label("Hidden", 5.1, 0.1, "near"),
        Label("Outside", 9.9, 0, "near"),
        Label("Covered", 5, 4, "near"),
        Label("Free", 5, -4, "near"),
    ]
    written = labels(frame, wanted, 5, [(0, 0, 100, 20)])
    assert re.findall(">([^<]+)</text>", written) == ["First &lt;b&gt;", "Free"]
