"""The server and, run as a script once per interaction, the list of pages."""

import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Thread

import streamlit as st
from starlette.middleware import Middleware
from streamlit.runtime.pages_manager import PagesManager

# However the server is started: streamlit puts this folder on the path, not the project's.
sys.path.insert(0, str(Path(__file__).parents[1]))

from dashboard import early
from dashboard.routes import ROUTES
from dashboard.serving import Cautious
from dashboard.shell import PAGES, apologise
from dashboard.twin_routes import TWIN_ROUTES
from dashboard.warm import warm


@asynccontextmanager
async def _lifespan(_app: st.App) -> AsyncIterator[None]:
    """Have the first answers ready before somebody asks."""
    Thread(target=warm, daemon=True).start()
    yield


# `streamlit run` finds this name and serves the routes beside the pages, which are this same file.
app = st.App(
    Path(__file__),
    routes=[*ROUTES, *early.ROUTES, *TWIN_ROUTES],
    lifespan=_lifespan,
    middleware=[Middleware(Cautious, pages=PAGES)],
    on_script_error=apologise,
)

if __name__ == "__main__":
    from dashboard.shell import run

    run()
else:
    # A folder named pages would let the first visitor's link run a page's file without the shell.
    PagesManager.uses_pages_directory = False
    # What the imports left in memory stays for good: no collection needs to walk it again.
    gc.collect()
    gc.freeze()
