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
    None. `jq -c . in.json > out.jsonl` writes one value a row.

Sources:
    https://jsonlines.org; OpenAI refuses such a file at the upload.
"""

from turnlint.model import Severity
from turnlint.rules import Rule

RULE = Rule(severity=Severity.ERROR)
