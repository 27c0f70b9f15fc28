r"""
What it does:
    Finds files whose rows end with CR LF, all of them or some, or with CR alone.

Why it is bad:
    Parsers take the CR as white space, so the data is whole. But mixed line ends make every diff noisy, and
    tools that split at LF alone hand the CR on.

Example:
    Written with Python escapes:
    {"prompt": "a", "completion": "b"}\r\n{"prompt": "c", "completion": "d"}\n

Use instead:
    {"prompt": "a", "completion": "b"}
    {"prompt": "c", "completion": "d"}

Fix:
    Safe: ends all rows with LF. In Python, open the file with `newline="\n"`.

Sources:
    https://jsonlines.org. No source shows that a service refuses CR LF.
"""

from collections.abc import Iterator

from turnlint.model import Finding, Fix, Severity
from turnlint.rules import Bound, FileSummary, Rule

RULE = Rule(
    severity=Severity.INFO,
    why="JSON allows it, yet tools that split rows at LF hand the CR on",
    fix=Fix("End all rows with LF", safe=True, rewrite="line-feeds"),
)


def file(file: FileSummary, rule: Bound) -> Iterator[Finding]:
    if file.cr:
        todo = "Save the file with LF line ends."
        yield rule.at(None, "the rows end with CR alone", todo, why="most tools take the file for one row")
    elif file.crlf:
        rows = f"{file.crlf:,} of {file.crlf + file.lf:,} rows end" if file.lf else "the rows end"
        yield rule.at(None, f"{rows} with CR LF", "Save the file with LF line ends.")
