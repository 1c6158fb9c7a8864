"""The declarations agree with one another, so that a slip in one is found before a file is read."""

import re
from collections.abc import Iterator
from datetime import date

import pytest

from pipeline.catalog import places as names
from pipeline.catalog.programmes import PROGRAMMES
from pipeline.catalog.series import IGNORED_TERMS, SERIES, Feed, Grain, Role, Series, series_by_id
from pipeline.catalog.shapes import SHAPES, shape_of
from pipeline.catalog.sources import IGNORED, SOURCES, Layout, Source
from pipeline.ingest.events import EVENT_LAYOUTS
from pipeline.words import normalised, unaccented

BY_ID = {source.id: source for source in SOURCES}
FEEDS = [(one, feed) for one in SERIES for feed in one.feeds]
FEED_IDS = [f"{one.id}-{feed.source}-{feed.dataset}" for one, feed in FEEDS]
WANTED_SERIES = """
    homicide_police homicide_mindefensa extortion kidnapping terrorism massacre_cases
    massacre_victims public_force_casualties pipeline_attacks infrastructure_attacks cattle_theft
    child_soldier_exits human_trafficking migrant_smuggling illegal_mining_interventions
    illegal_mining_seizures theft_persons threats sexual_offences mine_victims mine_accidents
    mine_clearance displacement leader_killings coca_hectares homicide_forensic theft_homes
    theft_shops theft_vehicles domestic_violence injuries_mindefensa injuries_police
    sexual_offences_mindefensa terrorism_police
""".split()


def unique(values: list[str]) -> bool:
    return len(values) == len(set(values))


class TestSeries:
    def test_every_series_of_the_atlas_is_declared_once(self) -> None:
        declared = [one.id for one in SERIES]
        assert unique(declared)
        assert set(WANTED_SERIES) <= set(declared)
        assert series_by_id()["extortion"].label.en == "Extortion"

    @pytest.mark.parametrize(("one", "feed"), FEEDS, ids=FEED_IDS)
    def test_a_feed_names_what_its_source_has(self, one: Series, feed: Feed) -> None:
        source = BY_ID[feed.source]
        shape = shape_of(feed.source, feed.dataset)
        assert source.layout in EVENT_LAYOUTS, one.id
        if source.layout is not Layout.EVENT_WORKBOOK:
            assert feed.dataset in {dataset.id for dataset in source.datasets}
        if feed.quantity is not None:
            assert normalised(feed.quantity) in shape.quantities
        if feed.where is not None:
            column, terms = feed.where
            assert normalised(column) in shape.known
            assert unique([normalised(term) for term in terms])

    @pytest.mark.parametrize("one", SERIES, ids=lambda one: one.id)
    def test_datasets_that_may_stand_in_for_one_another_are_one_publishers(
        self, one: Series
    ) -> None:
        """Figures of two publishers are two series, whatever they are called."""
        current = [feed for feed in one.feeds if feed.role is Role.CURRENT]
        assert one.grain in {feed.grain for feed in current}
        assert unique([f"{feed.source} {feed.dataset}" for feed in current])
        assert len({BY_ID[feed.source].publisher for feed in current}) == 1

    @pytest.mark.parametrize("one", SERIES, ids=lambda one: one.id)
    def test_every_word_is_there_in_both_languages(self, one: Series) -> None:
        texts = [one.label, one.unit, *one.caveats, *(mark.note for mark in one.breaks)]
        for text in texts:
            assert text.es.strip() == text.es != ""
            assert text.en.strip() == text.en != ""
            assert text["es"] == text.es
            assert text["en"] == text.en

    def test_parts_belong_to_a_series_and_expected_results_to_the_programme(self) -> None:
        results = {result.number for one in PROGRAMMES for result in one.expected_results}
        for one in SERIES:
            assert one.part_of is None or one.part_of in series_by_id()
            assert set(one.expected_results) <= results

    def test_breaks_end_after_they_start(self) -> None:
        for one in SERIES:
            assert all(date(2000, 1, 1) < mark.start <= mark.end for mark in one.breaks)

    def test_killings_of_leaders_are_never_monthly(self) -> None:
        assert {feed.grain for feed in series_by_id()["leader_killings"].feeds} == {
            Grain.MUNICIPALITY_YEAR
        }

    def test_no_term_belongs_to_two_series_that_are_not_part_of_one(self) -> None:
        claimed: dict[tuple[str, str, str], str] = {}
        for one, feed in FEEDS:
            for term in feed.where[1] if feed.where else ():
                key = (feed.source, feed.dataset, normalised(term))
                assert key not in claimed, f"{term} feeds {claimed[key]} and {one.id}"
                claimed[key] = one.id
        for entry in IGNORED_TERMS:
            for term in entry.terms:
                assert (entry.source, entry.dataset, normalised(term)) not in claimed
            assert entry.reason


