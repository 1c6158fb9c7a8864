"""What a holder tells of a programme's work by municipality and quarter: read and checked.

Only rows marked public leave this module; what is internal is checked with them and goes no
further.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from pipeline.catalog.contracts import PROGRAMME_DATA
from pipeline.catalog.indicators import INDICATORS, SMALLEST_SURVEY, Indicator, is_small_cell
from pipeline.catalog.programmes import PROGRAMMES
from pipeline.catalog.text import Text
from pipeline.ingest.conform import Gazetteer
from pipeline.ingest.contract import (
    HEADER_ROW,
    Problem,
    Row,
    cell_problems,
    municipality,
    refusal,
    rows_of,
)

PUBLIC: Final = "public"
"""What a row must say of itself to be shown; an empty cell does not."""

LARGEST: Final = 10_000_000
"""Above the residents of any municipality of the country: a slip of the pen."""

_INDICATORS: Final = {one.id: one for one in INDICATORS}
_KEY: Final = ("programme_id", "indicator_id", "quarter")
_KEPT: Final = (
    "programme_id",
    "indicator_id",
    "municipality_code",
    "quarter",
    "value",
    "base",
    "source_title",
    "source_date",
)


def read_programme_data(path: Path, places: Gazetteer) -> pd.DataFrame:
    """Rows of a file that everybody may see, as the contract of programme data says.

    Parameters
    ----------
    path
        CSV or workbook with exactly the columns of the contract.
    places
        Codes in force.

    Returns
    -------
    pandas.DataFrame
        Rows of ``core.programme_indicator``: the public ones alone.

    Raises
    ------
    SourceError
        With every problem at once, as `check_programme_data` finds them; internal rows count too.
    """
    rows, problems = rows_of(path.read_bytes(), path.name, PROGRAMME_DATA)
    if problems := problems or check_programme_data(rows, places):
        raise refusal(path, problems)
    return _frame([row for row in rows if row["sensitivity"] == PUBLIC], places)


def no_data() -> pd.DataFrame:
    """No row, as `read_programme_data` returns them."""
    return _typed(pd.DataFrame(columns=list(_KEPT), dtype="str"))


def check_programme_data(rows: Sequence[Row], places: Gazetteer) -> list[Problem]:
    """Everything in the rows of a file that the contract does not allow, by row.

    Parameters
    ----------
    rows
        Cells by column, as text; the first one is the spreadsheet's second row.
    places
        Codes in force.
    """
    problems: list[Problem] = []
    seen: dict[tuple[str, ...], int] = {}
    for number, row in enumerate(rows, start=HEADER_ROW + 1):
        code = municipality(row["municipality_code"], places)
        wrong = [*cell_problems(row, PROGRAMME_DATA, places)]
        # what cells say together is judged where each of them says something
        wrong += _outside(row, code)
        if not wrong:
            wrong += [*_of_time(row), *_of_figures(row)]
        key = (*(row[name] for name in _KEY), code or "")
        first = seen.setdefault(key, number)
        if code and first != number:
            wrong.append(
                Text(
                    f"repite el indicador, municipio y trimestre de la fila {first}",
                    f"repeats indicator, municipality and quarter of row {first}",
                )
            )
        problems += [Problem(number, text) for text in wrong]
    return problems


def _outside(row: Row, code: str | None) -> Iterator[Text]:
    programme = next((one for one in PROGRAMMES if one.id == row["programme_id"]), None)
    if programme and programme.departments and code and code[:2] not in programme.departments:
        yield Text(
            f"el municipio {code} queda fuera de los departamentos del programa",
            f"municipality {code} lies outside the programme's departments",
        )


def _of_time(row: Row) -> Iterator[Text]:
    programme = next(one for one in PROGRAMMES if one.id == row["programme_id"])
    # as text, since no calendar has the year 0000
    first, last = (f"{pd.Period(day, freq='Q'):%Y-Q%q}" for day in (programme.start, programme.end))
    if not first <= row["quarter"] <= last:
        yield Text(
            f"quarter {row['quarter']} queda fuera de los años del programa, {first} a {last}",
            f"quarter {row['quarter']} lies outside the programme's years, {first} to {last}",
        )


def _of_figures(row: Row) -> Iterator[Text]:
    """What value, base and sensitivity say together that they may not."""
    indicator = _INDICATORS[row["indicator_id"]]
    value, base = float(row["value"]), float(row["base"]) if row["base"] else None
    wrong = [*(_of_percent(value, base) if indicator.is_percent else _of_count(value, base))]
    if not wrong:
        wrong = [*_of_size(value, "value"), *_of_size(base or 0, "base")]
    yield from wrong
    if not wrong and row["sensitivity"] == PUBLIC and is_small_cell(indicator, value, base):
        yield _too_small(indicator)


def _of_percent(value: float, base: float | None) -> Iterator[Text]:
    if value > 100:  # noqa: PLR2004 - percent
        yield Text(
            f"value {value:g} no es un porcentaje de 0 a 100",
            f"value {value:g} is no percentage from 0 to 100",
        )
    if not base or not base.is_integer():
        yield Text(
            "falta base: de cuántas personas u organizaciones es el porcentaje, un número entero",
            "base is missing: of how many people or organisations the percentage is, a whole "
            "number",
        )


def _of_size(number: float, name: str) -> Iterator[Text]:
    if number > LARGEST:
        yield Text(
            f"{name} pasa de {LARGEST}, más de lo que vive en un municipio",
            f"{name} is above {LARGEST}, more than live in any municipality",
        )


def _of_count(value: float, base: float | None) -> Iterator[Text]:
    if not value.is_integer():
        yield Text(
            f"value {value:g} no es un número entero, y el indicador cuenta",
            f"value {value:g} is no whole number, and the indicator counts",
        )
    if base is not None:
        yield Text(
            "base solo va con un porcentaje: déjela vacía",
            "base goes with a percentage only: leave it empty",
        )


def _too_small(indicator: Indicator) -> Text:
    if indicator.smallest_base == SMALLEST_SURVEY:
        return Text(
            f"una encuesta a menos de {SMALLEST_SURVEY} personas, o en que una o dos respondieron "
            "distinto, no puede ser public: escriba internal",
            f"a survey of fewer than {SMALLEST_SURVEY} people, or in which one or two answered "
            "apart, may not be public: write internal",
        )
    return Text(
        "una cuenta de uno o dos puede señalar a alguien y no puede ser public: escriba internal",
        "a count of one or two may point at somebody and may not be public: write internal",
    )


def _frame(rows: Sequence[Row], places: Gazetteer) -> pd.DataFrame:
    said = pd.DataFrame(list(rows), columns=list(PROGRAMME_DATA.columns), dtype="str")
    codes = [municipality(code, places) for code in said["municipality_code"]]
    said = said.assign(municipality_code=pd.array(codes, dtype="str")).replace("", pd.NA)
    return _typed(said[list(_KEPT)])


def _typed(said: pd.DataFrame) -> pd.DataFrame:
    """Cells as numbers, and quarters as their first days."""
    quarters = pd.PeriodIndex(said["quarter"].str.replace("-", ""), freq="Q")
    return said.assign(
        quarter=quarters.to_timestamp().astype("datetime64[s]"),
        value=pd.to_numeric(said["value"]).astype("float64"),
        base=pd.to_numeric(said["base"]).astype("Int64"),
    )
