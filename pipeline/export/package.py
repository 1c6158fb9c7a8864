"""The export's own description: a Frictionless Data Package that says what each file holds."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from pipeline.catalog.sources import SOURCES
from pipeline.export.files import sha256
from pipeline.store.warehouse import Warehouse

NAME: Final = "resilient-communities-atlas"
TITLE: Final = "Resilient Communities Atlas"
DESCRIPTOR: Final = "datapackage.json"

_MEDIA: Final[Mapping[str, str]] = {
    "csv": "text/csv",
    "gpkg": "application/geopackage+sqlite3",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_LICENCE_IDS: Final[Mapping[str, str]] = {source.id: source.licence_id for source in SOURCES}


class Build(NamedTuple):
    """What is exported, and of which series.

    Attributes
    ----------
    warehouse
        Where everything comes from.
    series
        Ids of the series wanted; none for all.
    """

    warehouse: Warehouse
    series: tuple[str, ...]

    @property
    def build_id(self) -> str:
        """Names the build."""
        return self.warehouse.build_id

    @property
    def facts(self) -> dict[str, Any]:
        """Build id, time, newest cut and fingerprint, as plain values."""
        (row,) = self.warehouse.query("view/build").to_dict("records")
        return {
            "build_id": row["build_id"],
            "built_at": f"{row['built_at']:%Y-%m-%dT%H:%M:%SZ}",
            "newest_cut": f"{row['newest_cut']:%Y-%m-%d}",
            "fingerprint": row["fingerprint"],
            "is_snapshot_only": bool(row["is_snapshot_only"]),
            "series": list(self.series) or "all",
        }

    @property
    def sources(self) -> list[dict[str, Any]]:
        """Publishers whose figures are in it, with their words of citation and newest cut."""
        told: dict[str, dict[str, Any]] = {}
        for row in self.warehouse.query("view/sources").to_dict("records"):
            is_of_series = isinstance(row["series_id"], str)
            if self.series and is_of_series and row["series_id"] not in self.series:
                continue
            cut = f"{row['cut_date']:%Y-%m-%d}"
            one = told.setdefault(
                row["source_id"],
                {
                    "title": f"{row['publisher']}: {row['title']}",
                    "path": row["url_main"],
                    "source_id": row["source_id"],
                    "citation": row["citation"],
                    "licence": row["licence_en"],
                    "licence_es": row["licence_es"],
                    "licence_name": _LICENCE_IDS.get(row["source_id"], _UNSTATED),
                    "cut_date": cut,
                },
            )
            one["cut_date"] = max(one["cut_date"], cut)
        return list(told.values())


_UNSTATED: Final = "notspecified"


def resource(
    name: str, path: str, content: bytes, facts: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What is said of one file.

    Parameters
    ----------
    name
        Unique in the package.
    path
        Where it lies in the package.
    content
        Its bytes.
    facts
        Whatever else is known: of a table its schema, rows and sums.
    """
    kind = path.rpartition(".")[2]
    text = {"encoding": "utf-8"} if kind == "csv" else {}
    return {
        "name": name,
        "type": "file",
        "path": path,
        "scheme": "file",
        "format": kind,
        "mediatype": _MEDIA[kind],
        **text,
        "bytes": len(content),
        "hash": f"sha256:{sha256(content)}",
        **(facts or {}),
    }


def descriptor(build: Build, resources: Sequence[Mapping[str, Any]]) -> bytes:
    """The whole description as JSON.

    Parameters
    ----------
    build
        What is exported.
    resources
        As from `resource`, in the order in which they are to stand.
    """
    facts, sources = build.facts, build.sources
    stated = {
        "profile": "data-package",
        "name": NAME,
        "id": f"{NAME}-{facts['build_id'].lower()}",
        "title": TITLE,
        "description": (
            "Recorded violence in Colombia by municipality and period, with rates, limits and what "
            "may be said of them; where one programme is known to work, in files of its own. "
            "Empty is unknown, never zero: a published month without an event is zero, a month "
            "that is not published has no row. README.md says how to read each file."
        ),
        "version": facts["build_id"],
        "created": facts["built_at"],
        "keywords": ["Colombia", "violence", "municipalities", "small-area statistics"],
        "licenses": _licences(sources),
        "sources": sources,
        "contributors": [{"title": TITLE, "role": "wrangler"}],
        "build": facts,
        "resources": list(resources),
    }
    return (json.dumps(stated, ensure_ascii=False, indent=1) + "\n").encode()


def _licences(sources: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Each term of use once, with whom it holds for; nothing here is freer than its source."""
    holders: dict[tuple[str, str], list[str]] = {}
    for one in sources:
        holders.setdefault((one["licence_name"], one["licence"]), []).append(one["source_id"])
    return [
        {"name": name, "title": f"{title} ({', '.join(holders_of)})", "path": "LICENCES.md"}
        for (name, title), holders_of in holders.items()
    ]
