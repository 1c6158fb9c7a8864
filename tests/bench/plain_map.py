"""The same map as st_folium draws it when it is left alone: what the dashboard is compared with."""

import json
import os
from datetime import date
from pathlib import Path

import folium
import shapely
import streamlit as st
from streamlit_folium import st_folium

from pipeline import Warehouse, published_path, views

COLOURS = ("#fbfaf6", "#fce2b8", "#f9bd81", "#ef9060", "#d85d4c", "#ad3044", "#6b1537")
VENDOR = "../../app/static/vendor/leaflet"


@st.cache_resource
def warehouse() -> Warehouse:
    """The published warehouse."""
    return Warehouse.open(published_path(Path(os.environ["DATA_DIR"])))


@st.cache_data
def outlines() -> list[dict[str, object]]:
    """Municipalities as GeoJSON."""
    frame = views.municipality_outlines(warehouse())
    return [
        {
            "type": "Feature",
            "properties": {"code": code},
            "geometry": json.loads(shapely.to_geojson(shapely.from_wkb(shape))),
        }
        for code, shape in zip(frame["municipality_code"], frame["web_geometry"], strict=True)
    ]


def show() -> None:
    """Choose, ask, draw."""
    folium.Map.default_js = [("leaflet", f"{VENDOR}/leaflet.js")]
    folium.Map.default_css = [("leaflet", f"{VENDOR}/leaflet.css")]
    measure = st.selectbox("Measure", ["rate", "count"])
    values = views.map_values(warehouse(), "homicide_police", "year", date(2024, 1, 1))
    classes = dict(zip(values["municipality_code"], values[f"{measure}_class"], strict=True))
    drawn = folium.Map(location=[5.5, -75.5], zoom_start=6, tiles=None)
    folium.GeoJson(
        {"type": "FeatureCollection", "features": outlines()},
        style_function=lambda feature: {
            "fillColor": COLOURS[min(classes.get(feature["properties"]["code"], 0), 6)],
            "fillOpacity": 1,
            "weight": 0.6,
        },
    ).add_to(drawn)
    st_folium(drawn, use_container_width=True, returned_objects=[])


if __name__ == "__main__":
    show()
