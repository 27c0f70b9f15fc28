"""
What it does:
    Finds examples that the chat template named in the settings does not take, with the template's own words:
    turns that do not alternate, a system message where the model knows none.

Why it is bad:
    The trainer writes every example out by this template, and stops at the first one that it does not take.

Example:
    Two user messages in a row, with the chat template of a model whose turns must alternate.

Use instead:
    {"messages": [{"role": "user", "content": "Hi. When is high water?"}, {"role": "assistant", "content": "At 14:20."}]}

Fix:
    None.

Sources:
    huggingface/transformers, chat templates: `raise_exception`.
"""

from turnlint.model import Severity
from turnlint.rules import Rule

RULE = Rule(severity=Severity.ERROR, why="the trainer stops there")
