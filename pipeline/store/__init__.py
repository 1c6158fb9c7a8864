"""The warehouse: one DuckDB file, built beside the one in use, checked, then published at once."""
