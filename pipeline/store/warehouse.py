"""The warehouse: a draft is built beside the one in use, checked, then published at once.

A published file is never written again. Replacing an open file would leave readers, even new
connections of the same process, on the old data; so every build is a file of its own and
``warehouse.duckdb`` a symlink that is swapped to it.
"""

import fcntl
import hashlib
import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pa
import pyarrow as arrow
from pandera.engines.pandas_engine import Engine

from pipeline.catalog.tables import TABLES, Table
from pipeline.catalog.text import Text
from pipeline.errors import ContractError, MissingWarehouseError, OutdatedWarehouseError
from pipeline.store.asked import answer, refuse_joined_rows
from pipeline.store.published import published_path

_SQL: Final = Path(__file__).parent / "sql"
_CONFIG: Final[dict[str, str | bool | int | float | list[str]]] = {
    "threads": 2,
    "memory_limit": "1GB",
}
_READ_CONFIG: Final[dict[str, str | bool | int | float | list[str]]] = {
    **_CONFIG,
    "enable_external_access": False,
    "lock_configuration": True,
}
"""No reader of a published warehouse reaches another file, whatever is asked in SQL."""
_VIEWS: Final = ("count_monthly", "mapped_place", "place_window", "rate", "series_month")
"""Marts that are asked for and not stored."""
_UNFINISHED: Final = ".part"
_BATCH_ROWS: Final = 2 * 122_880
"""Two of DuckDB's row groups: what one thread writes at a time."""


def layout_version() -> str:
    """Fingerprint of what readers rely on; a warehouse of another layout is not read."""
    definitions = [_ddl(table)[0] for table in TABLES.values()]
    views = [_sql(f"mart/{name}") for name in _VIEWS]
    return hashlib.sha256("\n".join([*definitions, *views]).encode()).hexdigest()[:12]


@contextmanager
def _on_disk() -> Iterator[None]:
    """Tell what the machine cannot write or hold apart from what is wrong with the figures.

    Raises
    ------
    OSError
        In place of the database's own error.
    """
    try:
        yield
    except (duckdb.OperationalError, duckdb.FatalException) as error:
        message = f"the new warehouse cannot be written ({error})"
        raise OSError(message) from error


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    """Tell a published file that cannot be read from a mistake in what is asked of it.

    Raises
    ------
    ContractError
        In place of the database's own error.
    """
    try:
        yield
    except duckdb.Error as error:
        message = f"the warehouse {file} cannot be read ({error}); `make build` makes it anew"
        raise ContractError(message) from error


