"""
What it does:
    Finds rows with some keys in camel case, such as `fileData`, and some with underscores, such as
    `system_instruction`.

Why it is bad:
    The service reads both. But whoever reads the file otherwise, to count, split or convert it, looks for one
    of the two and passes over the other.

Example:
    {"system_instruction": {"parts": [{"text": "Be brief."}]}, "contents": [{"role": "user", "parts": [{"fileData": {"mimeType": "image/png", "fileUri": "gs://bucket/a.png"}}]}, {"role": "model", "parts": [{"text": "A boat."}]}]}

Use instead:
    {"systemInstruction": {"parts": [{"text": "Be brief."}]}, "contents": [{"role": "user", "parts": [{"fileData": {"mimeType": "image/png", "fileUri": "gs://bucket/a.png"}}]}, {"role": "model", "parts": [{"text": "A boat."}]}]}

Fix:
    Safe: writes all of them in camel case.

Sources:
    Google, Vertex AI, prepare supervised fine-tuning data for Gemini (2025-09): camel case. Its guide on function
    calling (2025-05) has rows with both.
"""

import json
from collections.abc import Iterator

from turnlint.model import Edit, Finding, Fix, Severity, ShapeFault
from turnlint.rules import Bound, Rule

RULE = Rule(severity=Severity.INFO, why="tools that read the file look for one of the two")


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    edits = tuple(Edit(place, json.dumps(key)) for place, key in fault.found)
    fix = Fix("Write all keys in camel case", edits, safe=True)
    what = f"`{fault.name}` is written with an underscore, and other keys are in camel case"
    yield rule.at(fault.place, what, f"Write `{fault.expected[0]}`.", fix=fix)
