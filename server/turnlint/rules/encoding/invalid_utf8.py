r"""
What it does:
    Finds the first row with bytes that are not UTF-8. Most files that have one such row have many.

Why it is bad:
    A service that demands UTF-8 refuses the file. A lenient reader puts replacement characters into the text
    and trains on them.

Example:
    Written with Python escapes:
    {"messages": [{"role": "user", "content": "caf\xe9"}, {"role": "assistant", "content": "hello"}]}

Use instead:
    {"messages": [{"role": "user", "content": "café"}, {"role": "assistant", "content": "hello"}]}

Fix:
    Unsafe: reads these bytes as Windows-1252, where the row has nothing beyond ASCII that is UTF-8.

Sources:
    RFC 8259, section 8.1; MicrosoftDocs/azure-ai-docs, fine-tuning.md.
"""

from turnlint.model import Severity
from turnlint.rules import Rule

RULE = Rule(severity=Severity.ERROR, why="parsers refuse it or train on replacement characters", once=True)
