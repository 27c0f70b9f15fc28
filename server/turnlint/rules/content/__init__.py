"""Rules about what the texts say."""