class Draft:
    """A warehouse being built; nobody sees it before `publish`.

    Use it in a ``with`` block: whatever was not published on leaving is removed, and the warehouse
    in use keeps serving.

    Parameters
    ----------
    data_dir
        Folder that holds ``raw`` and ``processed``.

    Attributes
    ----------
    build_id
        Time of the build in UTC; names the file and the build everywhere it is shown.

    Raises
    ------
    ContractError
        If another build is running in the same folder.
    OSError
        If the disk does not take it, here or later.
    """

    def __init__(self, data_dir: Path) -> None:
        self._link = published_path(data_dir)
        self._link.parent.mkdir(parents=True, exist_ok=True)
        self._lock = _locked(self._link.with_suffix(".lock"))
        self._built_at = datetime.now(UTC)
        self.build_id = self._built_at.strftime("%Y%m%dT%H%M%S%f")[:-3]
        self._path = self._link.with_name(f"warehouse-{self.build_id}.duckdb")
        self._part = self._path.with_name(self._path.name + _UNFINISHED)
        self._is_checked = False
        self._stored: set[str] = set()
        self._in_use: Warehouse | None = None
        try:
            for left in self._link.parent.glob(f"warehouse-*{_UNFINISHED}*"):
                left.unlink()  # of a build that was killed; the lock says that none is running
            with _on_disk():
                self._connection = _begun(self._part)
        except BaseException:
            self._let_go()
            raise

    def __enter__(self) -> Self:
        """The draft itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove what was not published."""
        self.discard()

    @_on_disk()
    def store(self, name: str, frame: pd.DataFrame) -> None:
        """Check a frame against its declaration and add its rows, in the order of the key.

        Of a declared column that is not public nothing is added.

        Parameters
        ----------
        name
            Table as declared, e.g. ``core.crime_monthly``.
        frame
            Its rows; geometry as WKB.

        Raises
        ------
        ContractError
            If a column or value breaks the declaration, or a key is repeated, all breaches in one
            message; or if the table is stored already.
        """
        if name in self._stored:
            message = f"{name} is stored already; give all its rows at once"
            raise ContractError(message)
        table = TABLES[name]
        breaches = frame_breaches(table, frame)
        if not breaches:
            frame, breaches = _by_key(table, frame)
        if breaches:
            raise ContractError(_message(f"{name}: the rows to store break its contract", breaches))
        columns = ", ".join(
            f"st_geomfromwkb(cast({_quoted(column)} as blob))"
            if _is_geometry(facts)
            else _quoted(column)
            for column, facts in table.stored.items()
        )
        frame = frame[list(table.stored)]
        whole = arrow.Table.from_pandas(frame, preserve_index=False)
        batches = whole.to_batches(max_chunksize=_BATCH_ROWS)
        self._connection.register("incoming", arrow.Table.from_batches(batches, whole.schema))
        self._connection.execute(f"insert into {name} select {columns} from incoming")  # noqa: S608 - declared names
        self._connection.unregister("incoming")
        self._stored.add(name)
        self._is_checked = False

    @_on_disk()
    def frame(self, name: str, **parameters: object) -> pd.DataFrame:
        """Rows that a query finds in what has been stored so far.

        Parameters
        ----------
        name
            File below ``store/sql`` without its ending, e.g. ``mart/rate_yearly``.
        **parameters
            Values of its ``$named`` parameters.

        Returns
        -------
        frame
            One row per row; dates as ``datetime64[s]``.
        """
        return _rows(self._connection, _sql(name), parameters)

    @_on_disk()
    def checksums(self, name: str) -> dict[str, str]:
        """Checksum of the rows that each series has in a table stored here.

        Parameters
        ----------
        name
            Table as declared, with a column `series_id`.

        Returns
        -------
        checksums
            By series; equal for equal rows in any order, of one version of the database.
        """
        return _checksums(self._connection, name)

    @property
    def in_use(self) -> "Warehouse | None":
        """The warehouse this draft is to replace, if one is here that can be read."""
        if self._in_use is None:
            with suppress(ContractError):
                self._in_use = Warehouse.open(self._link)
        return self._in_use

    @_on_disk()
    def check(self) -> None:
        """Hold every law of ``sql/check`` against the stored tables.

        Raises
        ------
        ContractError
            If a row breaks a law; all broken laws in one message.
        """
        laws = [_sql(f"check/{path.stem}") for path in sorted(_SQL.glob("check/*.sql"))]
        breaches = [
            _law_breach(law, offending)
            for law in laws
            if len(offending := _rows(self._connection, law, {}))
        ]
        if breaches:
            raise ContractError(_message("the tables do not add up", breaches))
        self._is_checked = True

    @_on_disk()
    def publish(self, *, fingerprint: str, newest_cut: date, is_snapshot_only: bool) -> Path:
        """Let the published path point to this build, once all laws hold.

        The build replaced stays, since a running dashboard may still read it; older ones go.

        Parameters
        ----------
        fingerprint
            Of the inputs and the code, to tell whether a later rebuild is needed.
        newest_cut
            Newest cut date among the files shown.
        is_snapshot_only
            Whether the bundled snapshot is all there was to build from.

        Returns
        -------
        path
            The published path.

        Raises
        ------
        ContractError
            If a row breaks a law; the warehouse in use keeps serving.
        """
        if not self._is_checked:
            self.check()
        self.store(
            "core.build",
            pd.DataFrame(
                {
                    "build_id": [self.build_id],
                    "built_at": [pd.Timestamp(self._built_at).tz_localize(None).as_unit("s")],
                    "fingerprint": [fingerprint],
                    "layout_version": [layout_version()],
                    "newest_cut": [pd.Timestamp(newest_cut).as_unit("s")],
                    "is_snapshot_only": [is_snapshot_only],
                }
            ),
        )
        self._connection.execute("checkpoint")
        self._close()
        replaced = self._link.resolve()
        self._part.replace(self._path)
        _point(self._link, self._path)
        _prune(self._link.parent, keep={self._path, replaced})
        return self._link

    def discard(self) -> None:
        """Remove the draft, if it was not published, and let the next build begin."""
        try:
            self._close()
        finally:
            self._let_go()

    def _close(self) -> None:
        if self._in_use is not None:
            self._in_use.close()
        self._connection.close()

    def _let_go(self) -> None:
        try:
            for path in (self._part, self._part.with_name(self._part.name + ".wal")):
                path.unlink(missing_ok=True)
            if self._link.resolve() != self._path.resolve():
                self._path.unlink(missing_ok=True)
        finally:
            os.close(self._lock)


