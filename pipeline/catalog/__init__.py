"""What exists: sources, series, programmes, tables and constants, declared once and without I/O."""
