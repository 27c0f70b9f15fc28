"""Rules about the declared shape of a row."""