class Warehouse:
    """A published warehouse, read only; safe to share between threads.

    Attributes
    ----------
    path
        The file behind the symlink at the time of opening: a later build is another file.
    build_id
        Names the build; everything cached from it is keyed on this.
    """

    def __init__(self, path: Path, connection: duckdb.DuckDBPyConnection, build_id: str) -> None:
        self.path = path
        self.build_id = build_id
        self._connection = connection
        self._thread = threading.local()
        self._known: dict[str, Mapping[str, npt.NDArray[Any]]] = {}

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open what the published path points to now.

        Parameters
        ----------
        path
            The published path, or one build's own file.

        Raises
        ------
        ContractError
            If there is no warehouse, it cannot be read, or its layout is not the declared one.
        """
        if not path.exists():
            message = f"no warehouse at {path}; `make build` makes one"
            raise MissingWarehouseError(message)
        file = path.resolve()
        with _readable(file):
            connection = duckdb.connect(file, read_only=True, config=_READ_CONFIG)
            build = connection.execute("select build_id, layout_version from core.build").fetchone()
        if build is None or build[1] != layout_version():
            connection.close()
            message = (
                f"the warehouse {file} has another layout than this version declares; "
                "`make build` makes it anew"
            )
            raise OutdatedWarehouseError(message)
        return cls(file, connection, build[0])

    def query(self, name: str, /, **parameters: object) -> pd.DataFrame:
        """Rows that a query finds.

        Parameters
        ----------
        name
            File below ``store/sql`` without its ending, e.g. ``view/series``.
        **parameters
            Values of its ``$named`` parameters.

        Returns
        -------
        frame
            One row per row; dates as ``datetime64[s]``.
        """
        refuse_joined_rows(_sql(name), name)
        return _rows(self._cursor, _sql(name), parameters)

    def columns(self, name: str, /) -> Mapping[str, npt.NDArray[Any]]:
        """Columns of what a query without parameters finds, asked for once: no build ever changes.

        Parameters
        ----------
        name
            As for `query`.

        Returns
        -------
        columns
            Arrays of equal length by name, the same ones for all who ask.
        """
        if name not in self._known:
            found = self.query(name)
            self._known[name] = {str(column): found[column].to_numpy() for column in found}
        return self._known[name]

    def query_arrow(self, name: str, /, **parameters: object) -> arrow.Table:
        """Rows that a query finds, as the database gives them to Arrow.

        Parameters
        ----------
        name
            File below ``store/sql`` without its ending, e.g. ``view/series``.
        **parameters
            Values of its ``$named`` parameters.

        Returns
        -------
        table
            One row per row; dates as ``date32``, integers with empty cells as integers.
        """
        refuse_joined_rows(_sql(name), name)
        return self._cursor.execute(_sql(name), parameters).to_arrow_table()

    def sql(self, query: str, parameters: Mapping[str, Any]) -> arrow.Table:
        """Rows that a query of the reader's own finds; it changes nothing and opens no other file.

        Parameters
        ----------
        query
            In DuckDB's SQL, over the tables as declared.
        parameters
            Values of its ``$named`` parameters; a frame or an Arrow table is a table of that name.

        Returns
        -------
        table
            One row per row, as of `query_arrow`.

        Raises
        ------
        ContractError
            With the database's own words if it cannot be answered; if it does not only ask, or
            sets coverage beside series that are kept apart from it.
        """
        with self._connection.cursor() as cursor:
            return answer(cursor, query, parameters)

    @property
    def _cursor(self) -> duckdb.DuckDBPyConnection:
        """The calling thread's own."""
        if not hasattr(self._thread, "cursor"):
            self._thread.cursor = self._connection.cursor()
        cursor: duckdb.DuckDBPyConnection = self._thread.cursor
        return cursor

    def table(self, name: str) -> pd.DataFrame:
        """A whole table in the order of its key; geometry as WKB.

        Parameters
        ----------
        name
            Table as declared, e.g. ``core.municipality``.

        Returns
        -------
        frame
            One row per row; dates as ``datetime64[s]``.

        Raises
        ------
        ContractError
            If the file is damaged.
        """
        table = TABLES[name]
        columns = ", ".join(
            f"st_aswkb({_quoted(column)}) as {_quoted(column)}"
            if _is_geometry(facts)
            else _quoted(column)
            for column, facts in table.stored.items()
        )
        key = ", ".join(_quoted(column) for column in table.key)
        query = f"select {columns} from {name} order by {key}"  # noqa: S608 - declared names
        with _readable(self.path):
            return _rows(self._connection.cursor(), query, {})

    def arrow(self, name: str, columns: Sequence[str], series: Sequence[str] = ()) -> arrow.Table:
        """Columns of a table as Arrow, in the order of its key.

        Parameters
        ----------
        name
            Table as declared, e.g. ``core.crime_monthly``.
        columns
            Which of its columns; geometry comes as WKB.
        series
            Rows of these series only; all rows if empty, or if the table has no series.

        Returns
        -------
        table
            As declared: small integers stay small, and nothing that is missing becomes a number.

        Raises
        ------
        ContractError
            If the file is damaged.
        """
        declared = TABLES[name]
        facts = declared.schema.columns
        chosen = ", ".join(
            f"st_aswkb({_quoted(one)}) as {_quoted(one)}"
            if _is_geometry(facts[one])
            else _quoted(one)
            for one in columns
        )
        is_some = bool(series) and "series_id" in facts
        which = "where list_contains($series, series_id)" if is_some else ""
        key = ", ".join(_quoted(one) for one in declared.key)
        query = f"select {chosen} from {name} {which} order by {key}"  # noqa: S608 - declared names
        with _readable(self.path):
            found = self._connection.cursor().execute(
                query, {"series": list(series)} if is_some else {}
            )
            return found.to_arrow_table()

    def checksums(self, name: str) -> dict[str, str]:
        """Checksum of the rows that each series has in a table, as of `Draft.checksums`.

        Parameters
        ----------
        name
            Table as declared, with a column `series_id`.

        Returns
        -------
        checksums
            By series.

        Raises
        ------
        ContractError
            If the file is damaged.
        """
        with _readable(self.path):
            return _checksums(self._connection.cursor(), name)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


