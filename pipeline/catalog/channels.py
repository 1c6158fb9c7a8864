"""From where, and under which limits, a source is fetched: every address and rhythm in one place.

A source without a `Channel` is not fetched: it has ended, is fixed by decree, or reaches the atlas
in files that somebody else put together. When a publisher moves, the address here is all that
changes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pipeline.catalog.sources import (
    MGN_FILES,
    MINDEFENSA_ITEMS,
    MINDEFENSA_PAGE,
    MINDEFENSA_VIEWS,
    POLICE_PAGE,
    POLICE_VIEWS,
)
from pipeline.errors import CatalogError

PORTAL: Final = "https://www.datos.gov.co"
PORTAL_PAGE_ROWS: Final = 50_000
"""Rows asked for at a time; the portal's interface gives no more than this in one answer."""

FEATURES_PER_PAGE: Final = 25
"""Features asked for at a time: of 25 municipalities the longest have 560,000 vertices, 25 MB."""

APP_TOKEN: Final = ("www.datos.gov.co", "X-App-Token", "SOCRATA_APP_TOKEN")
"""Host, header and environment variable of the optional token that lifts the portal's throttle."""

GATEWAY: Final = "PUBLISHERS_GATEWAY"
"""Environment variable: ``<gateway>/<host>/<path>`` is asked instead of ``https://<host>/<path>``.

For an office that reaches publishers only through a server of its own.
"""


@dataclass(frozen=True, slots=True)
class PortalTable:
    """A dataset of the open data portal: all of its rows, or what the portal sums up from them."""

    dataset: str
    """In the source."""
    view: str
    """At the portal."""
    name: str
    """Of the file it becomes; ``.csv`` for rows, ``.json`` for sums."""
    select: tuple[str, ...] = ()
    """What is summed up, keys first and the sum last; empty for all rows as they are."""
    cut: str = ""
    """Column that says up to when a row counts, where releases lie one below the other: only the
    newest is asked for."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Workbooks in an Oracle Content site: found by listing, never by a constant address."""

    page: str
    token: str
    """Regular expression; its group is the public token that the page prints."""
    items: str
    assets: str


@dataclass(frozen=True, slots=True)
class LinkPage:
    """A page that links to the files of one dataset, whatever their names are this month."""

    dataset: str
    page: str


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file at an address of its own."""

    dataset: str
    url: str


@dataclass(frozen=True, slots=True)
class FeatureService:
    """A layer of a map server (ArcGIS REST), all of its features as one GeoJSON."""

    dataset: str
    name: str
    """Of the file it becomes."""
    layer: str


@dataclass(frozen=True, slots=True)
class FirstOf:
    """One file that is offered in two ways: the second is asked only if the first never worked."""

    primary: StaticFile
    fallback: FeatureService

    @property
    def dataset(self) -> str:
        """In the source; of both ways the same."""
        return self.primary.dataset


Resource = PortalTable | Listing | LinkPage | StaticFile | FeatureService | FirstOf


@dataclass(frozen=True, slots=True)
class Channel:
    """How one source is fetched."""

    source: str
    hosts: tuple[str, ...]
    """Where requests may go, redirects included."""
    resources: tuple[Resource, ...]
    publication_day: int | None = None
    """Day of the month on which data to the end of the month before appear; None: no rhythm."""
    revision_tolerance_share: float = 0.05
    """How far the sum over months that two releases share may move before nobody believes it."""
    max_bytes: int = 1_000_000_000
    max_seconds: int = 3_600


_PORTAL_HOSTS = ("www.datos.gov.co", "datos.gov.co")
_POLICE_HOSTS = ("www.policia.gov.co", "policia.gov.co")
_MGN_LAYERS = (
    "https://geoportal.dane.gov.co/mparcgis/rest/services/MGN2025/Serv_CapasMGN_2025/FeatureServer"
)
_DANE_PROJECTIONS = "https://www.dane.gov.co/files/censo2018/proyecciones-de-poblacion/Municipal/"


def _boundaries(source: str, file: str, layer: int) -> Channel:
    """The newest edition of the boundaries.

    The file comes first: it is the edition that DANE publishes, in one piece, with a mark of its
    version, and a broken download goes on where it stopped. The layer holds the same places.
    """
    dataset = "mgn_2025"
    return Channel(
        source=source,
        hosts=("geoportal.dane.gov.co",),
        resources=(
            FirstOf(
                StaticFile(dataset, f"{MGN_FILES}{file}_(geojson).zip"),
                FeatureService(dataset, f"{file}.geojson", f"{_MGN_LAYERS}/{layer}"),
            ),
        ),
    )


def _rows(views: Iterable[str]) -> tuple[PortalTable, ...]:
    """All rows of views whose dataset has the view's own name."""
    return tuple(PortalTable(view, view, f"{view}.csv") for view in views)


