"""The server and, run as a script once per interaction, the list of pages."""

import gc
from pathlib import Path

import streamlit as st

from dashboard.routes import ROUTES

# `streamlit run` finds this name and serves the routes beside the pages, which are this same file.
app = st.App(Path(__file__), routes=ROUTES)

if __name__ == "__main__":
    from dashboard.shell import run

    run()
else:
    # What the imports left in memory stays for good: no collection needs to walk it again.
    gc.collect()
    gc.freeze()
