r"""
What it does:
    Finds blank rows before the last row. One line end, or several, at the end of the file are fine.

Why it is bad:
    Some readers skip a blank row, others stop at it as broken JSON, and row numbers no longer agree.

Example:
    Written with Python escapes:
    {"prompt": "a", "completion": "b"}\n\n{"prompt": "c", "completion": "d"}

Use instead:
    {"prompt": "a", "completion": "b"}
    {"prompt": "c", "completion": "d"}

Fix:
    Safe: deletes the row.

Sources:
    https://jsonlines.org. Whether OpenAI skips or refuses blank rows is not known.
"""

from turnlint.model import Fix, Severity
from turnlint.rules import Rule

RULE = Rule(
    severity=Severity.WARNING,
    why="some readers stop at it",
    fix=Fix("Delete this blank row", safe=True, removes_row=True),
)
