"""
What it does:
    Finds prompts that end with a message behind which no answer can follow: instructions, mostly.

Why it is bad:
    The trainer has the model go on behind the prompt, and only knows how to behind the user, a tool, or an answer
    that was begun. It stops at any other role.

Example:
    {"prompt": [{"role": "system", "content": "You know the tides."}], "completion": [{"role": "assistant", "content": "Ask me."}]}

Use instead:
    {"prompt": [{"role": "system", "content": "You know the tides."}, {"role": "user", "content": "Who are you?"}], "completion": [{"role": "assistant", "content": "Ask me about tides."}]}

Fix:
    None.

Sources:
    huggingface/trl, trl/data_utils.py at f2cd577 (2026-07-24), apply_chat_template: ValueError, invalid role in
    the last message.
"""

from collections.abc import Iterator

from turnlint.model import Finding, Severity, ShapeFault
from turnlint.rules import Bound, Rule, quote

RULE = Rule(severity=Severity.ERROR, why="no answer can follow it")


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    what = f"the prompt ends with a message of role {quote(fault.found)}"
    yield rule.at(fault.place, what, "End it with the user or a tool.")
