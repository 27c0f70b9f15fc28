"""Rules about rows that repeat."""
