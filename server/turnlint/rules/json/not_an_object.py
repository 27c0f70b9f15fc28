"""
What it does:
    Finds rows that are JSON, yet no object: an array, a string, a number.

Why it is bad:
    An example is an object with named parts. A service refuses the file, a trainer stops or drops the row.

Example:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}
    [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Fix:
    None.

Sources:
    OpenAI answers "line 1 is not a dictionary" at the upload (openai/openai-python#426, 2023-05).
"""

from turnlint.model import Severity
from turnlint.rules import Rule

RULE = Rule(severity=Severity.ERROR, why="a trainer finds no example in it")
