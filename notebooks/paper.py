"""What the notebooks share: an answer told first, the data's vintage, figures with their sources.

Figures take their look from ``atlas.mplstyle`` as soon as this is imported.
"""

import io
import re
import textwrap
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, Final

import geopandas as gpd
import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import DisplayHandle, Markdown, display
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from pandas.io.formats.style import Styler

import pipeline as atlas

BLUE, ORANGE, GREEN, PINK, AMBER, SKY, BLACK = (
    "#0072B2 #D55E00 #009E73 #CC79A7 #E69F00 #56B4E9 #000000".split()
)
"""Okabe and Ito (2008): told apart with every kind of colour vision."""
GREY: Final = "#767676"
PALE: Final = "#E6E6E6"

_SOURCE_SIZE: Final = 6
_CHARACTERS_PER_INCH: Final = 24

plt.style.use(Path(__file__).with_name("atlas.mplstyle"))


class Answer:
    """Words that stand first on the page and are filled in last, once their figures are known."""

    def __init__(self) -> None:
        self._shown = DisplayHandle()
        self._shown.display(Markdown("*Run the whole notebook to read it.*"))

    def tell(self, words: str, **figures: float | str) -> None:
        """Fill in the answer.

        Parameters
        ----------
        words
            Markdown with a ``{field}`` for each figure.
        **figures
            The figures; kept beside the words, for others to check.

        Raises
        ------
        ValueError
            If a figure was typed into the words instead of computed.
        """
        typed = [part for part, *_ in Formatter().parse(words) if re.search(r"\d", part)]
        if typed:
            message = (
                f"answer: {len(typed)} figures are typed, for example in {typed[0]!r}; "
                "compute them and name them as {field}"
            )
            raise ValueError(message)
        kept = {
            name: figure.item() if hasattr(figure, "item") else figure
            for name, figure in figures.items()
        }
        self._shown.update(Markdown(words.format(**kept)), metadata={"figures": kept})


def vintage(*series_ids: str) -> Styler:
    """Of each series: who publishes it, its cut, when it was fetched, and what it spans."""
    told = _series(series_ids)
    facts = pd.DataFrame(
        {
            "series": told["label_en"],
            "publisher": told["publisher"],
            "cut": _days(told["cut_date"]),
            "retrieved": _days(told["retrieved_date"]),
            "from": _months(told["first_month"]),
            "complete to": _months(told["last_complete_month"]),
            "to": _months(told["last_month"]),
        }
    )
    return table(facts).set_caption(f"Build {_build()}")


def table(frame: pd.DataFrame, precision: int = 1) -> Styler:
    """A frame to be read: no index, thousands parted, years as they are, a dash for the unknown."""
    years = [name for name in frame if str(name).endswith("year")]
    numbers = frame.select_dtypes("number")
    whole = numbers.columns[numbers.mod(1).fillna(0).eq(0).all()]
    styled = frame.style.hide().format(precision=precision, thousands=",", na_rep="–")
    styled = styled.format("{:,.0f}", subset=list(whole), na_rep="–")
    return styled.format("{:.0f}", subset=years, na_rep="–")


def show(figure: Figure, *series_ids: str, told: str, also: str = "") -> None:
    """Show a figure as vectors, with its source line below it.

    Parameters
    ----------
    figure
        The figure; closed afterwards.
    *series_ids
        Series that it draws.
    told
        What it shows, for those who cannot see it.
    also
        Further sources, or who they are where no series is named.
    """
    series = _series(series_ids)
    cited = series["citation"].str.rstrip(".") + " (cut " + _days(series["cut_date"]) + ")"
    sources = [*cited.drop_duplicates(), *([also] if also else [])]
    line = f"Source: {'; '.join(sources)}. Resilient Communities Atlas, build {_build()}."
    width = int(figure.get_figwidth() * _CHARACTERS_PER_INCH)
    figure.text(
        0, -0.03, textwrap.fill(line, width), va="top", fontsize=_SOURCE_SIZE, color="#444444"
    )
    drawn = io.StringIO()
    figure.savefig(drawn, format="svg", metadata={"Date": None})
    plt.close(figure)
    display(
        {"image/svg+xml": drawn.getvalue(), "text/plain": told},
        raw=True,
        metadata={"image/svg+xml": {"alt": told}},
    )


