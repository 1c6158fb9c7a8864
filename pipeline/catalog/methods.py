"""Every methodological constant, once, with the reference that justifies it."""

from typing import Final

CONFIDENCE_LEVEL: Final = 0.95
"""Probability that an interval covers, split evenly between the two tails (central).

The level of the published tables the limits are checked against: Garwood (1936), *Biometrika*
28(3/4), 437-442.
"""

DAYS_PER_YEAR: Final = 365.25
"""Days in one year of a person-year: the mean Julian year, so that four years are 1,461 days.

A calendar year of 365 days is 0.9993 of a person-year and a leap year 1.0021. Time at risk rather
than "a month" is the denominator: Rothman, Greenland and Lash (2008), *Modern Epidemiology*, 3rd
ed., chapter 3.
"""

RATE_BASE_PERSONS: Final = 100_000
"""Persons per rate: the base of the publishers' own homicide rates and of UNODC's."""

DISPERSION_LARGEST: Final = 50.0
"""Variance over mean beyond which no limits are given: one ratio no longer describes all places.

Our choice. Forced displacement reaches hundreds, carried by a few mass events, while half of its
municipality-years stay near 11: limits from it would be far too wide there and say nothing.
"""

SHRINKAGE_PRIOR_EVENTS: Final = 1.0
"""Expected events at which every amount of shrinkage is equally likely before any data are seen.

Christiansen and Morris (1997), *Journal of the American Statistical Association* 92(438), 618-632,
for the family of priors; the one event is our choice. Beforehand the coefficient of variation
between places lies in 0.16-6.2 with 95 %, whatever the size of the places.
"""

RELIABLE_ERROR_SHARE: Final = 0.23
"""Relative standard error up to which a rate is reliable: some 20 events.

Klein et al. (2002), *Healthy People 2010 Statistical Notes* 24, National Center for Health
Statistics.
"""

WITH_CARE_ERROR_SHARE: Final = 0.40
"""Relative standard error up to which a rate may be used with care: 7 events; beyond, unstable.

Our choice: beyond it the upper limit of a rate is more than twice the rate.
"""

FISCAL_YEAR_FIRST_MONTH: Final = 10
"""October, in which the fiscal year of the United States begins: 31 U.S.C. section 1102."""

POOLED_YEARS: Final = 3
"""Calendar years pooled where one has too few events."""

CHANGE_LEAST_EXPECTED: Final = 10.0
"""Events expected in either period without a change, below which none is named or put in percent.

Our choice: of 20 events in two equal periods only a threefold change (15 against 5) excludes none.
"""

TREND_PERIODS_MIN: Final = 5
"""Periods that a trend needs: three degrees of freedom are left for the scatter around it.

Our choice.
"""

TREND_EVENTS_MIN: Final = 20.0
"""Events, over their dispersion, that a trend needs: the count at which one rate is reliable.

Our choice.
"""

TREND_STABLE_PERCENT: Final = 5.0
"""Percent a year within which both limits of a slope must lie for the rate to be called stable.

Our choice: at 5 % a year a rate changes by less than a third in five years.
"""

CLASS_QUANTILES: Final = (0.30, 0.55, 0.75, 0.90, 0.97)
"""Shares of the positive values below each inner break of a colour scale, before rounding.

Classes narrow towards the top because counts and rates are skewed to the right, as in head/tail
breaks: Jiang (2013), *The Professional Geographer* 65(3), 482-494. Six classes and zero are as many
steps as a sequential scheme keeps apart: Harrower and Brewer (2003), *The Cartographic Journal*
40(1), 27-37.
"""

CLASS_MANTISSAS: Final = ("1", "1.5", "2", "3", "5", "7.5")
"""Leading digits a break may have, in every power of ten: near-even steps on a log scale.

A finer relative of the 1-2-5 series, which leaves too few breaks where values span one decade.
"""

SHORT_TAIL_REFERENCE_MONTHS: Final = 24
"""Months before the tail that say what is usual: two of every season."""

SHORT_TAIL_LIMIT_MONTHS: Final = 6
"""Most trailing months looked at: half a year is longer than any delay seen in these sources.

Our choice. The longest seen is two months, extortion at the cut of January 2026.
"""

SHORT_TAIL_DEVIATIONS: Final = 3.0
"""Standard deviations below the median at which a month is implausibly low.

Leys et al. (2013), *Journal of Experimental Social Psychology* 49(4), 764-766: the conservative
choice for the median and its absolute deviation.
"""

SHORT_TAIL_RECORD_SHARE: Final = 0.5
"""Share of the median below which a month lower than all before it counts as implausibly low.

Our choice. It catches what the deviation rule cannot in series of grouped victims, whose spread is
so wide that three deviations below the median is less than nothing.
"""

