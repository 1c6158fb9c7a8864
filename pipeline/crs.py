"""The three coordinate reference systems, by what each is for.

No function that measures accepts degrees: it asks for the reference system it measures in.
"""

from typing import Final

STORE: Final = "EPSG:4326"
"""Longitude and latitude in degrees: what is stored and drawn."""

METRIC: Final = "EPSG:9377"
"""MAGNA-SIRGAS 2018, Origen Nacional, in metres: distances, neighbours, and the areas DANE prints.

It is conformal: its areas are off by up to 2.2 % at the edges of the country.
"""

AREA: Final = "EPSG:6933"
"""Cylindrical equal area, in metres: every area of the atlas. Distances in it are meaningless."""
