"""Rules about tool definitions, calls and results."""