MAD_TO_DEVIATION: Final = 1.4826
"""Median absolute deviation to standard deviation, for a normal distribution.

Rousseeuw and Croux (1993), *Journal of the American Statistical Association* 88(424), 1273-1283.
"""

FALSE_DISCOVERY_RATE: Final = 0.05
"""Share of the places named on a map that may be named by chance.

Benjamini and Hochberg (1995), *Journal of the Royal Statistical Society B* 57(1), 289-300; for
local statistics Caldas de Castro and Singer (2006), *Geographical Analysis* 38(2), 180-208.
"""

PERMUTATIONS: Final = 9_999
"""Random draws that a permutation p-value rests on.

At a p-value of 0.05 its Monte-Carlo error is 0.002: Davison and Hinkley (1997), *Bootstrap Methods
and their Application*, section 4.2.5.
"""

PERMUTATIONS_AT_FLOOR: Final = 99_999
"""Draws where 9,999 hold none as extreme: the least two-sided p-value becomes 0.00002.

One place among 1,122 is named at a false discovery rate of 5 % if its p-value is 0.05 / 1,122 =
0.000045, which 9,999 draws (0.0002 at least) can never show.
"""

PERMUTATION_SEED: Final = 20_260_731
"""Seed of every permutation: the same figures give the same map, build after build."""

RANK_DRAWS: Final = 1_000
"""Posterior draws that ranks rest on.

Our choice: the Monte-Carlo error of a probability of 2.5 % is then 0.5 points.
"""

RANK_SEED: Final = 20_260_731
"""Seed of the draws: the same figures give the same ranks, build after build."""

EMERGING_SHARE: Final = 0.9
"""Share of the periods as a hot spot from which a place counts as one throughout.

Esri, *How Emerging Hot Spot Analysis works*, ArcGIS Pro 3.2.
"""

EMERGING_PERIODS_MIN: Final = 10
"""Fewest periods from which a pattern is named: as many as Esri's tool asks for.

From ten on, too, the normal distribution of the Mann-Kendall statistic is close: Gilbert (1987),
*Statistical Methods for Environmental Pollution Monitoring*, section 16.4.
"""

ANOMALY_MONTHS: Final = 3
"""Newest months that are judged: a quarter.

Our choice. Older months have been seen, and their figures no longer change what is done next.
"""

ANOMALY_YEARS: Final = 5
"""Years before the judged one that serve as reference.

Farrington et al. (1996), *Journal of the Royal Statistical Society A* 159(3), 547-563.
"""

ANOMALY_RECENT_MONTHS: Final = 6
"""Newest months before the judged one that are no reference: a rise must not become its own norm.

The 26 weeks of Noufaily et al. (2013), *Statistics in Medicine* 32(7), 1206-1222.
"""

ANOMALY_OUTBREAK_RESIDUAL: Final = 2.58
"""Anscombe residual above which a reference month counts as an outbreak and weighs less.

Noufaily et al. (2013), *Statistics in Medicine* 32(7), 1206-1222: the 99.5 % point of the normal
distribution, where Farrington et al. (1996) had 1.
"""

ANOMALY_SCATTER_EVENTS: Final = 10
"""Events of a season up to which it counts by its events when places share their scatter.

Our choice: with so many in a season a ratio of variance to mean speaks for itself.
"""

ANOMALY_EVENTS_MIN: Final = 5
"""Fewest events of a month that is called unusually high, or that were expected of one called low.

Farrington et al. (1996): five cases within four weeks.
"""

PEERS: Final = 5
"""Peers of each place: enough to even out chance, few enough to be alike.

Rubin and Thomas (2000), *Journal of the American Statistical Association* 95(450), 573-585, and
Stuart (2010), *Statistical Science* 25(1), 1-21, on what more matches win and cost.
"""

PEER_SERIES: Final = "homicide_mindefensa"
"""Homicide by which peers are alike: the publisher with all years and municipalities."""

PEER_FIRST_YEAR: Final = 2017
PEER_LAST_YEAR: Final = 2019
"""Years whose pooled rate, residents and density make peers: the last three before the programme.

Our choice: 2020 is left out, since the programme began in October and the pandemic in March.
"""

BALANCE_LIMIT: Final = 0.25
"""Standardised mean difference up to which two groups count as balanced.

Rubin (2001), *Health Services and Outcomes Research Methodology* 2, 169-188. The stricter 0.1 of
Austin (2009), *Statistics in Medicine* 28(25), 3083-3107, is within chance for groups of 35.
"""

CLUSTER_LEAST_EXPECTED: Final = 1.0
"""Events the median place must expect before a place of the map is named low among its neighbours.

Our choice, from maps of equal risk drawn on the country's own residents and neighbours: with 0.14
expected events 16 % of maps showed a false cold spot, with 0.6 6 %, with 1.1 4 %.
"""