def draw_line(axes: Axes, values: pd.Series, series_id: str = "", **look: object) -> None:
    """Draw a line by year that breaks, and is marked, where its years do not compare.

    Dotted marks are new editions of the population figures, dashed ones changes of definition.

    Parameters
    ----------
    axes
        Where to draw.
    values
        By year.
    series_id
        The series whose changes of definition count; none for the population itself.
    **look
        As of `Axes.plot`; the label goes to the newest piece.
    """
    label = look.pop("label", None)
    redefined = definition_years(series_id) if series_id else ()
    spans = editions().ne(editions().shift()).cumsum()
    for year in redefined:
        spans = spans + (spans.index >= year)
    pieces = [piece for _, piece in values.dropna().groupby(spans)]
    for piece in pieces:
        named = label if piece is pieces[-1] else None
        axes.plot(piece.index, piece, label=named, **look)
    for piece in pieces[1:]:
        year = piece.index[0]
        style = "--" if year in redefined else ":"
        axes.axvline(year - 0.5, color=GREY, linewidth=0.7, linestyle=style, zorder=0)


def draw_map(
    axes: Axes,
    places: gpd.GeoDataFrame,
    colours: Mapping[str, Any],
    unstable: Collection[str] = (),
) -> None:
    """Draw the municipalities of the seven departments, and the borders of all departments near.

    Parameters
    ----------
    axes
        Where to draw; loses its frame and keeps the shapes of places.
    places
        Outlines in longitude and latitude, indexed by municipality code.
    colours
        Fill by municipality code; white where there is none.
    unstable
        Codes of municipalities whose figure rests on too few events: hatched.
    """
    fills = [colours.get(code, "white") for code in places.index]
    places.plot(ax=axes, color=fills, edgecolor="white", linewidth=0.1, rasterized=True)
    hatched = places[places.index.isin(unstable)]
    if len(hatched):
        hatched.plot(
            ax=axes, color="none", edgecolor="white", hatch="/////", linewidth=0, rasterized=True
        )
    west, south, east, north = places.total_bounds
    atlas.boundaries("department").boundary.plot(
        ax=axes, color="#555555", linewidth=0.4, rasterized=True
    )
    axes.set(xlim=(west - 0.2, east + 0.2), ylim=(south - 0.2, north + 0.2))
    axes.set_axis_off()


def definition_years(series_id: str) -> tuple[int, ...]:
    """First years that do not compare with the year before because a definition changed."""
    breaks = atlas.sql(
        """
        select distinct unnest([year(start_month), year(end_month)]) as year
        from core.series_break where series_id = $series_id and kind = 'definition' order by year
        """,
        series_id=series_id,
    )
    return tuple(breaks["year"].tolist())


@cache
def editions() -> pd.Series:
    """Edition of the population figures by year."""
    known = atlas.sql("select distinct year, edition from core.population_yearly order by year")
    return known.set_index("year")["edition"]


def citation(source_id: str) -> str:
    """How the publisher of a source asks to be cited, and the cut of its newest file here."""
    cited = atlas.sql(
        """
        select rtrim(citation, '.') as words, max(cut_date) as cut
        from core.source join core.source_file using (source_id)
        where source_id = $source_id group by citation
        """,
        source_id=source_id,
    ).iloc[0]
    return f"{cited['words']} (cut {cited['cut']:%Y-%m-%d})"


def _series(series_ids: tuple[str, ...]) -> pd.DataFrame:
    return atlas.series().set_index("series_id").loc[list(series_ids)]


def _build() -> str:
    return atlas.sql("select build_id from core.build")["build_id"].item()


def _days(dates: pd.Series) -> pd.Series:
    return dates.dt.strftime("%Y-%m-%d")


def _months(dates: pd.Series) -> pd.Series:
    return dates.dt.strftime("%Y-%m")