CHANNELS: Final[tuple[Channel, ...]] = (
    Channel(
        source="mindefensa_workbooks",
        hosts=("www.mindefensa.gov.co",),
        resources=(
            Listing(
                page=MINDEFENSA_PAGE,
                token=r"channelToken[\"'=:\s]+([0-9A-Za-z]{8,64})",  # noqa: S106 - a pattern
                items=MINDEFENSA_ITEMS,
                assets="https://www.mindefensa.gov.co/sites/web/content/published/api/v1.1/assets",
            ),
        ),
        publication_day=25,
    ),
    Channel(
        source="mindefensa_exports",
        hosts=_PORTAL_HOSTS,
        resources=_rows(MINDEFENSA_VIEWS),
        publication_day=16,
        max_bytes=3_000_000_000,  # about six million rows, and they grow
        max_seconds=4 * 3_600,
    ),
    Channel(
        source="mindefensa_totals",
        hosts=_PORTAL_HOSTS,
        resources=(
            PortalTable(
                "homicidio",
                "m8fd-ahd9",
                "hist_nacional_homicidio.json",
                ("date_extract_y(fecha_hecho) as anio", "sum(cantidad) as total"),
            ),
        ),
        publication_day=16,
    ),
    Channel(
        source="mindefensa_years",
        hosts=_PORTAL_HOSTS,
        resources=(
            PortalTable(
                "hurto_personas",
                "4rxi-8m8d",
                "hist_municipio_hurto_personas.json",
                (
                    "municipio",
                    "departamento",
                    "date_extract_y(fecha_hecho) as anio",
                    "sum(cantidad) as total",
                ),
            ),
        ),
        publication_day=16,
    ),
    Channel(
        source="police_workbooks",
        hosts=_POLICE_HOSTS,
        resources=(
            LinkPage("homicidios", f"{POLICE_PAGE}/homicidios"),
            LinkPage("amenazas", f"{POLICE_PAGE}/amenazas"),
            LinkPage("delitos_sexuales", f"{POLICE_PAGE}/delitos-sexuales"),
        ),
    ),
    Channel(
        source="police_exports",
        hosts=_PORTAL_HOSTS,
        resources=_rows(POLICE_VIEWS),
        publication_day=16,
    ),
    Channel(
        source="ruv_years",
        hosts=_PORTAL_HOSTS,
        resources=(
            PortalTable(
                "krnc-8azs",
                "krnc-8azs",
                "krnc-8azs.json",
                (
                    "fecha_corte",
                    "estado_depto",
                    "cod_ciudad_muni",
                    "ciudad_municipio",
                    "vigencia",
                    "sum(per_ocu) as personas",
                ),
                cut="fecha_corte",
            ),
        ),
    ),
    Channel(
        source="mine_victims",
        hosts=_PORTAL_HOSTS,
        resources=(PortalTable("yhxn-eqqw", "yhxn-eqqw", "yhxn-eqqw.csv"),),
    ),
    Channel(
        source="mine_events",
        hosts=_PORTAL_HOSTS,
        resources=(PortalTable("sgp4-3e6k", "sgp4-3e6k", "sgp4-3e6k.csv"),),
    ),
    Channel(
        source="coca",
        hosts=_PORTAL_HOSTS,
        resources=(PortalTable("coca", "acs4-3wgp", "acs4-3wgp.csv"),),
    ),
    Channel(
        source="forensic_deaths",
        hosts=_PORTAL_HOSTS,
        resources=_rows(("vtub-3de2", "2kpj-cktv")),
    ),
    Channel(
        source="divipola",
        hosts=_PORTAL_HOSTS,
        resources=(PortalTable("divipola", "gdxc-w37w", "divipola_gdxc-w37w.csv"),),
    ),
    Channel(
        source="population",
        hosts=("www.dane.gov.co",),
        resources=(
            StaticFile(
                "population_back",
                f"{_DANE_PROJECTIONS}DCD-area-proypoblacion-Mun-2005-2017_VP.xlsx",
            ),
            StaticFile(
                "population_2018_2042", f"{_DANE_PROJECTIONS}PPED-AreaMun-2018-2042_VP.xlsx"
            ),
        ),
    ),
    _boundaries("municipality_boundaries", "MGN2025_ADM_MPIO_GRAFICO", 317),
    _boundaries("department_boundaries", "MGN2025_ADM_DPTO_POLITICO", 319),
)


def channels_of(
    wanted: Iterable[str],
    feeds: Iterable[tuple[str, str]],
    channels: tuple[Channel, ...] = CHANNELS,
) -> tuple[Channel, ...]:
    """The channels of some sources, each named by its own id or by that of a series it feeds.

    Parameters
    ----------
    wanted
        Ids of sources or series; none stands for all.
    feeds
        Pairs of the id of a series and the id of a source that feeds it.
    channels
        Declared channels.

    Raises
    ------
    CatalogError
        If an id is no source or series that is fetched.
    """
    names = set(wanted)
    by_name: dict[str, set[str]] = {channel.source: {channel.source} for channel in channels}
    fetched = set(by_name)
    for series_id, source_id in feeds:
        if source_id in fetched:
            by_name.setdefault(series_id, set()).add(source_id)
    if unknown := sorted(names - set(by_name)):
        message = (
            f"{len(unknown)} names are no source or series that is fetched, such as "
            f"{unknown[0]!r}. Choose from {', '.join(sorted(by_name))}."
        )
        raise CatalogError(message)
    chosen = set().union(*(by_name[name] for name in names)) if names else fetched
    return tuple(channel for channel in channels if channel.source in chosen)
