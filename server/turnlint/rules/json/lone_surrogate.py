r"""
What it does:
    Finds escapes such as `\ud83d` that are half of a surrogate pair.

Why it is bad:
    Half a pair is no character and cannot be written as UTF-8. Strict parsers refuse the row; lenient ones
    fail later or train on a replacement character. The usual cause is text that was cut inside an emoji.

Example:
    {"messages": [{"role": "user", "content": "hi \ud83d"}, {"role": "assistant", "content": "hello"}]}

Use instead:
    {"messages": [{"role": "user", "content": "hi \ud83d\ude00"}, {"role": "assistant", "content": "hello"}]}

Fix:
    Unsafe: removes the half. Only the text that was cut tells which character was meant.

Sources:
    RFC 8259, sections 7 and 8.2; RFC 3629, section 3.
"""

from turnlint.model import Severity
from turnlint.rules import Rule

RULE = Rule(severity=Severity.WARNING)
