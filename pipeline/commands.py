"""What each command does and tells. Only here and in `__main__` the pipeline prints."""

import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, Final

from pipeline import bundled
from pipeline.catalog.channels import channels_of
from pipeline.catalog.series import SERIES
from pipeline.errors import ContractError, SourceError
from pipeline.fingerprint import is_current
from pipeline.ingest import audit, bundle, guard, raw
from pipeline.ingest.raw import RawFile
from pipeline.schedule import forms
from pipeline.standing import standings
from pipeline.store.published import published_path

if TYPE_CHECKING:
    import pandas as pd

REPOSITORY: Final = Path(__file__).resolve().parent.parent
"""The checkout that runs."""

REPORTS: Final = "changes"
"""Folder beside the warehouse: what each refresh brought and changed, one text a build."""


def refresh(data_dir: Path, origin: Path) -> None:
    """Add what is new in a folder or an archive of published files and rebuild."""
    with guard.alone(data_dir / "raw"), bundle.unpacked(origin) as folder:
        _refresh_from(data_dir, folder)


def _refresh_from(data_dir: Path, folder: Path) -> None:
    started = perf_counter()
    offered = raw.scan(folder, datetime.now(UTC).date())
    new = raw.unknown(offered.found, raw.read_lock(data_dir / "raw"))
    for path, reason in offered.ignored:
        print(f"ignored  {path}: {reason}")
    print(f"{len(offered.found)} published files, {len(new)} of them new")
    if not new and is_current(data_dir):
        print("Nothing new: the warehouse is current.")
        return
    from pipeline import build  # noqa: PLC0415 - imports pandas, which an unchanged run does without

    adopted = build.refresh(new, data_dir)
    _tell_published(data_dir, _added(adopted), started)


def refresh_live(data_dir: Path, sources: str, *, is_strict: bool) -> None:
    """Ask the publishers for what is new, rebuild, say what failed or was set aside."""
    from pipeline import live  # noqa: PLC0415 - imports the network libraries

    started = perf_counter()
    names = [name.strip() for name in sources.split(",") if name.strip()]
    feeds = [(one.id, feed.source) for one in SERIES for feed in one.feeds]
    outcome = live.refresh(data_dir, channels_of(names, feeds), is_strict=is_strict)
    warnings = [f"{one.source_id} did not come: {one.reason}" for one in outcome.failures]
    warnings += [f"not used since {one.since}: {one.reason}" for one in outcome.quarantine]
    for warning in warnings:
        print(f"Warning: {warning}", file=sys.stderr)
    if not outcome.is_built:
        print("Nothing new: the warehouse is current.")
        return
    _tell_published(data_dir, _added(outcome.adopted), started, warnings)


def _added(adopted: Iterable[RawFile]) -> list[str]:
    counts = Counter(file.source_id for file in adopted)
    return [
        f"added    {source}: {count} {'file' if count == 1 else 'files'}"
        for source, count in sorted(counts.items())
    ]


def _tell_published(
    data_dir: Path, came: Iterable[str], started: float, warnings: Iterable[str] = ()
) -> None:
    """Print what a refresh brought and changed, and keep it beside the warehouse."""
    from pipeline.diff import last_difference, render  # noqa: PLC0415 - imports pandas

    warehouse = published_path(data_dir).resolve()
    changes = render(last_difference(data_dir))
    kept = warehouse.parent / REPORTS / f"{warehouse.stem}.txt"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text("\n".join([*came, *warnings, changes, ""]), "utf-8")
    print("\n".join([*came, changes]))
    print(f"Published {warehouse.name} in {perf_counter() - started:.1f} s; report in {kept}")


def verify_raw(data_dir: Path) -> None:
    """Compare the raw data with their lock.

    Raises
    ------
    SourceError
        If a file is missing, was edited or is in no lock; every one of them is named.
    """
    found = audit.audit(data_dir / "raw")
    for line in found.aside:
        print(line)
    if found.breaches:
        raise SourceError(
            "\n- ".join([f"{len(found.breaches)} breaches of the lock:", *found.breaches])
        )
    print(f"{found.locked} locked files, {found.locked_bytes / 1e6:,.1f} MB: all as published.")


def pack(data_dir: Path, target: Path) -> None:
    """Put the raw data and their lock into one archive."""
    with guard.alone(data_dir / "raw"):
        count = bundle.pack(data_dir / "raw", target)
        kept = bundle.kept_back(data_dir / "raw")
    size, checksum = target.stat().st_size, raw.sha256_of(target)
    print(f"Packed {count} files into {target}: {size / 1e6:,.1f} MB, SHA-256 {checksum}")
    if kept:
        print(
            f"Left out {len(kept)} files with columns above public, e.g. {kept[0]}: hand them over "
            "apart, to whoever may see them."
        )


