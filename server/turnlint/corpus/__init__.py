"""Cross-row indexes: they take facts of rows in, give rows that belong together out, and never see a text."""
