"""
What it does:
    Finds a row whose bytes equal those of an earlier row. The parameter `max_copies` says how often a row may
    stand in a file; raise it where rows are repeated on purpose.

Why it is bad:
    The model sees the example twice as often as the others, and a copy in both training and validation data
    makes the evaluation meaningless.

Example:
    {"prompt": "Name a prime.", "completion": "7"}
    {"prompt": "Name a prime.", "completion": "7"}

Use instead:
    {"prompt": "Name a prime.", "completion": "7"}
    {"prompt": "Name a prime.", "completion": "11"}

Fix:
    None.

Sources:
    openai/openai-python, _validators.py (2026-08), duplicated_rows; Lee and others, Deduplicating Training
    Data Makes Language Models Better (2022).
"""

from turnlint.model import Severity
from turnlint.rules import Rule

RULE = Rule(
    severity=Severity.WARNING,
    why="the model sees the example more often than the others",
    parameters={"max_copies": 1},
)
