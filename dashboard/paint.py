"""Frames in, map and chart out; the same frame gives the same picture.

The map is drawn once and never rebuilt. What changes travels as a `Scene`, a few kilobytes of words
and addresses, inside a feature group that streamlit-folium adds to the map that is already there.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import folium
import streamlit
from branca.element import MacroElement
from folium.elements import JSCSSMixin
from folium.template import Template

from dashboard.choices import Choices

_STATIC: Final = Path(__file__).parent / "static"
_UP: Final = "../../"
"""From the map's own frame to the server's root, wherever that is mounted."""


def _static_url(name: str) -> str:
    """Address of an own file; changes with its content, so browsers may keep it."""
    checksum = hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()[:12]
    return f"{_UP}app/static/{name}?v={checksum}"


# Any of folium's defaults comes from outside, and one that fails leaves a blank map.
folium.Map.default_js = [("leaflet", f"{_UP}app/static/vendor/leaflet/leaflet.js")]
folium.Map.default_css = [("leaflet", f"{_UP}app/static/vendor/leaflet/leaflet.css")]


def missing_front_end() -> list[str]:
    """Files that `make setup` places and that are not there."""
    needed = (
        "vendor/leaflet/leaflet.js",
        "vendor/leaflet/leaflet.css",
        "vendor/world-atlas/countries-50m.json",
    )
    return [name for name in needed if not (_STATIC / name).exists()]


@dataclass(frozen=True)
class Scene:
    """Everything the map shows at one moment, ready to be read out.

    Attributes
    ----------
    id
        Names the view; the page is painted when the browser has taken it over.
    build
        Build the addresses belong to.
    heard
        Number of the last message from the map that this scene answers.
    language, window, measure
        As selected.
    classes, periods, figures, coverage
        Addresses, from the server's root; ``None`` where there is nothing to fetch.
    at
        Index of the period shown.
    now
        The period shown, as `routes.named` says it; ``None`` if nothing is published.
    is_of_one_time
        Whether there is nothing to play through.
    levels
        Class of each municipality in that period, as `routes.levels` gives it.
    place
        Municipality that is outlined.
    title, source
        Words of the legend and the tooltip.
    unit
        What follows a class of numbers in the tooltip; nothing where classes are words.
    legend
        By class: ``label``, ``short``, ``light``, ``dark``, ``sign``, ``pattern`` and ``is_used``.
    has_words
        Whether the classes are words and not steps of a number.
    coverage_legend
        ``state``, ``text`` and ``hint`` per state that is drawn.
    span
        First and last month of the programme.
    names
        Seas and countries: ``at`` (latitude, longitude), ``text``, ``kind``.
    provenance
        What a picture of the map says at its foot.
    is_bare
        Whether nothing but the map is shown.
    view
        Address of what the page says of a view; ``None`` on a map that the page does not follow.
    known
        Address of what it says of the programme.
    query
        The view as the page's address describes it.
    chosen
        By field of the selection: what the controls stand on.
    choices
        By field of the selection: value and name of all that the controls offer.
    texts
        Words for everything else.
    """

    id: str
    build: str
    heard: int
    language: str
    window: str
    measure: str
    classes: str | None
    figures: str | None
    coverage: str | None
    periods: str | None
    at: int
    now: dict[str, str | bool] | None
    is_of_one_time: bool
    levels: str
    place: str | None
    title: str
    unit: str
    source: str
    legend: Sequence[dict[str, str | bool]]
    has_words: bool
    coverage_legend: Sequence[dict[str, str]]
    span: tuple[str, str]
    names: Sequence[dict[str, Any]]
    provenance: str
    is_bare: bool
    view: str | None
    known: str
    query: Mapping[str, str]
    chosen: Mapping[str, str]
    choices: Choices
    texts: dict[str, str]


class _Atlas(JSCSSMixin, MacroElement):
    """Hands the empty map to the atlas's own script."""

    default_js = [  # noqa: RUF012 - as folium declares it
        ("early", _static_url("early.js")),
        ("atlas", _static_url("atlas.js")),
        ("picture", _static_url("picture.js")),
    ]
    default_css = [("atlas", _static_url("atlas.css"))]  # noqa: RUF012
    _template = Template(
        "{% macro script(this, kwargs) %}"
        "Atlas.start({{ this._parent.get_name() }}, {{ this.config|tojson }});"
        "{% endmacro %}"
    )

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        self._name = "Atlas"
        self.config = config


class _Show(MacroElement):
    """Hands a scene to the map that is already there."""

    _template = Template(
        "{% macro script(this, kwargs) %}Atlas.show({{ this.scene|tojson }});{% endmacro %}"
    )

    def __init__(self, scene: dict[str, Any]) -> None:
        super().__init__()
        self._name = "Show"
        self.scene = scene


def empty_map(shapes_url: str, bounds: list[list[float]], channel: str) -> folium.Map:
    """The map before any scene: a sea, and where to find the shapes.

    Parameters
    ----------
    shapes_url
        Address of the shapes, from the server's root.
    bounds
        South-west and north-east corner of what is shown at first.
    channel
        Name under which the maps of one session move together.
    """
    empty = folium.Map(
        location=[5.5, -75.5],
        zoom_start=6,
        tiles=None,
        control_scale=True,
        zoom_snap=0.25,
        zoom_delta=0.5,
        min_zoom=5,
        max_zoom=11,
        max_bounds_viscosity=0.7,
    )
    config = {
        "root": _UP,
        "shapes": shapes_url,
        "bounds": bounds,
        "font": _font_url(),
        "channel": channel,
        "attribution": "DANE, MGN 2025 · Natural Earth",
    }
    _Atlas(config).add_to(empty)
    return empty


def change(scene: Scene) -> folium.FeatureGroup:
    """A scene as streamlit-folium sends it to a map that is already there."""
    group = folium.FeatureGroup(name="scene")
    _Show(asdict(scene)).add_to(group)
    return group


def _font_url() -> str:
    """The page's own typeface, which the map's frame does not inherit."""
    media = Path(streamlit.__file__).parent / "static/static/media"
    return f"static/media/{next(media.glob('SourceSansVF-Upright*.woff2')).name}"