def prune(data_dir: Path, keep: int, *, is_confirmed: bool) -> None:
    """Show which old releases would go; let go of them if that is confirmed."""
    from pipeline import pruning  # noqa: PLC0415 - imports pandas

    with guard.alone(data_dir / "raw"):
        files = pruning.prunable(data_dir, keep)
        for file in files:
            print(f"{file.cut_date}  {file.bytes / 1e6:8,.1f} MB  {file.path}")
        size = f"{len(files)} old releases, {sum(file.bytes for file in files) / 1e6:,.1f} MB"
        if not files:
            print("Nothing to let go of.")
        elif is_confirmed:
            pruning.prune(data_dir, files)
            print(f"Removed {size}; what they said is no longer in the history of figures.")
        else:
            print(f"{size}: nothing is removed yet. Add CONFIRM=1 (--confirm) to remove them.")


def status(data_dir: Path) -> None:
    """What is known of each fetched source; nothing is asked."""
    today = datetime.now(UTC).date()
    for one in standings(data_dir):
        cut, expected = one.newest_cut, one.next_expected
        print(one.source_id)
        print(f"  newest cut     {f'{cut}, {(today - cut).days} days ago' if cut else 'no file'}")
        missed = " (overdue)" if one.is_overdue else " (due; not asked since)"
        late = missed if expected and expected < today else ""
        print(f"  next release   {f'{expected}{late}' if expected else 'no rhythm known'}")
        print(f"  last asked     {one.asked_at or 'never'}")
        for failed in one.failures:
            print(f"  last error     since {failed.since}: {failed.reason}")
        for held in one.quarantine:
            print(f"  set aside      since {held.since}: {held.reason}")


def schedule(data_dir: Path) -> None:
    """Forms for a monthly refresh, each after the place where it belongs."""
    for place, form in forms(REPOSITORY, data_dir).items():
        print(f"# ---- {place}\n{form}")


def history(data_dir: Path, series: str, place: str, period: str) -> None:
    """What each release said of one figure."""
    from pipeline.history import history as told  # noqa: PLC0415 - imports pandas
    from pipeline.store.warehouse import Warehouse  # noqa: PLC0415 - the same

    print(told(Warehouse.open(published_path(data_dir)), series, place, period))


def rebuild(data_dir: Path) -> None:
    """Rebuild from the raw data, if anything changed."""
    started = perf_counter()
    if is_current(data_dir):
        print("Nothing changed: the warehouse is current.")
        return
    from pipeline import build  # noqa: PLC0415 - imports pandas, which an unchanged run does without

    build.build(data_dir)
    print(
        f"Published {published_path(data_dir).resolve().name} in {perf_counter() - started:.1f} s"
    )


def take_down(data_dir: Path, place: str) -> None:
    """Tell nothing more of a municipality's coverage, and let go of the builds that did."""
    from pipeline import build  # noqa: PLC0415 - imports pandas
    from pipeline.ingest.withheld import NAME, withhold  # noqa: PLC0415 - beside it
    from pipeline.store.warehouse import forget_replaced  # noqa: PLC0415 - imports pandas

    withhold(data_dir, place)
    build.build(data_dir)
    forget_replaced(data_dir)
    print(
        f"{place} is withheld ({data_dir / NAME}) and the older builds are gone. Start the "
        "dashboard anew, write exports and snapshots anew, and ask for the copies handed out: "
        "docs/do-no-harm.md."
    )


def write_snapshot(data_dir: Path) -> None:
    """Write the bundled snapshot from the warehouse."""
    from pipeline import snapshot  # noqa: PLC0415 - imports pandas
    from pipeline.store.warehouse import Warehouse  # noqa: PLC0415 - the same

    size = snapshot.write(Warehouse.open(published_path(data_dir)), bundled.FOLDER)
    print(f"Wrote {bundled.FOLDER.relative_to(REPOSITORY)}: {size / 1e6:.2f} MB")


def export(data_dir: Path, target: Path, series: str) -> None:
    """Write every public figure, with what it means and where it is from."""
    from pipeline.export import bundle as exports  # noqa: PLC0415 - imports pandas
    from pipeline.store.warehouse import Warehouse  # noqa: PLC0415 - the same

    started = perf_counter()
    wanted = [name.strip() for name in series.split(",") if name.strip()]
    written = exports.write(Warehouse.open(published_path(data_dir)), target, wanted)
    print(
        f"Exported {written.files} files, {written.bytes / 1e6:,.1f} MB, to {target} "
        f"in {perf_counter() - started:.1f} s"
    )


