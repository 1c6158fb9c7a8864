"""How the layers of a GeoPackage look in QGIS: its own style files, in the colours of the atlas."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple
from xml.etree.ElementTree import Element, SubElement, tostring

from pipeline import views
from pipeline.analysis.classes import MISSING_CLASS
from pipeline.catalog import colours
from pipeline.export.package import Build

_DOCTYPE: Final = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_VERSION: Final = "3.22.0"
_LINE: Final = "#8a8577"
_UNKNOWN: Final = "#c9c5ba"
_LIGHT: Final = 0


class Category(NamedTuple):
    """A colour class as it is drawn.

    Attributes
    ----------
    value
        Its number; empty for everything that has none.
    label
        What it stands for.
    fill
        Its colour.
    brush
        How the colour fills the place.
    """

    value: str
    label: str
    fill: str
    brush: str = "solid"


def categories(build: Build, series: Mapping[str, Any]) -> list[Category]:
    """Colour classes of a series from zero upwards, then what has none.

    Parameters
    ----------
    build
        What is exported.
    series
        A row of the view of series.
    """
    measure: views.Measure = "rate" if series["has_rate"] else "count"
    breaks = views.class_breaks(build.warehouse, series["series_id"], "year", measure)
    palette = colours.CONTEXT if series["kind"] == "context" else colours.VIOLENCE
    shades = colours.shades(palette, len(breaks))
    bounds = zip(breaks["lower"].tolist(), breaks["upper"].tolist(), strict=True)
    return [
        Category("0", "0", colours.ZERO[_LIGHT]),
        *(
            Category(str(number), _range(lower, upper), shade)
            for number, (lower, upper), shade in zip(breaks["class"], bounds, shades, strict=True)
        ),
        Category(str(MISSING_CLASS), _UNTOLD, _UNKNOWN, "b_diagonal"),
        Category("", _UNTOLD, _UNKNOWN, "b_diagonal"),
    ]


_UNTOLD: Final = "sin dato, no es cero / no figure, not zero"


def class_style(build: Build, series: Mapping[str, Any]) -> str:
    """Style of a series' layer: one colour for each class.

    Parameters
    ----------
    build
        What is exported.
    series
        A row of the view of series.
    """
    told = categories(build, series)
    root, renderer = _root("categorizedSymbol")
    renderer.set("attr", "colour_class")
    listed = SubElement(renderer, "categories")
    for number, one in enumerate(told):
        SubElement(
            listed,
            "category",
            value=one.value,
            label=one.label,
            symbol=str(number),
            render="true",
            type="long" if one.value else "string",
        )
    _add_symbols(renderer, [(one.fill, one.brush, 0.1) for one in told])
    return _written(root)


def outline_style(width_mm: float) -> str:
    """Style of a layer without colours: lines alone.

    Parameters
    ----------
    width_mm
        How wide a line is.
    """
    root, renderer = _root("singleSymbol")
    _add_symbols(renderer, [("#ffffff", "no", width_mm)])
    return _written(root)


def _root(kind: str) -> tuple[Element, Element]:
    root = Element("qgis", version=_VERSION, styleCategories="Symbology")
    renderer = SubElement(
        root, "renderer-v2", type=kind, symbollevels="0", enableorderby="0", forceraster="0"
    )
    return root, renderer


def _add_symbols(renderer: Element, fills: Sequence[tuple[str, str, float]]) -> None:
    symbols = SubElement(renderer, "symbols")
    for number, (fill, brush, width) in enumerate(fills):
        symbol = SubElement(
            symbols,
            "symbol",
            name=str(number),
            type="fill",
            alpha="1",
            clip_to_extent="1",
            force_rhr="0",
        )
        layer = SubElement(
            symbol,
            "layer",
            {"class": "SimpleFill", "enabled": "1", "locked": "0", "pass": "0"},
        )
        facts = {
            "color": _rgba(fill),
            "style": brush,
            "outline_color": _rgba(_LINE),
            "outline_style": "solid",
            "outline_width": str(width),
            "outline_width_unit": "MM",
            "joinstyle": "bevel",
        }
        options = SubElement(layer, "Option", type="Map")
        for name, value in facts.items():
            SubElement(options, "Option", type="QString", name=name, value=value)
        for name, value in facts.items():
            SubElement(layer, "prop", k=name, v=value)  # for QGIS before 3.22


def _rgba(colour: str) -> str:
    """A colour as QGIS writes it.

    Examples
    --------
    >>> _rgba("#fce2b8")
    '252,226,184,255'
    """
    return ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)) + ",255"


def _range(lower: float, upper: float) -> str:
    """What a class spans: its lowest value included, its end excluded.

    Examples
    --------
    >>> _range(0, 5), _range(5, 12.5), _range(40, float("nan"))
    ('< 5', '5–12.5', '≥ 40')
    """
    if upper != upper:  # noqa: PLR0124 - the highest class is open
        return f"≥ {lower:g}" if lower else "> 0"
    return f"{lower:g}–{upper:g}" if lower else f"< {upper:g}"


def _written(root: Element) -> str:
    return _DOCTYPE + tostring(root, encoding="unicode")
