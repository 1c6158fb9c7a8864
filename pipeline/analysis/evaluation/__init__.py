"""What an evaluation can say of a programme from counts: estimators, their tests and their limits.

One group of municipalities that a programme reached at about one time, set beside municipalities
that it did not reach. Nothing here names a cause: every result carries how far chance, other
comparisons, other dates and unknown coverage would move it.
"""
