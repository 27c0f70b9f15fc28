"""
What it does:
    Recognises a file that is one JSON array instead of one object a row.

Why it is bad:
    Readers of JSONL take each row for itself: they find no example, or one row that is no object.

Example:
    [{"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}]

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Fix:
    Safe: writes each item of the array on a row of its own, and nothing where one of them is no JSON.

Sources:
    OpenAI answers "line 1 is not a dictionary" at the upload (openai/openai-python#426, 2023-05).
"""

from turnlint.model import Fix, Severity
from turnlint.rules import Rule

RULE = Rule(severity=Severity.ERROR, fix=Fix("Write one item a row", safe=True, rewrite="rows"))