def laws() -> dict[str, Text]:
    """What every published warehouse was held against, by the name of its check.

    The first lines of a check say it, in English and in Spanish.
    """
    told = {}
    for path in sorted(_SQL.glob("check/*.sql")):
        english, spanish, *_rest = _sql(f"check/{path.stem}").splitlines()
        told[path.stem] = Text(spanish.removeprefix("-- es: "), english.removeprefix("-- "))
    return told


def pandas_frame(table: arrow.Table) -> pd.DataFrame:
    """What a query found as a frame of pandas; dates as ``datetime64[s]``, sums as numbers."""
    plain = arrow.schema(field.with_type(_plain_type(field.type)) for field in table.schema)
    is_long = len(table) > _BATCH_ROWS  # threads cost a short table more than they save
    frame: pd.DataFrame = table.cast(plain).to_pandas(use_threads=is_long)
    return frame


def _plain_type(found: arrow.DataType) -> arrow.DataType:
    """What pandas reckons with: the database sums integers in 128 bits, which Arrow calls decimal.

    Without this a sum would be a column of objects.
    """
    if arrow.types.is_date(found):
        return arrow.timestamp("s")
    if arrow.types.is_decimal(found):
        return arrow.float64() if found.scale else arrow.int64()
    return found


def frame_breaches(table: Table, frame: pd.DataFrame) -> list[str]:
    """What in a frame breaks a table's declaration.

    Every declared check looks at one value at a time, so text and dates, which repeat, are checked
    once per distinct value: the verdict is the same and a million rows take milliseconds.

    Parameters
    ----------
    table
        The declaration.
    frame
        The rows to judge.

    Returns
    -------
    breaches
        One sentence each: column, check, how many, one example. Empty if the frame is in order.
    """
    is_as_declared = list(frame.columns) == list(table.schema.columns) and all(
        column.dtype is None or column.dtype.check(Engine.dtype(frame[name].dtype))
        for name, column in table.schema.columns.items()
    )
    try:
        if not is_as_declared:
            table.schema.validate(frame.iloc[:0], lazy=True)
    except pa.errors.SchemaErrors as errors:
        return [
            f"{case['column'] if isinstance(case['column'], str) else 'columns'}: "
            f"{case['check']} fails for {case['failure_case']}; see its declaration"
            for case in errors.failure_cases.to_dict("records")
        ]
    return [
        breach
        for name, column in table.schema.columns.items()
        for breach in _column_breaches(column, frame[name])
    ]


