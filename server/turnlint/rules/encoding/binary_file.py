r"""
What it does:
    Recognises files that are no text: archives, Parquet and Arrow, databases, images, documents.

Why it is bad:
    No row of it can be read. A wrong path or a wrong name is the usual cause.

Example:
    Written with Python escapes:
    PAR1\x15\x04\x15\x10\n

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Fix:
    None. The message says how to unpack or convert the kinds that it knows.

Sources:
    The published signatures of the formats.
"""

from turnlint.model import Severity
from turnlint.rules import Rule

RULE = Rule(severity=Severity.ERROR)
