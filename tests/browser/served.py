"""The dashboard as a user meets it: a server of its own and a browser before it."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.error import URLError

from playwright.sync_api import Browser, FrameLocator, Page, sync_playwright

ROOT: Final = Path(__file__).parents[2]
CHROMIUM: Final = "/usr/bin/chromium"
MAP: Final = 'iframe[title^="streamlit_folium"]'
_FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_START_SECONDS: Final = 30


@contextmanager
def dashboard(data_dir: Path, log: Path) -> Iterator[str]:
    """Address of a dashboard on the warehouse of a data folder, for as long as the block runs."""
    with serving(ROOT / "dashboard/app.py", data_dir, log) as (address, _):
        yield address


@contextmanager
def serving(script: Path, data_dir: Path, log: Path) -> Iterator[tuple[str, int]]:
    """Address and process of a Streamlit script that is served while the block runs."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    options = [
        f"--server.port={port}",
        "--server.address=127.0.0.1",
        "--server.headless=true",
    ]
    environment = {**os.environ, "DATA_DIR": str(data_dir), "PYTHONPATH": str(ROOT)}
    with log.open("w") as output:
        server = subprocess.Popen(
            [*command, *options], cwd=ROOT, env=environment, stdout=output, stderr=output
        )
        try:
            _await(address, server, log)
            yield address, server.pid
        finally:
            server.terminate()
            server.wait(timeout=10)


def _await(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + _START_SECONDS
    while time.monotonic() < give_up and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health"):  # noqa: S310 - loopback
                return
        except URLError:
            time.sleep(0.1)
    message = f"the dashboard did not start:\n{log.read_text()}"
    raise RuntimeError(message)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without services of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_FLAGS))
        yield browser
        browser.close()


def painted(page: Page) -> FrameLocator:
    """The map's frame, once a scene is painted in it."""
    frame = page.frame_locator(MAP)
    frame.locator("body[data-painted]").wait_for()
    return frame
