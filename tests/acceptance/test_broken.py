"""Four published files that must not be believed, each refused for its own true reason."""

import hashlib
import re
import shutil
from pathlib import Path

import pytest

from pipeline import build
from pipeline.errors import SourceError
from pipeline.ingest import raw
from tests.world.days import TODAY

SHARED = Path(__file__).resolve().parents[3] / "shared"
BROKEN = {
    "axes-swapped": (
        r"col_municipios_real_nacional\.geojson: the axes look swapped\. \d+ of \d+ shapes lie "
        r"outside Colombia.*with x and y exchanged all lie inside"
    ),
    "wrong-bytes": (
        r"INCAUTACIONES MINERIA\.xlsx is byte for byte the same as MINAS INTERVENIDAS\.xlsx"
    ),
    "capped-answer": r"hist_municipio_hurto_personas\.json has exactly 20,000 rows",
    "eight-months": (
        r"homicidios_2022\.xls claims 2022-01 to 2022-12, and its 7,545 rows hold 2022-01 to "
        r"2022-08: 4 months are missing.*its title says 2022-01–2022-08"
    ),
}
GOOD = (
    "dane/divipola/divipola_1122_decimal_comma.csv",
    "mindefensa/2026-01-31/MINAS INTERVENIDAS.xlsx",
    "mindefensa/2026-01-31/MASACRES.xlsx",
    "policia/delitos_sexuales/Delitos_sexuales_5.xlsx",
    "datos-gov-co/2026-06-30/hist_nacional_homicidio.json",
    "simci/coca_hectares_2011_2016_2021.csv",
)


def broken(name: str) -> Path:
    folder = SHARED / "broken" / name
    if not folder.is_dir():
        pytest.skip("../shared/broken is absent: the files to refuse are not on this machine")
    return folder


def contents(folder: Path) -> dict[str, str]:
    """Checksums of every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def refusal(folder: Path, data_dir: Path) -> str:
    """What a refresh from a folder is refused with; the bundled snapshot is what it has before."""
    found = raw.scan(folder, TODAY).found
    new = raw.unknown(found, raw.read_lock(data_dir / "raw"))
    with pytest.raises(SourceError) as refused:
        build.refresh(new, data_dir)
    return str(refused.value)


@pytest.mark.parametrize("name", BROKEN)
def test_alone_on_a_fresh_clone(name: str, tmp_path: Path) -> None:
    message = refusal(broken(name), tmp_path / "data")
    assert message.startswith("1 files were refused; raw data and the warehouse in use are untouc")
    assert re.search(BROKEN[name], message, re.DOTALL), message
    assert "fine" not in message
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("name", BROKEN)
def test_among_good_files(name: str, mirror: Path, tmp_path: Path) -> None:
    offered = tmp_path / "offered"
    for good in GOOD:
        (offered / good).parent.mkdir(parents=True, exist_ok=True)
        (offered / good).symlink_to(mirror / good)
    shutil.copytree(broken(name), offered / "late delivery")
    message = refusal(offered, tmp_path / "data")
    assert message.startswith("1 files were refused;")
    assert re.search(BROKEN[name], message, re.DOTALL), message
    assert message.endswith(f"The other {len(GOOD)} are fine: {', '.join(sorted(GOOD))}.")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("name", BROKEN)
def test_after_a_refresh_from_the_mirror(name: str, refreshed_dir: Path) -> None:
    before = contents(refreshed_dir)
    message = refusal(broken(name), refreshed_dir)
    assert re.search(BROKEN[name], message, re.DOTALL), message
    assert contents(refreshed_dir) == before


def test_all_four_in_the_whole_mirror(mirror: Path, tmp_path: Path) -> None:
    offered = tmp_path / "offered"
    shutil.copytree(mirror, offered)
    for name in BROKEN:
        shutil.copytree(broken(name), offered / "late delivery" / name)
    message = refusal(offered, tmp_path / "data")
    assert message.startswith("4 files were refused;")
    for reason in BROKEN.values():
        assert re.search(reason, message, re.DOTALL), message
    assert "The other 86 are fine: aicma/eventos_sgp4-3e6k/1990.json, " in message
    for good in GOOD:
        assert good in message
    assert not (tmp_path / "data").exists()
