"""
What it does:
    Says that no row of the file is in a format that turnlint knows. Such a file is judged as JSON alone.

Why it is bad:
    Mostly it is not: logs are JSONL too. But training data in a format that no one expects is refused, and
    here it is not checked.

Example:
    {"time": "2026-01-01T00:00:00Z", "level": "info"}

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Fix:
    None. If the file is training data, name its format in the settings, and what its keys are called there:
    `format = "prompt-completion"` and `columns = { prompt = "query", completion = "reply" }`. Or give a JSON Schema
    of your own as `schema`.

Sources:
    None.
"""

from turnlint.model import Severity
from turnlint.rules import Rule

RULE = Rule(severity=Severity.HINT)
