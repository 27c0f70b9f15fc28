r"""
What it does:
    Finds a UTF-8 byte order mark at the beginning of the file. Off unless the target asks for it.

Why it is bad:
    Python's `json.loads` fails on the first row when the file was opened as plain `utf-8`, and so do many
    tools. JSON that is exchanged has none.

Example:
    Written with Python escapes:
    \xef\xbb\xbf{"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Fix:
    Safe: removes the mark. In Python, write with `encoding="utf-8"`, not `"utf-8-sig"`.

Sources:
    RFC 8259, section 8.1. That OpenAI wants none is the advice of third parties; no primary source says so.
"""

from collections.abc import Iterator

from turnlint.model import Finding, Fix, Severity
from turnlint.rules import Bound, FileSummary, Rule

RULE = Rule(
    severity=Severity.WARNING,
    why="many parsers fail on the first row because of it",
    default=False,
    fix=Fix("Remove the byte order mark", safe=True, rewrite="remove-bom"),
)


def file(file: FileSummary, rule: Bound) -> Iterator[Finding]:
    if file.bom:
        yield rule.at(
            None, "the file begins with a byte order mark (EF BB BF)", "Save it as UTF-8 without BOM."
        )
