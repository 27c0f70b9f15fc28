"""Rules about bytes and text encoding."""
