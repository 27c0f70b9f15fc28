"""
What it does:
    Finds files without any row.

Why it is bad:
    There is nothing to train on. Mostly the step that writes the file has failed.

Example:
    A file of 0 bytes, or of line ends alone.

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Fix:
    None.

Sources:
    OpenAI and Azure OpenAI ask for ten examples at least.
"""

from turnlint.model import Severity
from turnlint.rules import Rule

RULE = Rule(severity=Severity.ERROR)
