"""
What it does:
    Recognises a file whose JSON values run over several lines.

Why it is bad:
    In JSONL every line is an example of its own. Readers fail on the first line.

Example:
    {
      "messages": [
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": "hello"}
      ]
    }

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Fix:
    Safe: writes each value on a row of its own, and nothing where one of them is no JSON.

Sources:
    https://jsonlines.org; OpenAI refuses such a file at the upload.
"""

from turnlint.model import Fix, Severity
from turnlint.rules import Rule

RULE = Rule(severity=Severity.ERROR, fix=Fix("Write one value a row", safe=True, rewrite="rows"))
