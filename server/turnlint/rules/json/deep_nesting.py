"""
What it does:
    Finds rows whose arrays and objects are nested more than 512 deep.

Why it is bad:
    Common parsers refuse such a row or end with it. It is damaged, or meant to do harm.

Example:
    A row that opens 600 brackets before it closes one.

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Fix:
    None.

Sources:
    RFC 8259, section 9, which lets parsers set a limit; orjson stops at 1,024 levels, Python's own parser at
    the recursion limit.
"""

from turnlint.model import Severity
from turnlint.rules import Rule

RULE = Rule(severity=Severity.ERROR)
