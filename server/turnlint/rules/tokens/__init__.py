"""Rules about how many tokens there are."""
