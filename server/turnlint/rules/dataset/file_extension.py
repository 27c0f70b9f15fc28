"""
What it does:
    Finds files whose name does not end in `.jsonl`. Off unless the target asks for the ending.

Why it is bad:
    OpenAI and Azure OpenAI take fine-tuning files by that name alone.

Example:
    A file named `train.json` or `train.ndjson`.

Use instead:
    A file named `train.jsonl`.

Fix:
    None. Rename the file; unpack it where it is compressed.

Sources:
    openai/openai-openapi, openapi.yaml of 2026-08-21, files endpoint; OpenAI's fine-tuning guides.
"""

from collections.abc import Iterator

from turnlint.model import Finding, Severity
from turnlint.rules import Bound, FileSummary, Rule, quote

RULE = Rule(
    severity=Severity.WARNING,
    why="the target takes files by that name alone",
    default=False,
    parameters={"extension": ".jsonl"},
)

_PACKED = ("gz", "bz2", "xz", "zst")


def file(file: FileSummary, rule: Bound) -> Iterator[Finding]:
    extension = rule["extension"]
    if file.name and not file.name.lower().endswith(extension):
        packed = file.name.lower().endswith(tuple(f"{extension}.{suffix}" for suffix in _PACKED))
        todo = "Unpack the file." if packed else "Rename the file."
        yield rule.at(None, f"{quote(file.name)} does not end in `{extension}`", todo)