_GREETING: Final = """\
The warehouse, read only, in DuckDB's shell, which itself can read and write your files. It answers
any join: to protect people, do not set coverage beside threats or killings of leaders.
Changes and trends as they may be told: atlas.compare, atlas.trends.
La base de datos, en solo lectura, en la consola de DuckDB, que sí lee y escribe sus archivos.
Responde cualquier unión: para proteger a las personas, no junte la cobertura con amenazas ni
homicidios de líderes. Cambios y tendencias como pueden contarse: atlas.compare, atlas.trends.

Three to begin with; .quit leaves / Tres para empezar; .quit sale:

  from questions;
  from rates('homicide_police', _last_month := '2024-12-01') limit 10;
  select column_name, comment from duckdb_columns() where table_name = 'rate_yearly';
"""


def shell(data_dir: Path) -> int:
    """Open DuckDB's shell on the warehouse, or have it answer what comes from a pipe.

    Raises
    ------
    MissingWarehouseError
        If nothing has been built yet.
    SourceError
        If the shell is not installed.
    """
    from pipeline.store.shell import session  # noqa: PLC0415 - imports pandas
    from pipeline.store.warehouse import Warehouse  # noqa: PLC0415 - the same

    path = published_path(data_dir)
    Warehouse.open(path).close()
    program = shutil.which("duckdb", path=Path(sys.executable).parent) or shutil.which("duckdb")
    if program is None:
        message = "DuckDB's shell is not installed; `make setup` installs it"
        raise SourceError(message)
    is_asked_by_hand = sys.stdin.isatty()
    if is_asked_by_hand:
        print(_GREETING)
        signal.signal(signal.SIGINT, lambda *_: None)  # stops a query, not the shell
    with TemporaryDirectory() as folder:
        begin = Path(folder) / "session.sql"
        begin.write_text(session(), "utf-8")
        options = ["-readonly", "-no-init", "-cmd", f'.read "{begin}"']
        if not is_asked_by_hand:
            options.append("-bail")
        return subprocess.run([program, *options, path.resolve()], check=False).returncode  # noqa: S603 - our own program


def docs() -> None:
    """Write the data dictionary, the rules of claims and the contracts of files."""
    from pipeline.dictionary import dictionary, rules_table  # noqa: PLC0415 - imports pandas
    from pipeline.templates import contract_pages  # noqa: PLC0415 - imports the writer of workbooks

    written = {
        "data-dictionary": dictionary(),
        "claims": rules_table(),
        "contracts": contract_pages(),
    }
    for name, text in written.items():
        path = REPOSITORY / "docs" / f"{name}.md"
        path.write_text(text, "utf-8")
        print(f"Wrote {path.relative_to(REPOSITORY)}")


def templates(folder: Path) -> None:
    """Write an empty file of every contract that a holder of programme data can fill in."""
    from pipeline.templates import write_templates  # noqa: PLC0415 - imports the writer of workbooks

    for path in write_templates(folder):
        print(f"Wrote {path}")


def check_file(data_dir: Path, path: Path) -> None:
    """Say all that is wrong with a file of programme data, or what it would say; store nothing.

    Raises
    ------
    SourceError
        If the file cannot be used as it is.
    """
    from pipeline.ingest.offered import judged  # noqa: PLC0415 - imports pandas

    found = judged(path, _municipalities(data_dir))
    for text in found.told:
        print(f"es  {text.es}\nen  {text.en}")
    if found.problems:
        message = (
            f"{path.name}: {found.problems} problems. Nothing was stored. Mend these rows and "
            "check again."
        )
        raise SourceError(message)


def _municipalities(data_dir: Path) -> "pd.DataFrame":
    """The municipalities in force: of the warehouse if there is one, else of the snapshot."""
    from pipeline import snapshot, views  # noqa: PLC0415 - imports pandas
    from pipeline.store.warehouse import Warehouse  # noqa: PLC0415 - the same

    try:
        return views.places(Warehouse.open(published_path(data_dir)))
    except ContractError:
        return snapshot.read(bundled.FOLDER, ()).municipalities


def diff(data_dir: Path) -> None:
    """What the last build changed against the one before."""
    from pipeline.diff import last_difference, render  # noqa: PLC0415 - imports pandas

    print(render(last_difference(data_dir)))
