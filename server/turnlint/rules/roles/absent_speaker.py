"""
What it does:
    Finds a `mask` that names a speaker who says nothing in the conversation. Where a row has no `mask`, it stands
    for `User`.

Why it is bad:
    The words of the masked speaker are left out of training. With a name that nobody has, the run stops.

Example:
    {"system": "", "mask": "Human", "conversations": [{"from": "User", "value": "hi"}, {"from": "Assistant", "value": "hello"}]}

Use instead:
    {"system": "", "mask": "User", "conversations": [{"from": "User", "value": "hi"}, {"from": "Assistant", "value": "hello"}]}

Fix:
    None.

Sources:
    NVIDIA/NeMo, gpt_sft_chat_dataset.py (2025-09): "mask role not in the conversation".
"""

from collections.abc import Iterator

from turnlint.model import Finding, Severity, ShapeFault
from turnlint.rules import Bound, Rule, quote
from turnlint.rules.wording import one_of

RULE = Rule(severity=Severity.ERROR, why="the trainer does not know whose words to leave out")

_SHOWN = 5
"""So many speakers are named."""


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    speakers = one_of([quote(name) for name in fault.expected[:_SHOWN]])
    what = f"nobody in this conversation is {quote(fault.found)}, who is to be masked"
    yield rule.at(fault.place, what, f"Name {speakers} in `mask`.")
