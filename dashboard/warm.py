"""What the first readers of a build will ask, asked before they do."""

from contextlib import suppress

from dashboard import cached, facts, statistics
from dashboard.language import words
from dashboard.panel import panel
from dashboard.scenes import scene
from dashboard.state import MAP_MEASURES, Selection
from dashboard.view import resolved
from pipeline import AtlasError


def warm() -> None:
    """Ask for every series and measure on the map, and for what stands beside it of a place."""
    with suppress(AtlasError):
        warehouse = cached.warehouse()
        asked = [Selection(), Selection(place=min(facts.places(warehouse)))]
        asked += [
            Selection(series=series_id, measure=measure)
            for measure in MAP_MEASURES
            for series_id in facts.all_series(warehouse)
            if measure in statistics.offered(warehouse, series_id)
        ]
        for selection in asked:
            view, _ = resolved(warehouse, words("es"), selection)
            scene(view, heard=0)
            panel(view)
