r"""
What it does:
    Finds a row that is not JSON, and points at the character where it breaks.

Why it is bad:
    A service refuses the whole file for one such row, often only minutes after the upload. A trainer stops
    or loses the row.

Example:
    {"messages": [{"role": "user", "content": "Say "hi""}, {"role": "assistant", "content": "hi"}]}
    {'messages': [{'role': 'user', 'content': 'hi'}, {'role': 'assistant', 'content': 'hello'}]}
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}],}

Use instead:
    {"messages": [{"role": "user", "content": "Say \"hi\""}, {"role": "assistant", "content": "hi"}]}

Fix:
    Unsafe: writes as JSON what Python and JavaScript write otherwise: single quotes, None and True, bare keys,
    commas before closing brackets, comments, backslashes. Writes a missing comma or colon, and a missing bracket
    where that makes the row whole; removes commas and brackets that are too many. A row that is cut off is left
    alone. Better write rows with a JSON library than by hand or by joining strings.

Sources:
    RFC 8259. OpenAI answers "Expected file to have JSONL format, where every line is a valid JSON
    dictionary" at the upload, or "line contains invalid JSON" later (openai-php/client#107, 2023-04).
"""

from turnlint.model import Severity
from turnlint.rules import Rule

RULE = Rule(severity=Severity.ERROR, why="no parser reads the row")
