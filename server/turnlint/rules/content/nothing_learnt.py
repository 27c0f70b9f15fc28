"""
What it does:
    Finds rows in which everything is marked as not to be learnt: all segments, all labels, or every speaker.

Why it is bad:
    The row costs time and teaches nothing. Some trainers drop it, some stop at it, and most say nothing.

Example:
    {"segments": [{"label": false, "text": "<s>Q: Capital of Norway?"}, {"label": false, "text": " A: Oslo.</s>"}]}

Use instead:
    {"segments": [{"label": false, "text": "<s>Q: Capital of Norway?"}, {"label": true, "text": " A: Oslo.</s>"}]}

Fix:
    None.

Sources:
    axolotl-ai-cloud/axolotl, docs/dataset-formats/template_free.qmd (2026-07); NVIDIA/NeMo,
    gpt_sft_chat_dataset.py (2025-09): "mask is empty".
"""

from collections.abc import Iterator

from turnlint.model import Finding, Severity, ShapeFault
from turnlint.rules import Bound, Rule

RULE = Rule(severity=Severity.ERROR, why="the row teaches nothing")

_WHAT = {
    "segments": "no segment has the label `true`",
    "labels": "every label is -100",
    "conversations": "nobody but the masked speaker answers",
}


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    yield rule.at(fault.place, _WHAT[fault.name], "Mark what the model is to learn, or remove the row.")