def _column_breaches(column: pa.Column, values: "pd.Series[Any]") -> list[str]:
    repeats = isinstance(values.dtype, pd.StringDtype) or values.dtype.kind == "M"
    checked = pd.Series(values.unique()) if repeats else values
    is_complete = column.nullable or not checked.hasnans
    if is_complete and all(check(checked).check_passed for check in column.checks):
        return []  # the schema says the same ten times as slowly, and more where something is wrong
    try:
        column.validate(pd.DataFrame({column.name: checked}), lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
    else:
        return []
    breaches = []
    for check, wrong in cases.groupby("check", sort=False)["failure_case"]:
        count = values.isin(wrong.unique()).sum() if repeats else len(wrong)
        breaches.append(
            f"{column.name}: {count:,} of {len(values):,} values fail {check}, for example "
            f"{wrong.iloc[0]}; mend the reading of its source or the declaration"
        )
    return breaches


def _by_key(table: Table, frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """The rows in the order of the key, and a breach if two rows share one.

    Every part of a key repeats, so its values are numbered and the rows sorted as whole numbers: a
    third of what sorting text would take.
    """
    place = np.zeros(len(frame), np.int64)
    for name in table.key:
        number, distinct = pd.factorize(frame[name], sort=True)
        place = place * len(distinct) + number
    if (np.diff(place) < 0).any():
        order = np.argsort(place, kind="stable")
        frame, place = frame.take(order), place[order]
    (repeated,) = np.nonzero(np.diff(place) == 0)
    if not repeated.size:
        return frame, []
    example = ", ".join(str(value) for value in frame[list(table.key)].iloc[repeated[0]])
    breach = (
        f"{', '.join(table.key)}: {repeated.size:,} rows repeat the key of another, for example "
        f"{example}; there must be {table.grain}"
    )
    return frame, [breach]


def _law_breach(law: str, offending: pd.DataFrame) -> str:
    in_words = law.partition("\n")[0].removeprefix("-- ")
    example = ", ".join(f"{column} {value}" for column, value in offending.iloc[0].items())
    return f"{in_words}: {len(offending):,} rows break this law, for example {example}"


def _message(headline: str, breaches: Iterable[str]) -> str:
    return "\n  ".join([headline, *breaches])


@cache
def _sql(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")


def _rows(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: Mapping[str, Any]
) -> pd.DataFrame:
    return pandas_frame(connection.execute(query, dict(parameters)).to_arrow_table())


def _checksums(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, str]:
    query = (
        f"select series_id, cast(bit_xor(hash(figures)) as varchar) from {name} as figures "  # noqa: S608 - declared names
        "group by series_id"
    )
    return dict(connection.execute(query).fetchall())


def _ddl(table: Table) -> list[str]:
    columns = table.stored.items()
    definition = ", ".join(
        f"{_quoted(name)} {column.metadata['sql_type']}{'' if column.nullable else ' not null'}"
        for name, column in columns
    )
    comments = [
        f"comment on column {table.name}.{_quoted(name)} is {_literal(_meaning(column))}"
        for name, column in columns
    ]
    return [
        f"create table {table.name} ({definition})",
        f"comment on table {table.name} is {_literal(table.grain)}",
        *comments,
    ]


def _meaning(column: pa.Column) -> str:
    unit = column.metadata["unit"]
    return f"{column.description} [{unit}]" if unit else str(column.description)


def _is_geometry(column: pa.Column) -> bool:
    return str(column.metadata["sql_type"]).startswith("geometry")


def _quoted(name: str) -> str:
    return f'"{name}"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _begun(path: Path) -> duckdb.DuckDBPyConnection:
    """A new file with every declared table in it, all empty."""
    connection = duckdb.connect(path, config=_CONFIG)
    try:
        # off already in a notebook without ipywidgets, where even switching it off asks for them
        if connection.execute("select current_setting('enable_progress_bar')").fetchall()[0][0]:
            connection.execute("set enable_progress_bar = false")
        layers = sorted({table.layer for table in TABLES.values()})
        statements = [
            *(f"create schema {layer}" for layer in layers),
            *(statement for table in TABLES.values() for statement in _ddl(table)),
            *(f"create view mart.{name} as {_sql(f'mart/{name}')}" for name in _VIEWS),
        ]
        connection.execute(";".join(["begin", *statements, "commit"]))
    except BaseException:
        connection.close()
        raise
    return connection


def _locked(path: Path) -> int:
    lock = os.open(path, os.O_CREAT | os.O_RDWR)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        message = f"another build is running in {path.parent}; wait for it and try again"
        raise ContractError(message) from None
    return lock


def _point(link: Path, target: Path) -> None:
    beside = link.with_name(link.name + _UNFINISHED)
    beside.unlink(missing_ok=True)
    beside.symlink_to(target.name)
    beside.replace(link)


def forget_replaced(data_dir: Path) -> None:
    """Remove every warehouse but the published one: a running dashboard must be started anew.

    Parameters
    ----------
    data_dir
        Folder that holds ``raw`` and ``processed``.
    """
    link = published_path(data_dir)
    _prune(link.parent, keep={link.resolve()})


def _prune(folder: Path, keep: set[Path]) -> None:
    kept = {path.resolve() for path in keep}
    for path in folder.glob("warehouse-*.duckdb*"):
        if path.resolve() not in kept:
            path.unlink()
