"""
What it does:
    Finds NaN, Infinity, -Infinity, and numbers so large that a double cannot hold them.

Why it is bad:
    Python writes and reads NaN and Infinity without a word; JSON has neither, and strict parsers refuse the
    row. It works on the machine that made the data and nowhere else.

Example:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}], "tools": NaN}

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Fix:
    Unsafe: writes null for NaN and Infinity. In Python, `json.dumps(row, allow_nan=False)` raises where such a
    number is written.

Sources:
    RFC 8259, section 6.
"""

from turnlint.model import Severity
from turnlint.rules import Rule

RULE = Rule(severity=Severity.ERROR, why="strict parsers refuse the row")
