"""From the publishers' servers to a staging folder: the only place that reaches the network."""

from pipeline.ingest.fetch.channel import Asking, Failure, Harvest, fetch
from pipeline.ingest.fetch.files import Staged
from pipeline.ingest.fetch.http import Patience

__all__ = ["Asking", "Failure", "Harvest", "Patience", "Staged", "fetch"]
