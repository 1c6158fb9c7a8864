"""How fast a dataset comes in pages beside bare streaming of them, and in how much memory.

``python -m tests.bench.fetch_bench portal <rows>`` serves, at no more than 20 MB/s; the words
``bare``, ``fetch`` and ``traced`` with the server's address take everything and print what that
cost. Each of them is a process of its own.
"""

import io
import json
import statistics
import subprocess
import sys
import time
import tracemalloc
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

ROWS: Final = 340_000
FEW_ROWS: Final = 51_000
"""Just more than one page."""
REPETITIONS: Final = 3
_PAGE_ROWS: Final = 50_000
_BYTES_PER_SECOND: Final = 20_000_000
_SLICE: Final = 100_000
_COLUMNS: Final = (
    "fecha_hecho", "cod_depto", "departamento", "cod_muni", "municipio", "zona", "sexo",
    "arma_medio", "_modalidad_presunta", "spoa_caracterizacion", "cantidad",
)  # fmt: skip
_VIEW: Final = "m8fd-ahd9"


def page(first: int, rows: int) -> bytes:
    """Invented rows of the portal, in its CSV."""
    row = (
        '"2024-01-05T00:00:00.000","05","DEPARTAMENTO UNO","05901","VILLA, ""LA"" PRUEBA",'
        '"URBANA","MASCULINO","NO REPORTADA","NO REPORTADA","{}","1"\n'
    )
    header = ",".join(f'"{name}"' for name in _COLUMNS) + "\n"
    return (header + "".join(row.format(first + n) for n in range(rows))).encode()


def serve(rows: int) -> None:
    """Answer as the portal does; the pages are made before the first request."""
    pages = {n: page(n, min(_PAGE_ROWS, rows - n)) for n in range(0, rows, _PAGE_ROWS)}
    view = {"rowsUpdatedAt": 1_700_000_000, "columns": [{"fieldName": one} for one in _COLUMNS]}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            target = urlsplit(unquote(self.path))
            query = {name: values[0] for name, values in parse_qs(target.query).items()}
            if "/api/views/" in target.path:
                body = json.dumps(view).encode()
            elif "$select" in query:
                body = json.dumps([{"count": str(rows)}]).encode()
            else:
                body = pages[int(query["$offset"])]
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            started = time.monotonic()
            for n in range(0, len(body), _SLICE):
                self.wfile.write(body[n : n + _SLICE])
                ahead = (n + _SLICE) / _BYTES_PER_SECOND - (time.monotonic() - started)
                time.sleep(max(ahead, 0))

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


def take(how: str, address: str, rows: int) -> None:
    """Bring all pages, barely or as the pipeline does; print seconds, bytes and peak memory.

    The peak is Python's own: that of the system is handed on from the process that started this
    one. Tracing takes time, so it is done apart.
    """
    import httpx  # noqa: PLC0415 - the server needs none of these

    from pipeline.catalog.channels import CHANNELS  # noqa: PLC0415
    from pipeline.ingest.fetch import Asking, fetch  # noqa: PLC0415
    from pipeline.ingest.fetch.progress import Progress  # noqa: PLC0415

    channel = next(one for one in CHANNELS if one.source == "mindefensa_exports")
    with TemporaryDirectory() as folder:
        if how == "traced":
            tracemalloc.start()
        started = time.perf_counter()
        if how == "bare":
            location = Path(folder) / "bare.csv"
            with location.open("wb") as stream, httpx.Client() as client:
                for first in range(0, rows, _PAGE_ROWS):
                    url = f"{address}/resource/{_VIEW}.csv?$offset={first}"
                    with client.stream("GET", url) as response:
                        for chunk in response.iter_bytes(1 << 17):
                            stream.write(chunk)
        else:
            asking = Asking(gateway=address, progress=Progress(io.StringIO()))
            harvest = fetch(channel, Path(folder), {}, (), asking)
            if harvest.failures:
                raise RuntimeError(harvest.failures)
            location = harvest.staged[0].location
        seconds = time.perf_counter() - started
        peak = tracemalloc.get_traced_memory()[1]
        size = location.stat().st_size
        print(json.dumps({"seconds": seconds, "bytes": size, "peak_bytes": peak}))


def fetch_figures() -> dict[str, float]:
    """Measure both, in turns.

    Returns
    -------
    dict
        Medians of the rates in MB/s, bare and as the pipeline fetches; their ratio; and the peak
        of a fetch in MB, and by how many it exceeds that of two pages.
    """
    seconds: dict[str, list[float]] = {"bare": [], "fetch": []}
    megabytes, peaks = 0.0, {}
    for rows in (FEW_ROWS, ROWS):
        with subprocess.Popen(
            _command("portal", rows), stdout=subprocess.PIPE, text=True
        ) as portal:
            assert portal.stdout is not None
            address = portal.stdout.readline().strip()
            try:
                peaks[rows] = _cost("traced", address, rows)["peak_bytes"] / 1e6
                for how in ("bare", "fetch") * (REPETITIONS if rows == ROWS else 0):
                    cost = _cost(how, address, rows)
                    seconds[how].append(cost["seconds"])
                    megabytes = cost["bytes"] / 1e6
            finally:
                portal.kill()
    bare, fetched = (megabytes / statistics.median(seconds[how]) for how in ("bare", "fetch"))
    return {
        "bare_mb_per_second": bare,
        "fetch_mb_per_second": fetched,
        "share": fetched / bare,
        "peak_mb": peaks[ROWS],
        "growth_mb": peaks[ROWS] - peaks[FEW_ROWS],
    }


def _cost(how: str, address: str, rows: int) -> dict[str, float]:
    cost: dict[str, float] = json.loads(subprocess.check_output(_command(how, address, rows)))
    return cost


def _command(*words: object) -> list[str]:
    return [sys.executable, "-m", "tests.bench.fetch_bench", *map(str, words)]


if __name__ == "__main__":
    if sys.argv[1] == "portal":
        serve(int(sys.argv[2]))
    else:
        take(sys.argv[1], sys.argv[2], int(sys.argv[3]))
