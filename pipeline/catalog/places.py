"""What publishers call places, where that differs from DIVIPOLA; and which departments are ours.

Keys are normalised with `pipeline.ingest.conform.normalised`: upper case, no accents, no ``(CT)``,
single spaces. A name is only ever looked up together with its department: thirteen names repeat
across the seven departments. An alias carries its department too, since ``MANAURE`` is a real name
in La Guajira and a short one in Cesar.
"""

from typing import Final

PROGRAMME_DEPARTMENTS: Final = ("05", "13", "19", "23", "52", "54", "70")
"""Antioquia, Bolívar, Cauca, Córdoba, Nariño, Norte de Santander, Sucre."""

NO_DEPARTMENT: Final = "00000"
"""Code of events whose department is not known either."""

OBSOLETE_CODES: Final[dict[str, str]] = {
    "94663": "94343",  # Mapiripana, merged into Barrancominas
    "27086": "27493",  # Belén de Bajirá, now Nuevo Belén de Bajirá
    "99572": "99000",  # Santa Rita, once a district of Vichada: in which municipality is not said
}

MISSING_MARKERS: Final = frozenset(
    {
        "",
        "-",
        "NO REPORTA",
        "NO REPORTADA",
        "NO REPORTADO",
        "NO RESPORTADO",  # their own slip
        "SIN DEFINIR",
        "SIN ESTABLECER",
        "SIN INFORMACION",
    }
)
"""Normalised words that publishers write where they know nothing."""

DEPARTMENT_ALIASES: Final[dict[str, str]] = {
    "BOGOTA": "11",
    "BOGOTA DC": "11",
    "GUAJIRA": "44",
    "PEREIRA": "66",  # a city written as a department
    "SAN ANDRES": "88",
    "SAN ANDRES ISLAS": "88",
    "VALLE": "76",
}

MUNICIPALITY_ALIASES: Final[dict[tuple[str, str], str]] = {
    ("05", "CARMEN DE VIBORAL"): "05148",
    ("05", "DON MATIAS"): "05237",
    ("05", "EL PENOL"): "05541",
    ("05", "PUERTO VALDIVIA"): "05854",  # hamlet of Valdivia
    ("05", "SAN ANDRES"): "05647",
    ("05", "SAN PEDRO"): "05664",
    ("05", "SAN VICENTE"): "05674",
    ("05", "SANTA FE ANTIOQUIA"): "05042",
    ("05", "SANTAFE DE ANTIOQUIA"): "05042",
    ("05", "SANTUARIO"): "05697",
    ("05", "SARAGOZA"): "05895",
    ("11", "BOGOTA"): "11001",
    ("11", "BOGOTA DC"): "11001",
    ("13", "CARTAGENA"): "13001",
    ("13", "MOMPOS"): "13468",
    ("13", "RIOVIEJO"): "13600",
    ("15", "COCUY"): "15244",
    ("15", "GUICAN"): "15332",
    ("18", "CARTAGENA DE CHAIRA"): "18150",
    ("18", "CHAIRA"): "18150",
    ("18", "MONTANITA"): "18410",
    ("18", "PUERO VALDIVIA"): "18205",  # hamlet of Curillo, not Valdivia in Antioquia
    ("18", "SAN JOSE DEL FRAUBA"): "18610",
    ("19", "EL PITAL DE CALDONO"): "19137",
    ("19", "LOPEZ"): "19418",
    ("19", "PATIA EL BORDO"): "19532",
    ("19", "PIENDAMO"): "19548",
    ("19", "SOTARA"): "19760",
    ("19", "TACUEYO"): "19821",
    ("20", "CHIRINGUANA"): "20178",
    ("20", "EL HALTILLO"): "20250",
    ("20", "MANAURE"): "20443",
    ("23", "PURISIMA"): "23586",
    ("23", "SAN ANDRES SOTAVENTO"): "23670",
    ("25", "BOGOTA D C"): "11001",  # the police file Bogotá under Cundinamarca
    ("25", "SAN JUAN DE RIO SECO"): "25662",
    ("27", "CURVARADO"): "27150",
    ("27", "EL CARMEN DEL ATRATO"): "27245",
    ("27", "EL CARMEN DEL DARIEN"): "27150",
    ("27", "ITSMINA"): "27361",
    ("27", "LITORAL DEL SAN JUAN"): "27250",
    ("27", "RIO SUCIO"): "27615",
    ("44", "HATO NUEVO"): "44378",
    ("44", "RIOACHA"): "44001",
    ("47", "CERRO SAN ANTONIO"): "47161",
    ("50", "SAN JUAN DE LOZADA"): "50350",
    ("52", "CARDOBA"): "52215",
    ("52", "COLON Y GENOVA"): "52203",
    ("52", "CUASPUD"): "52224",
    ("52", "EL TABLON"): "52258",
    ("52", "MAGUI PAYAN"): "52427",
    ("52", "SANTA BARBARA ISCUANDE"): "52696",
    ("52", "SANTA CRUZ"): "52699",
    ("52", "SATINGA"): "52490",
    ("52", "TUMACO"): "52835",
    ("54", "CUCUTA"): "54001",
    ("54", "PLAYA DE BELEN"): "54398",
    ("54", "TARRA"): "54250",
    ("66", "ARABIA"): "66001",
    ("66", "SANTURARIO"): "66687",
    ("68", "EL CARMEN"): "68235",
    ("70", "SAN ANTONIO DE PALMITO"): "70523",
    ("70", "SINCE"): "70742",
    ("70", "TOLU"): "70820",
    ("70", "TOLU VIEJO"): "70823",
    ("70", "TOLUVIEJO"): "70823",
    ("73", "MARIQUITA"): "73443",
    ("73", "PARAMO SANTA ISABEL"): "73686",
    ("76", "BUGA"): "76111",
    ("76", "CALI"): "76001",
    ("76", "SANTANDER DE QUILICHAO"): "19698",  # filed under the neighbouring department
    ("94", "BARRANCO MINA"): "94343",
    ("94", "MORICHAL NUEVO"): "94888",
}

UNRESOLVED_NAMES: Final[dict[tuple[str, str], str]] = {
    ("19", "HONDURAS"): "a hamlet in Morales and in Buenos Aires: nobody can tell which",
    ("52", "EL SAUCE"): "no municipality or hamlet of this name is known",
}
"""Names left unlocated in their department, with the reason."""

LOWER_CASE_WORDS: Final = frozenset({"de", "del", "la", "las", "los", "y", "e"})
"""Spanish particles that stay lower case inside a name."""
