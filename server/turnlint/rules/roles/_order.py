"""What the rules about the order of roles share."""

INSTRUCTIONS = frozenset(("system", "developer"))
"""The roles that hold instructions for the whole example."""
