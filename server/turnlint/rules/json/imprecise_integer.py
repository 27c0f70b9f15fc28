"""
What it does:
    Finds integers beyond 2^53 that a double cannot hold exactly.

Why it is bad:
    Many JSON parsers read every number as a double and round such an integer silently: identifiers change
    their last digits between the file and what reads it.

Example:
    {"messages": [{"role": "developer", "content": "Add."}, {"role": "user", "content": "1+1"}], "id": 9007199254740993}

Use instead:
    {"messages": [{"role": "developer", "content": "Add."}, {"role": "user", "content": "1+1"}], "id": "9007199254740993"}

Fix:
    None. Whether every digit matters is for the author to say.

Sources:
    RFC 8259, section 6; RFC 7493 (I-JSON), section 2.2.
"""

from turnlint.model import Severity
from turnlint.rules import Rule

RULE = Rule(severity=Severity.WARNING)
