r"""
What it does:
    Finds a file without the UTF-8 byte order mark that some of Microsoft's pages ask for. Off unless the
    target asks for it.

Why it is bad:
    Probably it is not: none of Microsoft's own sample files has one, and Microsoft's validator scripts fail
    on a file that does. Add one only where the portal refuses the file without it.

Example:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Use instead:
    Written with Python escapes:
    \xef\xbb\xbf{"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Fix:
    Safe: writes the mark. In Python, write with `encoding="utf-8-sig"`.

Sources:
    MicrosoftDocs/azure-ai-docs, pages for portal and SDK of 2025 to early 2026; gone from the main page of
    2026-10-05. microsoft-foundry/fine-tuning, sample files of 2026-01.
"""

from collections.abc import Iterator

from turnlint.model import Finding, Fix, Severity
from turnlint.rules import Bound, FileSummary, Rule

RULE = Rule(
    severity=Severity.INFO,
    why="some of Microsoft's pages ask for one, though its own sample files have none",
    default=False,
    fix=Fix("Write a byte order mark", safe=True, rewrite="add-bom"),
)


def file(file: FileSummary, rule: Bound) -> Iterator[Finding]:
    if file.rows and not file.bom:
        yield rule.at(
            None,
            "the file has no byte order mark",
            "Save it as UTF-8 with BOM only if the portal refuses it as it is.",
        )
