"""
What it does:
    Finds rows whose format is not that of the rest of the file.

Why it is bad:
    A job or a trainer reads the whole file as one format, and refuses or drops what differs.

Example:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}
    {"messages": [{"role": "user", "content": "bye"}, {"role": "assistant", "content": "goodbye"}]}
    {"prompt": "hi", "completion": "hello"}

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}
    {"messages": [{"role": "user", "content": "bye"}, {"role": "assistant", "content": "goodbye"}]}

Fix:
    None. Convert the row, or move it to a file of its own.

Sources:
    OpenAI answers "unexpected file format, expected either prompt/completion pairs or chat messages"
    (community.openai.com/t/657723).
"""

from turnlint.model import Severity
from turnlint.rules import Rule

RULE = Rule(severity=Severity.ERROR, why="a trainer reads the whole file as one format")
