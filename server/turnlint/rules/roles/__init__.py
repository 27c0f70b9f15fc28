"""Rules about roles and their order."""
