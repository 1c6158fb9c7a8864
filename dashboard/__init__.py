"""The map and pages that show what `pipeline` has computed; nothing is computed here."""
