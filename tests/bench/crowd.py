"""Many readers at once, as their browsers talk to the server, without the browsers.

Every reader has a session of its own: it opens the map, thinks, chooses another series, and waits
until the server has sent all that changed.
"""

import asyncio
import statistics
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect

READERS: Final = 50
THINK_SECONDS: Final = 5.0
CHOICES: Final = 6
_ARRIVAL_SECONDS: Final = 15.0
_PERCENTILES: Final = 20


@dataclass(frozen=True, slots=True)
class CrowdFigures:
    """What a crowd met, and what it cost."""

    median_ms: float
    p95_ms: float
    session_mb: float


def crowd_figures(address: str, pid: int) -> CrowdFigures:
    """Measure a warm server under a crowd.

    Parameters
    ----------
    address
        Where the dashboard is served.
    pid
        Its process.
    """
    # One reader first: what all share is in memory before it is weighed.
    asyncio.run(_crowd(address, 1, 0.1))
    before = _resident_mb(pid)
    waits = asyncio.run(_crowd(address, READERS, THINK_SECONDS, lambda: _resident_mb(pid)))
    milliseconds = [1000 * wait for wait, _ in waits]
    return CrowdFigures(
        statistics.median(milliseconds),
        statistics.quantiles(milliseconds, n=_PERCENTILES)[-1],
        (max(weight for _, weight in waits) - before) / READERS,
    )


async def _crowd(
    address: str, readers: int, think_seconds: float, weigh: Any = lambda: 0.0
) -> list[tuple[float, float]]:
    """Seconds of each wait, and the server's weight after it."""
    chance = np.random.default_rng(readers)
    found = await asyncio.gather(
        *(
            _reader(address, chance.uniform(0, _ARRIVAL_SECONDS * (readers > 1)), think_seconds, i)
            for i in range(readers)
        )
    )
    weight = weigh()
    return [(wait, weight) for waits in found for wait in waits]


async def _reader(address: str, arrives: float, think_seconds: float, seed: int) -> list[float]:
    chance = np.random.default_rng(seed)
    await asyncio.sleep(arrives)
    url = address.replace("http", "ws") + "/_stcore/stream"
    waits = []
    async with connect(url, subprotocols=["streamlit"], max_size=None) as socket:  # type: ignore[list-item]
        series, fragment = await _answered(socket, _rerun())
        for _ in range(CHOICES):
            await asyncio.sleep(chance.uniform(0.6, 1.4) * think_seconds)
            chosen = str(chance.choice([one for one in series.options if "(" not in one]))
            asked = _rerun(fragment)
            state = asked.rerun_script.widget_states.widgets.add()
            state.id, state.string_value = series.id, chosen
            started = perf_counter()
            await _answered(socket, asked)
            waits.append(perf_counter() - started)
        # All are still here when the server is weighed.
        await asyncio.sleep(max(0.0, _ARRIVAL_SECONDS - arrives) * (think_seconds > 1))
    return waits


def _rerun(fragment: str = "") -> BackMsg:
    asked = BackMsg()
    asked.rerun_script.query_string = "lang=es"
    asked.rerun_script.fragment_id = fragment
    return asked


async def _answered(socket: Any, asked: BackMsg) -> tuple[Any, str]:
    """Send a message and wait for the end of the run; the list of series and its fragment."""
    await socket.send(asked.SerializeToString())
    series, fragment = None, ""
    while True:
        said = ForwardMsg.FromString(await socket.recv())
        kind = said.WhichOneof("type")
        if kind == "delta" and said.delta.new_element.HasField("selectbox"):
            series = series or said.delta.new_element.selectbox
            fragment = fragment or said.delta.fragment_id
        if kind == "script_finished":
            return series, fragment


def _resident_mb(pid: int) -> float:
    """Memory of a process that is in use."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return float(line.split()[1]) / 1024
    message = f"process {pid} tells no memory"
    raise RuntimeError(message)