class TestSources:
    def test_ids_are_unique(self) -> None:
        assert unique([source.id for source in SOURCES])
        for source in SOURCES:
            assert unique([dataset.id for dataset in source.datasets])

    @pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.id)
    def test_a_source_can_be_cited(self, source: Source) -> None:
        for name in ("publisher", "title", "citation", "cadence"):
            assert getattr(source, name).strip()
        assert source.licence.es.strip() != source.licence.en.strip() != ""
        for name in ("url_main", "url_download"):
            assert getattr(source, name).startswith("https://")

    def test_sources_that_state_their_citation_word_by_word(self) -> None:
        dane = "Departamento Administrativo Nacional de Estadística - DANE: www.dane.gov.co"
        for source in SOURCES:
            if source.publisher == "DANE":
                assert source.citation.startswith(dane)

    def patterns(self) -> Iterator[str]:
        yield from (one.pattern for source in SOURCES for one in source.datasets)
        yield from (one.pattern for one in IGNORED)

    def test_patterns_are_in_the_form_names_are_compared_in(self) -> None:
        for pattern in self.patterns():
            re.compile(pattern)
            assert pattern == unaccented(pattern).lower()

    def test_workbooks_are_found_by_their_series_alone(self) -> None:
        (source,) = (one for one in SOURCES if one.layout is Layout.EVENT_WORKBOOK)
        assert source.datasets == ()

    def test_what_the_portal_answers_has_a_limit(self) -> None:
        limited = {source.id for source in SOURCES if source.row_limit}
        assert limited == {
            "mindefensa_exports", "mindefensa_years", "mindefensa_totals", "police_exports",
            "forensic_deaths", "mine_events", "mine_victims", "ruv_years",
        }  # fmt: skip

    def test_alternatives_of_one_source_are_ranked(self) -> None:
        for source in SOURCES:
            editions = [one.edition for one in source.datasets if one.edition]
            ranks = [one.rank for one in source.datasets if one.rank]
            assert unique(list(map(str, ranks)))
            if ranks:
                assert len(editions) == len(source.datasets)


class TestShapes:
    @pytest.mark.parametrize("name", SHAPES)
    def test_names_are_in_the_form_they_are_compared_in(self, name: str) -> None:
        shape = SHAPES[name]
        assert all(normalised(column) == column for column in shape.known)
        listed = [
            *shape.date, *shape.year, *shape.month, *shape.cut, *shape.code, *shape.department,
            *shape.municipality, *shape.quantities, *shape.longitude, *shape.latitude,
            *shape.read_past,
        ]  # fmt: skip
        assert unique(listed), "a column has one use"
        assert shape.date or shape.year

    @pytest.mark.parametrize("name", SHAPES)
    def test_a_shape_belongs_to_a_source(self, name: str) -> None:
        source_id, _, dataset = name.partition("/")
        source = BY_ID[source_id]
        assert not dataset or dataset in {one.id for one in source.datasets}

    def test_every_file_of_events_has_a_shape(self) -> None:
        for source in SOURCES:
            if source.layout in EVENT_LAYOUTS:
                for dataset in source.datasets:
                    assert shape_of(source.id, dataset.id).known, dataset.id

    def test_a_dataset_of_its_own_shape_beats_its_source(self) -> None:
        assert shape_of("mindefensa_exports", "massacres").quantities == ("CASOS", "VICTIMAS")
        assert shape_of("police_exports", "fpe5-yrmw") is SHAPES["police_exports"]
        assert not shape_of("nobody", "nothing").known

    def test_people_are_read_past(self) -> None:
        personal = re.compile(r"EDAD|SEXO|GENERO|ETNIC|RANGO|CONDICION|NOMBRE DE|GRUPO ETARIO")
        for shape in SHAPES.values():
            kept = shape.known - set(shape.read_past)
            assert not [column for column in kept if personal.search(column)]


