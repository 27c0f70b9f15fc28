"""
What it does:
    Finds rows of more than 64 MiB. They are not read further.

Why it is bad:
    No model takes an example of that size. Such a row is a whole file without line ends, or damaged.

Example:
    A row of 100 MiB.

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Fix:
    None.

Sources:
    The limit is turnlint's own, so that its memory stays bounded.
"""

from turnlint.model import Severity
from turnlint.rules import Rule

RULE = Rule(severity=Severity.ERROR, why="no model takes an example of that size")
