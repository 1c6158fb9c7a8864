"""Frames in, map and chart out; the same frame gives the same picture.

The map is drawn once and never rebuilt. What changes travels as a `Scene`, a few kilobytes of words
and addresses, inside a feature group that streamlit-folium adds to the map that is already there.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import folium
import streamlit
from branca.element import MacroElement
from folium.elements import JSCSSMixin
from folium.template import Template

_STATIC: Final = Path(__file__).parent / "static"
_UP: Final = "../../"
"""From the map's own frame to the server's root, wherever that is mounted."""

ZERO: Final = "#fbfaf6"
VIOLENCE: Final = ("#fce2b8", "#f9bd81", "#ef9060", "#d85d4c", "#ad3044", "#6b1537")
"""Light to dark in even steps of lightness: the order survives any colour blindness, and grey."""
CONTEXT: Final = ("#e4e1f0", "#c8bfe0", "#a998cc", "#8871b4", "#674a98", "#432470")
"""Another hue, so that what the State does is not taken for violence."""


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
        The period shown: ``start``, ``label``, ``short`` and ``badge``; ``None`` if nothing is
        published.
    levels
        Class of each municipality in that period, a digit each, a dash where nothing is published.
    place
        Municipality that is outlined.
    title, unit, count_unit, source
        Words of the legend and the tooltip.
    labels
        Of the classes, from zero upwards.
    edges
        Upper bounds of the classes above zero, written where two colours meet.
    colours
        Of the classes above zero.
    zero
        Colour of none.
    coverage_legend
        ``state``, ``text`` and ``hint`` per state that is drawn.
    names
        Seas and countries: ``at`` (latitude, longitude), ``text``, ``kind``.
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
    levels: str
    place: str | None
    title: str
    unit: str
    count_unit: str
    source: str
    labels: Sequence[str]
    edges: Sequence[str]
    colours: Sequence[str]
    zero: str
    coverage_legend: Sequence[dict[str, str]]
    names: Sequence[dict[str, Any]]
    texts: dict[str, str]


class _Atlas(JSCSSMixin, MacroElement):
    """Hands the empty map to the atlas's own script."""

    default_js = [("atlas", _static_url("atlas.js"))]  # noqa: RUF012 - as folium declares it
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


def empty_map(shapes_url: str, bounds: list[list[float]]) -> folium.Map:
    """The map before any scene: a sea, and where to find the shapes."""
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
        "attribution": "DANE, MGN 2025 · Natural Earth",
    }
    _Atlas(config).add_to(empty)
    return empty


def change(scene: Scene) -> folium.FeatureGroup:
    """A scene as streamlit-folium sends it to a map that is already there."""
    group = folium.FeatureGroup(name="scene")
    _Show(asdict(scene)).add_to(group)
    return group


def shades(palette: Sequence[str], count: int) -> list[str]:
    """As many colours of a palette as there are classes, spread over all of it."""
    if count <= 1:
        return list(palette[2:3])[:count]
    return [palette[round(i * (len(palette) - 1) / (count - 1))] for i in range(count)]


def _font_url() -> str:
    """The page's own typeface, which the map's frame does not inherit."""
    media = Path(streamlit.__file__).parent / "static/static/media"
    return f"static/media/{next(media.glob('SourceSansVF-Upright*.woff2')).name}"
