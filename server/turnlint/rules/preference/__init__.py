"""Rules about preference data."""