class TestPlaces:
    def test_names_are_in_the_form_they_are_compared_in(self) -> None:
        written = [
            *names.DEPARTMENT_ALIASES, *names.MISSING_MARKERS,
            *(name for _, name in (*names.MUNICIPALITY_ALIASES, *names.UNRESOLVED_NAMES)),
        ]  # fmt: skip
        # a lone hyphen is nothing once it is normalised, and "nothing" is a marker of its own
        assert {name for name in written if normalised(name) != name} <= {"-"}

    def test_codes_have_their_form(self) -> None:
        for (department, _), code in names.MUNICIPALITY_ALIASES.items():
            assert re.fullmatch(r"\d{2}", department)
            assert re.fullmatch(r"\d{5}", code)
        for old, new in names.OBSOLETE_CODES.items():
            assert re.fullmatch(r"\d{5}", old)
            assert re.fullmatch(r"\d{5}", new)
            assert new not in names.OBSOLETE_CODES
        assert all(re.fullmatch(r"\d{2}", code) for code in names.DEPARTMENT_ALIASES.values())

    def test_an_alias_stays_in_its_department_but_for_declared_slips(self) -> None:
        strays = {
            (department, name)
            for (department, name), code in names.MUNICIPALITY_ALIASES.items()
            if code[:2] != department
        }
        # the police file Bogotá under Cundinamarca, the press Quilichao under Valle
        assert strays == {("25", "BOGOTA D C"), ("76", "SANTANDER DE QUILICHAO")}

    def test_a_name_is_an_alias_or_unresolved_not_both(self) -> None:
        assert not set(names.MUNICIPALITY_ALIASES) & set(names.UNRESOLVED_NAMES)

    @pytest.mark.parametrize(
        ("department", "name", "code"),
        [
            ("54", "CUCUTA", "54001"),
            ("13", "CARTAGENA", "13001"),
            ("13", "MOMPOS", "13468"),
            ("52", "TUMACO", "52835"),
            ("19", "LOPEZ", "19418"),
            ("19", "PIENDAMO", "19548"),
            ("19", "SOTARA", "19760"),
            ("05", "SANTAFE DE ANTIOQUIA", "05042"),
            ("05", "DON MATIAS", "05237"),
            ("05", "SAN PEDRO", "05664"),
            ("05", "SAN VICENTE", "05674"),
            ("70", "TOLU VIEJO", "70823"),
            ("70", "TOLU", "70820"),
            ("70", "SAN ANTONIO DE PALMITO", "70523"),
            ("23", "PURISIMA", "23586"),
            ("23", "SAN ANDRES SOTAVENTO", "23670"),
            ("52", "CUASPUD", "52224"),
            ("52", "MAGUI PAYAN", "52427"),
            ("52", "SANTA BARBARA ISCUANDE", "52696"),
            ("18", "PUERO VALDIVIA", "18205"),
            ("05", "PUERTO VALDIVIA", "05854"),
        ],
    )
    def test_names_that_broke_joins_are_mended(self, department: str, name: str, code: str) -> None:
        assert names.MUNICIPALITY_ALIASES[department, name] == code

    def test_the_programme_works_in_the_declared_departments(self) -> None:
        (programme, *_others) = PROGRAMMES
        assert set(programme.departments) == set(names.PROGRAMME_DEPARTMENTS)
        assert len(names.PROGRAMME_DEPARTMENTS) == 7
