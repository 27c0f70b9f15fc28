"""
What it does:
    Finds tokens of chat templates in a text, such as `[INST]`, `<|eot_id|>` or `<start_of_turn>`. A token
    that is quoted or stands in code, and `</s>` as the end of struck-out HTML, stay silent; so do rows of plain
    text, which may well be written out by a template on purpose.

Why it is bad:
    The text was formatted for one model before it was written to the file, so the trainer's own template
    comes on top: the model learns to write the markers of turns.

Example:
    {"messages": [{"role": "user", "content": "[INST] Hi [/INST]"}, {"role": "assistant", "content": "Yo"}]}

Use instead:
    {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yo"}]}

Fix:
    None.

Sources:
    The tokenizer_config.json of Llama 2 and 3, Mistral, Gemma, Zephyr, Phi-3 and DeepSeek-V3;
    axolotl-ai-cloud/axolotl, pull request 922: end-of-text tokens written twice.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice

from turnlint.formats import WRITTEN_OUT
from turnlint.model import Finding, Severity, Text, Turn
from turnlint.rules import Bound, Rule, Words

_TOKENS = (
    "[INST]",
    "[/INST]",
    "[AVAILABLE_TOOLS]",
    "[/AVAILABLE_TOOLS]",
    "[TOOL_CALLS]",
    "[/TOOL_RESULTS]",
    "<<SYS>>",
    "<</SYS>>",
    "<|begin_of_text|>",
    "<|end_of_text|>",
    "<|start_header_id|>",
    "<|end_header_id|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|python_tag|>",
    "<start_of_turn>",
    "<end_of_turn>",
    "<|system|>",
    "<|user|>",
    "<|assistant|>",
    "<｜User｜>",
    "<｜Assistant｜>",
    "<｜end▁of▁sentence｜>",
)
_END = "</s>"
_JUDGED = 50
"""So many tokens are looked at; when all of these stand in code, the text is about templates."""

RULE = Rule(
    severity=Severity.WARNING,
    why="the trainer's own template comes on top, and the model learns to write the markers",
    trigger=Words((*(token.lower() for token in _TOKENS), _END)),
    kinds=WRITTEN_OUT,
)


@cache
def _token() -> re.Pattern[str]:
    return re.compile(f"(?<![`'\"])(?:{'|'.join(map(re.escape, _TOKENS))})")


@cache
def _end() -> re.Pattern[str]:
    return re.compile(r"(?<![`'\"])</s>(?=\s*\Z|<s>)")


def text(text: Text, turn: Turn, rule: Bound) -> Iterator[Finding]:
    value = text.value
    found = _first(value, _token()) or (_first(value, _end()) if _has_loose_end(value) else None)
    if found:
        what = f"`{found[0]}` belongs to a chat template"
        yield rule.at(text.place.slice(*found.span()), what, "Keep only what was said.")


def _first(value: str, pattern: re.Pattern[str]) -> re.Match[str] | None:
    """The first of so many tokens that stands outside of code."""
    return next((one for one in islice(pattern.finditer(value), _JUDGED) if not _is_code(value, one)), None)


def _is_code(value: str, token: re.Match[str]) -> bool:
    """Whether a token stands between backticks, of a block or of its line."""
    if "`" not in value:
        return False
    start = token.start()
    line = value.rfind("\n", 0, start) + 1
    return value.count("```", 0, start) % 2 == 1 or value.count("`", line, start) % 2 == 1


def _has_loose_end(value: str) -> bool:
    """More `</s>` than HTML or XML elements that they could close, or whole turns of `<s>…</s><s>`."""
    return value.count(_END) > value.count("<s>") + value.count("<s ")
