"""
What it does:
    Finds a key that stands twice in one object.

Why it is bad:
    Nearly all parsers keep the last value and drop the others silently, so a part of the row is never
    trained on. What is kept depends on the parser.

Example:
    {"messages": [{"role": "user", "content": "hi", "content": "bye"}, {"role": "assistant", "content": "hello"}]}

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Fix:
    Safe: removes the repetition where both values are written alike. Only the author knows which one of two
    values is meant.

Sources:
    RFC 8259, section 4.
"""

from turnlint.model import Severity
from turnlint.rules import Rule

RULE = Rule(severity=Severity.WARNING)
