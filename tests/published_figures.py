"""Totals that the publishers, or a count of their files by hand, state.

Typed in from the publishers' own totals or from counts made in the files with other tools, never
from this pipeline's output.
"""

HOMICIDES_POLICE = dict(
    zip(
        range(2003, 2025),
        [
            *(22496, 18946, 16888, 15870, 15251, 14752, 15322, 14869, 15803, 16033, 14971),
            *(12958, 12460, 12164, 12079, 12667, 12656, 12127, 13874, 13537, 13555, 13341),
        ],
        strict=True,
    )
)
HOMICIDES_MINISTRY_2024 = 13_497
"""Of the ministry's own table of national totals, cut on June 30, 2026."""

YEARLY = {
    "extortion": (8362, 8188, 8342, 9791, 11078, 13802, 12180),
    "kidnapping": (163, 162, 160, 223, 338, 313, 698),
    "terrorism": (735, 427, 635, 742, 839, 1126, 1391),
    "public_force_casualties": (974, 803, 1250, 850, 469, 600, 938),
}
MASSACRES = {"massacre_cases": (93, 100, 87, 87), "massacre_victims": (340, 333, 302, 306)}
DEPARTMENTS = {
    "homicide_police": {
        "05": (2362, 2034, 2136, 1899, 1749, 1648),
        "19": (777, 797, 821, 873, 843, 797),
        "52": (572, 565, 575, 533, 446, 355),
    },
    "homicide_mindefensa": {
        "05": (2336, 2025, 2113, 1899, 1749, 1684, 1755),
        "19": (771, 794, 812, 873, 843, 827, 848),
        "52": (571, 564, 569, 533, 446, 358, 299),
    },
}
WHOLE_SERIES = {
    "cattle_theft": 49_661,
    "child_soldier_exits": 6_550,
    "displacement": 1_662_984,
    "extortion": 121_733,
    "human_trafficking": 3_768,
    "illegal_mining_interventions": 43_984,
    "infrastructure_attacks": 1_341,
    "kidnapping": 10_560,
    "massacre_cases": 378,
    "massacre_victims": 1_317,
    "migrant_smuggling": 2_174,
    "mine_victims": 12_390,
    "pipeline_attacks": 1_364,
    "public_force_casualties": 24_884,
    "terrorism": 14_794,
    "terrorism_article_144": 2_952,
    "terrorism_article_343": 11_842,
}
RELEASES = {
    ("kidnapping", "2023-09-30"): {
        2003: 2123,
        2005: 801,
        2006: 690,
        2007: 523,
        2023: 241,
        **dict(zip(range(1996, 2003), (1038, 1624, 2860, 3205, 3572, 2917, 2882), strict=True)),
        2004: 1440,
    },
    ("kidnapping", "2025-12-31"): {
        2003: 2121,
        2004: 1440,
        2005: 800,
        2006: 687,
        2007: 521,
        2023: 338,
        2024: 313,
        2025: 651,
    },
    ("kidnapping", "2026-01-31"): {2003: 2121, 2007: 521, 2024: 313, 2025: 698, 2026: 14},
    ("extortion", "2023-09-30"): {
        2003: 2267,
        2004: 2346,
        2005: 1821,
        2016: 4903,
        2020: 8189,
        2023: 7626,
        **dict(zip(range(1996, 2003), (785, 22, 1168, 1561, 1757, 1924, 2082), strict=True)),
    },
    ("extortion", "2026-01-31"): {
        2003: 2273,
        2004: 2351,
        2005: 1820,
        2016: 4902,
        2020: 8188,
        2023: 11078,
        2024: 13802,
        2025: 12180,
        2026: 481,
    },
    ("extortion", "2026-06-30"): {
        2003: 2273,
        2004: 2351,
        2005: 1820,
        2016: 4902,
        2020: 8188,
        2023: 11078,
        2024: 13802,
        2025: 13417,
        2026: 6239,
    },
    ("massacre_cases", "2025-04-28"): {2022: 93, 2023: 100, 2024: 87},
    ("massacre_victims", "2025-04-28"): {2022: 340, 2023: 333, 2024: 302},
}