EVALUATION_SERIES: Final = ("homicide_police", "extortion", "terrorism", "kidnapping")
"""Outcomes of the evaluation: those that speak to the third expected result and are published by
municipality and month from 2018 on.

They follow from that result and that grain, not from their estimates; the family of tests is these
four. Series kept apart from coverage (threats, leader killings) are never among them.
"""

EVALUATION_BEFORE: Final = ((2018, 1), (2020, 9))
"""First and last month before: one edition of the population, up to the programme's start."""

EVALUATION_AFTER: Final = ((2022, 1), (2024, 12))
"""First and last month after, of the first wave: it was under way by December 2021."""

EVALUATION_ALL_AFTER: Final = ((2023, 1), (2024, 12))
"""The same for all 35 places, which were reached by 2022."""

EVALUATION_EARLIEST_START: Final = (2020, 10)
"""Month of the programme's start, from which the start of the first wave is varied."""

EVALUATION_STAGGERED_BEFORE: Final = ((2018, 1), (2019, 12))
"""First and last month of the calendar years before any start, for places that start in turn.

Whole years up to the last of `EVALUATION_AFTER`, so that no quarter of a year stands for it.
"""

EVALUATION_HISTORY_YEARS: Final = -7
"""Years by which the span is moved back to see what could have been detected: 2011 to 2017, the
newest span of that length that ended before the programme, within one edition of the population.
"""

EVALUATION_DRAWS: Final = 1_999
"""Placebo assignments behind a randomisation p-value: its Monte-Carlo error at 5 % is 0.5 points.

Davison and Hinkley (1997), *Bootstrap Methods and their Application*, section 4.2.5.
"""

EVALUATION_SEED: Final = 20_261_128
"""Seed of every draw: the same figures give the same verdict, build after build."""

EVALUATION_NEAREST: Final = 12
"""Places among which each of the evaluated ones finds its placebo.

Our choice: few enough to be alike, enough for assignments that differ.
"""

EVALUATION_NEAREST_IN_REGION: Final = 5
"""The same where placebo places must lie together in one region; regions have six places or more.

Our choice.
"""

EVALUATION_SHARE_WITH_EVENTS: Final = 0.8
"""Share of the evaluated places that must have had an event for an outcome to be evaluated.

Our choice: with fewer, the effect on the group is that on some of its places.
"""

EVALUATION_PLAUSIBLE_FALL: Final = 0.3
"""Largest fall of violence that a community programme may be expected to bring.

Our choice, on the generous side: reviews report falls of that order for programmes that act on
crime directly (Braga, Weisburd and Turchan 2018, *Criminology & Public Policy* 17(1), 205-250; Abt
and Winship 2016, USAID, *What Works in Reducing Community Violence*).
"""

EVALUATION_DEPARTURES: Final = (0.0, 0.5, 1.0)
"""How much trends may part, as a multiple of how they parted before.

Rambachan and Roth (2023), *Review of Economic Studies* 90(5), 2555-2591: 1 is their benchmark.
"""

PLACEBO_DRAWS: Final = 1_000
"""Placebo groups that a fan is drawn from.

At a share of 2.5 % its Monte-Carlo error is half a point: Davison and Hinkley (1997), *Bootstrap
Methods and their Application*, section 4.2.5.
"""

PLACEBO_SEED: Final = 20_260_731
"""Seed of the draws: the same figures give the same fan, build after build."""

PLACEBO_NEAREST: Final = 10
"""Places among which one is drawn for each place of the group: enough for a fan, few enough to be
alike.

Our choice: among five, placebo groups share so many places that the fan is too narrow.
"""

PLACEBO_SIZE_WEIGHT: Final = 0.5
"""Weight of the residents where places are alike, beside 1 for the rate: the rate is what falls.

Our choice: the placebo groups' level comes nearest to the group's own.
"""

PLACEBO_LEVEL_SHARE: Final = 0.2
"""Share by which the level of placebo groups may miss the group's; beyond, it has no equal.

Our choice: a group half as violent falls less by itself, and the comparison would flatter.
"""

PLACEBO_YEARS_BEFORE: Final = 2
"""Years by whose rate places are chosen: one year of a small place is chance.

Our choice.
"""

PLACEBO_YEARS_AFTER: Final = 5
"""Most years that are followed: as long as the programme was to run.

USAID/Colombia, fact sheet of Resilient Communities.
"""

PLACEBO_QUANTILES: Final = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
"""Ends of the bands that hold 95, 80 and 50 % of the placebo groups, and their median.

As in fan charts of the Bank of England: Britton, Fisher and Whitley (1998), *Quarterly Bulletin*
38(1), 30-37; the shares are our choice.
"""

HIGHEST_PLACES: Final = 35
"""Places with the highest rates whose next years are told: as many as the programme has."""
