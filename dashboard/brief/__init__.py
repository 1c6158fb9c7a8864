"""One municipality or department on two sheets of paper: ``python -m dashboard.brief``."""
