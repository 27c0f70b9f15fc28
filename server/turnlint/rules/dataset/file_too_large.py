"""
What it does:
    Finds files that are larger than the target takes in one upload. Off unless the target has a limit.

Why it is bad:
    The upload fails, often after most of the file was sent.

Example:
    A file of 600 MB.

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Fix:
    None. Split the file, or use an upload in parts where the service has one.

Sources:
    openai/openai-openapi, openapi.yaml of 2026-08-21, files endpoint: 512 MB. MicrosoftDocs/azure-ai-docs,
    quotas-limits.md (2026-02): 512 MB, through the portal 200 MB. Whether MB means 10^6 or 2^20 bytes is not
    said; the larger is meant here.
"""

from collections.abc import Iterator

from turnlint.model import Finding, Severity
from turnlint.rules import Bound, FileSummary, Rule

RULE = Rule(
    severity=Severity.ERROR,
    why="the upload fails",
    default=False,
    parameters={"max_bytes": 512 * 2**20},
)


def file(file: FileSummary, rule: Bound) -> Iterator[Finding]:
    most = rule["max_bytes"]
    if file.size > most:
        what = f"the file has {file.size:,} bytes, {file.size - most:,} more than one upload takes"
        yield rule.at(None, what, "Split it, or upload it in parts.")
