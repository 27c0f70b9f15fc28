"""What the rules about the order of roles share."""

CONVERSATIONS = ("openai-chat", "sharegpt")
"""The formats whose examples are whole conversations, answer included."""

INSTRUCTIONS = frozenset(("system", "developer"))
"""The roles that hold instructions for the whole example."""
