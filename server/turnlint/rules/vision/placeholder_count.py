"""
What it does:
    Finds rows with more or fewer placeholders for images, videos or sounds than the row has of them.

Why it is bad:
    Each placeholder stands for the next image of the row. A trainer stops where their numbers differ.

Example:
    {"messages": [{"role": "user", "content": [{"type": "image"}, {"type": "image"}, {"type": "text", "text": "What changed?"}]}, {"role": "assistant", "content": [{"type": "text", "text": "The tide."}]}], "images": ["quay.png"]}

Use instead:
    {"messages": [{"role": "user", "content": [{"type": "image"}, {"type": "image"}, {"type": "text", "text": "What changed?"}]}, {"role": "assistant", "content": [{"type": "text", "text": "The tide."}]}], "images": ["quay.png", "quay-6h.png"]}

Fix:
    None.

Sources:
    huggingface/trl, trl/data_utils.py at f2cd577 (2026-07-24), prepare_multimodal_messages: ValueError;
    hiyouga/LlamaFactory, src/llamafactory/data/mm_plugin.py at ff6d4d1 (2026-08-18): ValueError.
"""

from collections.abc import Iterator

from turnlint.model import Finding, Severity, ShapeFault
from turnlint.rules import Bound, Rule
from turnlint.text.label import counted

RULE = Rule(severity=Severity.ERROR, why="trainers stop where the numbers differ")


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    placeholders, thing = int(fault.expected[0]), fault.name.removesuffix("s")
    what = (
        f"{counted(placeholders, 'placeholder')} for {thing}s, and the row has {counted(fault.found, thing)}"
    )
    yield rule.at(fault.place, what, f"Write one placeholder for each {thing}.")
