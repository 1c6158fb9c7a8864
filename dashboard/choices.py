"""What the map's controls offer for a view: one source for lists and for the map."""

from collections.abc import Mapping

from dashboard import facts, statistics
from dashboard.downloads import measure_names, window_names
from dashboard.pieces import series_choices
from dashboard.view import View

Choices = Mapping[str, Mapping[str, str]]
"""By field of the selection: the name of every value that may be chosen."""


def choices(view: View) -> Choices:
    """Series, measures and lengths of period that may be chosen from here, by their names.

    Parameters
    ----------
    view
        What is shown.
    """
    offered = statistics.offered(view.warehouse, view.series.series_id)
    measures = list(offered) or [view.measure]
    windows = offered.get(view.measure, ()) or (view.window,)
    measured, lasting = measure_names(view.words), window_names(view.words)
    return {
        "series": series_choices(view.words, facts.all_series(view.warehouse)),
        "measure": {one: measured[one] for one in measures},
        "window": {one: lasting[one] for one in windows},
    }
