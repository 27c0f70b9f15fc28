"""Rules about reinforcement prompts."""
