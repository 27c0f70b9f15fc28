r"""
What it does:
    Finds raw control characters (U+0000 to U+001F) inside strings, such as a tab or an escape code of a
    terminal, that JSON wants escaped.

Why it is bad:
    Strict parsers refuse the row; lenient ones read it, so that the fault shows late.

Example:
    Written with Python escapes:
    {"messages": [{"role": "user", "content": "a\x09b"}, {"role": "assistant", "content": "c"}]}

Use instead:
    {"messages": [{"role": "user", "content": "a\tb"}, {"role": "assistant", "content": "c"}]}

Fix:
    Safe: writes the characters as escapes, which lenient parsers read alike.

Sources:
    RFC 8259, section 7.
"""

from turnlint.model import Severity
from turnlint.rules import Rule

RULE = Rule(severity=Severity.ERROR, why="strict parsers refuse the row")
