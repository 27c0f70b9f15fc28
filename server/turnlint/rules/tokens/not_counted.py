"""
What it does:
    Finds the first row whose tokens turnlint gave up counting by the chat template named in the settings: writing
    it out takes more than a second or more memory than a template is given, or the template fails on every row.

Why it is bad:
    Nobody knows whether the row is longer than the limit. The trainer may count it all the same, since it gives
    the template all the time and memory there is.

Example:
    A row of a hundred megabytes.

Use instead:
    {"messages": [{"role": "user", "content": "When is high water?"}, {"role": "assistant", "content": "At 14:20."}]}

Fix:
    None.

Sources:
    The limits are those of turnlint, since a chat template is a program of unknown origin.
"""

from turnlint.model import Severity
from turnlint.rules import Rule

RULE = Rule(severity=Severity.INFO, why="it may be over the limit", once=True)
