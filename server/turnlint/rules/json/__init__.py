"""Rules about rows as JSON."""
