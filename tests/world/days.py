"""The one day on which every test takes place."""

from datetime import date

TODAY = date(2026, 11, 22)
