"""An invented official list laid over the real country: no word of it is anybody's list."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from pipeline import bundled, snapshot
from pipeline.analysis.evaluation.design import EvaluationRefusedError
from pipeline.analysis.evaluation.staggered import dated_starts
from pipeline.catalog.programmes import PDET, SOMOS_COMUNIDAD
from pipeline.catalog.series import SERIES
from pipeline.ingest import raw
from pipeline.ingest.places import Fallback, Places, Refusals, read_places
from tests.world.files import coverage, coverage_row, programme_data, programme_data_row


@pytest.fixture(scope="module")
def fallback() -> Fallback:
    known = snapshot.read(bundled.FOLDER, SERIES)
    return Fallback(known.municipalities, known.population, known.documented, known.references)


def invented(municipalities: pd.DataFrame, count: int) -> list[str]:
    """The first PDET municipalities of the seven departments by code: nobody's choice."""
    is_here = municipalities["department_code"].isin(SOMOS_COMUNIDAD.departments)
    is_pdet = municipalities["pdet_subregion"].notna()
    codes = sorted(municipalities.loc[is_here & is_pdet, "municipality_code"])
    return codes[:count]


def laid_out(fallback: Fallback, folder: Path, withheld: frozenset[str] = frozenset()) -> Places:
    refusals = Refusals()
    has_list = any(folder.iterdir())
    found = raw.scan(folder, date(2026, 11, 28)).found if has_list else ()
    places, _ = read_places(found, fallback, refusals, withheld)
    assert not refusals.reasons
    return places


def counts(places: Places, programme_id: str) -> dict[str, int]:
    own = places.coverage[places.coverage["programme_id"] == programme_id]
    return own["state"].value_counts().to_dict()


def test_what_is_documented_stands_until_a_list_comes(fallback: Fallback, tmp_path: Path) -> None:
    places = laid_out(fallback, tmp_path)
    assert counts(places, SOMOS_COMUNIDAD.id) == {
        "documented": 14,
        "candidate": 80,
        "no_evidence": 279,
        "outside": 749,
    }
    assert counts(places, PDET.id) == {"covered": 170, "not_covered": 952}
    assert places.lists["is_compiled"].tolist() == [True]


def test_an_official_list_settles_the_seven_departments(fallback: Fallback, tmp_path: Path) -> None:
    codes = invented(fallback.municipalities, 35)
    rows = [coverage_row(code, evidence="official", state="covered") for code in codes]
    coverage(tmp_path / "2026-10-01" / "somos_comunidad_coverage.csv", rows)
    places = laid_out(fallback, tmp_path)
    # 373 municipalities of the seven departments, 1,122 of the country
    assert counts(places, SOMOS_COMUNIDAD.id) == {
        "covered": 35,
        "not_covered": 373 - 35,
        "outside": 1122 - 373,
    }
    assert counts(places, PDET.id) == {"covered": 170, "not_covered": 952}
    assert places.lists["municipalities"].tolist() == [14, 35]
    assert len(places.history) == 14 + 35


def test_starts_of_an_official_list_are_dated_if_all_of_them_are(
    fallback: Fallback, tmp_path: Path
) -> None:
    codes = invented(fallback.municipalities, 35)
    official = {"evidence": "official", "state": "covered"}
    dates = {"start_date": "2021-05-20", "start_precision": "day"}
    rows = [coverage_row(code, **official, **dates) for code in codes]
    coverage(tmp_path / "2026-10-01" / "somos_comunidad_coverage.csv", rows)
    places = laid_out(fallback, tmp_path).coverage.query("programme_id == @SOMOS_COMUNIDAD.id")
    starts = dated_starts(places)
    # no finer than the quarter, of which the first of April is the first day
    assert starts.to_dict() == dict.fromkeys(codes, pd.Timestamp(2021, 4, 1))
    dates["start_precision"] = "year"
    rows[0] = coverage_row(codes[0], **official, **dates)
    coverage(tmp_path / "2026-10-01" / "somos_comunidad_coverage.csv", rows)
    places = laid_out(fallback, tmp_path).coverage.query("programme_id == @SOMOS_COMUNIDAD.id")
    with pytest.raises(EvaluationRefusedError, match="1 of 35 covered places") as refused:
        dated_starts(places)
    assert refused.value.missing == 1


def test_a_place_taken_from_the_list_leaves_nobody_uncovered(
    fallback: Fallback, tmp_path: Path
) -> None:
    codes = invented(fallback.municipalities, 35)
    rows = [coverage_row(code, evidence="official", state="covered") for code in codes]
    coverage(tmp_path / "2026-10-01" / "somos_comunidad_coverage.csv", rows)
    places = laid_out(fallback, tmp_path, frozenset(codes[:1]))
    # of the 94 PDET municipalities there, those that are not told of are candidates
    assert counts(places, SOMOS_COMUNIDAD.id) == {
        "documented": 34,
        "candidate": 94 - 34,
        "no_evidence": 373 - 94,
        "outside": 749,
    }
    assert codes[0] not in set(places.history["municipality_code"])


def test_data_of_a_place_that_is_withheld_are_not_told(fallback: Fallback, tmp_path: Path) -> None:
    one, two = invented(fallback.municipalities, 2)
    rows = [programme_data_row(one), programme_data_row(two)]
    programme_data(tmp_path / "2026-10-01" / "somos_comunidad_data.csv", rows)
    assert laid_out(fallback, tmp_path).indicators["municipality_code"].tolist() == [one, two]
    kept = laid_out(fallback, tmp_path, frozenset([one])).indicators
    assert kept["municipality_code"].tolist() == [two]


def test_newer_data_of_the_programme_replace_the_ones_before(
    fallback: Fallback, tmp_path: Path
) -> None:
    (code,) = invented(fallback.municipalities, 1)
    for cut, value in (("2026-10-01", "12"), ("2026-11-01", "15")):
        rows = [programme_data_row(code, value=value)]
        programme_data(tmp_path / cut / "somos_comunidad_data.csv", rows)
    assert laid_out(fallback, tmp_path).indicators["value"].tolist() == [15]
